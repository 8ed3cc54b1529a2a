"""What every carrier with labels for the way back promises."""

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crossdock.address import Address
from crossdock.carrier import LabelRequest, Parcel, RateRequest, VoidRequest
from crossdock.errors import Rejected
from crossdock.provider import Integration, Kind
from crossdock.settings import Settings
from crossdock.testing.carrier import CarrierContract
from crossdock.testing.contract import Contract


class ReturnLabelContract(Contract):
    """Beside `CarrierContract`, for a carrier that has `return_labels` with its `rates` and `labels`."""

    kind: ClassVar[Kind] = "carrier"
    shopper: ClassVar[Address] = CarrierContract.ship_to
    house: ClassVar[Address] = CarrierContract.ship_from
    parcel: ClassVar[Parcel] = CarrierContract.parcel

    @pytest.fixture
    def quote(self) -> RateRequest:
        return RateRequest(ship_from=self.shopper, ship_to=self.house, parcels=(self.parcel,), way_back=True)

    @pytest.fixture
    def wish(self, subject: Any, integration: Integration[Settings], home: Path, quote: RateRequest) -> LabelRequest:
        """A label by the first rate that is offered for the way back."""
        rate = subject.rates(self.context(integration, home), quote)[0]
        return LabelRequest(
            reference="RMA-1",
            order_number="1001",
            service=rate.service,
            ship_from=self.shopper,
            ship_to=self.house,
            parcel=self.parcel,
            rate_reference=rate.reference,
        )

    def test_a_return_label_costs_what_its_rate_said(
        self, subject: Any, integration: Integration[Settings], home: Path, quote: RateRequest, wish: LabelRequest
    ) -> None:
        ctx = self.context(integration, home, key="return-1")
        rates = {rate.service: rate.cost for rate in subject.rates(ctx, quote)}

        label = subject.return_label(ctx, wish)

        assert label.cost == rates[wish.service]
        assert label.content
        assert label.format != "PDF" or label.content.startswith(b"%PDF-")

    def test_one_key_buys_one_return_label(
        self, subject: Any, integration: Integration[Settings], home: Path, wish: LabelRequest
    ) -> None:
        ctx = self.context(integration, home, key="return-1")

        bought = [subject.return_label(ctx, wish) for _ in range(3)]
        found = subject.find_return_label(ctx, wish)

        assert len({label.external_id for label in (*bought, found)}) == 1
        assert len({label.tracking_number for label in (*bought, found)}) == 1

    def test_two_keys_buy_two_return_labels(
        self, subject: Any, integration: Integration[Settings], home: Path, wish: LabelRequest
    ) -> None:
        first = subject.return_label(self.context(integration, home, key="return-1"), wish)
        second = subject.return_label(self.context(integration, home, key="return-2"), wish)

        assert first.external_id != second.external_id

    def test_a_return_service_that_it_does_not_have_is_rejected(
        self, subject: Any, integration: Integration[Settings], home: Path, wish: LabelRequest
    ) -> None:
        with pytest.raises(Rejected):
            subject.return_label(self.context(integration, home, key="k"), replace(wish, service="surely unknown"))

    def test_a_voided_return_label_stays_voided(
        self, subject: Any, integration: Integration[Settings], home: Path, wish: LabelRequest
    ) -> None:
        ctx = self.context(integration, home, key="return-1")
        label = subject.return_label(ctx, wish)
        request = VoidRequest(label_external_id=label.external_id, tracking_number=label.tracking_number)

        result = subject.void_label(ctx, request)
        found = subject.find_void(ctx, request)

        assert found is not None
        assert found.voided == result.voided
