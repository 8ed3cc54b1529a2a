"""What every carrier promises."""

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crossdock.address import Address
from crossdock.carrier import RateRequest
from crossdock.provider import Integration
from crossdock.settings import Settings
from crossdock.testing.labels import LabelContract
from crossdock.testing.manifests import ManifestContract


class CarrierContract(ManifestContract):
    """Set addresses and a parcel that the carrier takes, where these are not taken."""

    buys: ClassVar[str] = "buy_label"
    finds: ClassVar[str] = "find_label"
    ship_from: ClassVar[Address] = LabelContract.house
    ship_to: ClassVar[Address] = LabelContract.shopper

    @pytest.fixture
    def quote(self) -> RateRequest:
        return RateRequest(ship_from=self.ship_from, ship_to=self.ship_to, parcels=(self.parcel,))

    def test_rates_cost_something_and_each_service_comes_once(
        self, subject: Any, integration: Integration[Settings], home: Path, quote: RateRequest
    ) -> None:
        rates = subject.rates(self.context(integration, home), quote)

        assert rates
        assert all(rate.cost.minor >= 0 and rate.service and rate.name for rate in rates)
        assert len({rate.service for rate in rates}) == len(rates)

    def test_two_parcels_never_cost_less_than_one(
        self, subject: Any, integration: Integration[Settings], home: Path, quote: RateRequest
    ) -> None:
        ctx = self.context(integration, home)
        one = {rate.service: rate.cost for rate in subject.rates(ctx, quote)}
        two = subject.rates(ctx, replace(quote, parcels=(self.parcel, self.parcel)))

        assert all(rate.cost >= one[rate.service] for rate in two)
