"""What suppliers promise that tell of themselves what they ask for their goods, and what they took in for us."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from crossdock.money import Money
from crossdock.provider import Integration, Kind, Provider
from crossdock.settings import Settings
from crossdock.supplier import ReceiptData, SupplierOfferData
from crossdock.testing.contract import Contract


class SupplierNewsContract(Contract):
    """Capabilities `offers` and `receipts`, as far as they are claimed; part of `SupplierContract`.

    The other side, or its sandbox, has something to offer and has taken something in.
    """

    kind: ClassVar[Kind] = "supplier"

    def test_each_offer_can_be_bought_by(
        self, registration: Provider, subject: Any, integration: Integration[Settings], home: Path
    ) -> None:
        self.needs("offers", registration)

        offers: list[SupplierOfferData] = list(subject.fetch_offers(self.context(integration, home)))

        assert offers
        assert len({offer.sku for offer in offers}) == len(offers)
        for offer in offers:
            assert offer.sku
            assert offer.unit_cost >= Money.zero(offer.unit_cost.currency)
            assert offer.lead_time_days >= 0
            assert offer.minimum_quantity >= 1
            assert offer.pack_size >= 1
            assert (offer.stock or 0) >= 0

    def test_offers_are_all_there_whenever_they_are_asked_for(
        self, registration: Provider, subject: Any, integration: Integration[Settings], home: Path
    ) -> None:
        """What is missing counts as withdrawn."""
        self.needs("offers", registration)
        ctx = self.context(integration, home)

        first, second = list(subject.fetch_offers(ctx)), list(subject.fetch_offers(ctx))

        assert [offer.sku for offer in second] == [offer.sku for offer in first]

    def test_each_receipt_has_a_name_of_its_own_and_keeps_it(
        self, registration: Provider, subject: Any, integration: Integration[Settings], home: Path
    ) -> None:
        """By its name it is booked once."""
        self.needs("receipts", registration)

        first, again = self._took_in(subject, integration, home), self._took_in(subject, integration, home)

        assert first
        assert len({receipt.external_id for receipt in first}) == len(first)
        assert all(receipt.external_id and receipt.at.tzinfo for receipt in first)
        assert again == first

    def test_receipts_of_late_are_told_again(
        self, registration: Provider, subject: Any, integration: Integration[Settings], home: Path
    ) -> None:
        """Receipts are written down late, so that one may be older than those that the hub has."""
        self.needs("receipts", registration)
        told = self._took_in(subject, integration, home)
        latest = max(receipt.at for receipt in told)

        since = self._took_in(subject, integration, home, cursor=latest)

        recent = {receipt.external_id for receipt in told if receipt.at >= latest - timedelta(days=1)}
        assert recent <= {receipt.external_id for receipt in since}

    def _took_in(
        self, subject: Any, integration: Integration[Settings], home: Path, cursor: datetime | None = None
    ) -> list[ReceiptData]:
        ctx = self.context(integration, home, cursor=cursor.isoformat() if cursor is not None else None)
        return list(subject.fetch_receipts(ctx))
