"""What every label promises, whichever way its parcel goes."""

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crossdock.address import Address
from crossdock.carrier import Label, LabelRequest, Parcel, RateRequest, VoidRequest
from crossdock.context import Context
from crossdock.errors import Rejected
from crossdock.provider import Integration, Kind
from crossdock.settings import Settings
from crossdock.testing.contract import Contract


class LabelContract(Contract):
    """The part of `CarrierContract` and `ReturnLabelContract` that is the same for both.

    buys, finds: the verbs that buy a label and find it again. `quote`, a fixture, is what they are asked a price of.
    """

    kind: ClassVar[Kind] = "carrier"
    house: ClassVar[Address] = Address(
        name="Shipping", company="Acme", line1="1 Dock Street", city="London", postal_code="E1 8JN", country="GB"
    )
    shopper: ClassVar[Address] = Address(
        name="Ada Lovelace", line1="12 St James's Square", city="London", postal_code="SW1Y 4JH", country="GB"
    )
    parcel: ClassVar[Parcel] = Parcel(weight_grams=600, length_mm=200, width_mm=150, height_mm=100)
    buys: ClassVar[str]
    finds: ClassVar[str]

    @pytest.fixture
    def wish(self, subject: Any, integration: Integration[Settings], home: Path, quote: RateRequest) -> LabelRequest:
        """A label by the first rate that is offered."""
        rate = subject.rates(self.context(integration, home), quote)[0]
        return LabelRequest(
            reference="pkg_1",
            order_number="1001",
            service=rate.service,
            ship_from=quote.ship_from,
            ship_to=quote.ship_to,
            parcel=self.parcel,
            rate_reference=rate.reference,
        )

    def buy(self, subject: Any, ctx: Context[Settings], wish: LabelRequest) -> Label:
        label: Label = getattr(subject, self.buys)(ctx, wish)
        return label

    def find(self, subject: Any, ctx: Context[Settings], wish: LabelRequest) -> Label:
        label: Label | None = getattr(subject, self.finds)(ctx, wish)
        assert label is not None
        return label

    def test_a_label_costs_what_its_rate_said(
        self, subject: Any, integration: Integration[Settings], home: Path, quote: RateRequest, wish: LabelRequest
    ) -> None:
        ctx = self.context(integration, home, key="label-1")
        rates = {rate.service: rate.cost for rate in subject.rates(ctx, quote)}

        label = self.buy(subject, ctx, wish)

        assert label.cost == rates[wish.service]
        assert label.content
        assert label.format != "PDF" or label.content.startswith(b"%PDF-")

    def test_one_key_buys_one_label(
        self, subject: Any, integration: Integration[Settings], home: Path, wish: LabelRequest
    ) -> None:
        ctx = self.context(integration, home, key="label-1")

        bought = [self.buy(subject, ctx, wish) for _ in range(3)]
        found = self.find(subject, ctx, wish)

        assert len({label.external_id for label in (*bought, found)}) == 1
        assert len({label.tracking_number for label in (*bought, found)}) == 1

    def test_two_keys_buy_two_labels(
        self, subject: Any, integration: Integration[Settings], home: Path, wish: LabelRequest
    ) -> None:
        first = self.buy(subject, self.context(integration, home, key="label-1"), wish)
        second = self.buy(subject, self.context(integration, home, key="label-2"), wish)

        assert first.external_id != second.external_id

    def test_a_service_that_it_does_not_have_is_rejected(
        self, subject: Any, integration: Integration[Settings], home: Path, wish: LabelRequest
    ) -> None:
        with pytest.raises(Rejected):
            self.buy(subject, self.context(integration, home, key="k"), replace(wish, service="surely unknown"))

    def test_a_voided_label_stays_voided(
        self, subject: Any, integration: Integration[Settings], home: Path, wish: LabelRequest
    ) -> None:
        ctx = self.context(integration, home, key="label-1")
        label = self.buy(subject, ctx, wish)
        request = VoidRequest(label_external_id=label.external_id, tracking_number=label.tracking_number)

        result = subject.void_label(ctx, request)
        found = subject.find_void(ctx, request)

        assert found is not None
        assert found.voided == result.voided
