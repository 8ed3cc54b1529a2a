"""The suite of what suppliers tell of themselves, against one that keeps its promises and one that does not."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path

import pytest

import crossdock
from crossdock import Money, Provider, ReceiptData, SupplierOfferData
from crossdock.testing import SupplierNewsContract
from tests.core.flows.suppliers import wholesaler
from tests.core.flows.suppliers.wholesaler import Ctx, Wholesaler

_NAMES = count(1)


class TestWholesaler(SupplierNewsContract):
    provider = "wholesaler"

    @pytest.fixture
    def registration(self) -> Provider:
        (found,) = wholesaler.crossdock_providers()
        return found

    @pytest.fixture
    def subject(self, integration: crossdock.Integration[crossdock.Settings]) -> Wholesaler:
        return stocked(Wholesaler(integration))


def stocked(shop: Wholesaler) -> Wholesaler:
    """It offers two things and has taken in one."""
    for sku in ("RED", "BLUE"):
        price, lead = Money(250, "GBP"), Decimal(2)
        shop.offered.append(SupplierOfferData(sku=sku, supplier_sku=None, unit_cost=price, lead_time_days=lead))
    at = datetime(2026, 3, 1, tzinfo=UTC)
    shop.took_in.append(ReceiptData(external_id="R-1", purchase_order="PO-1", at=at, lines=(("RED", 10),)))
    return shop


class _Forgetful(Wholesaler):
    """It has another name for a receipt, and other goods, whenever it is asked."""

    def fetch_offers(self, _ctx: Ctx) -> Sequence[SupplierOfferData]:
        return self.offered[next(_NAMES) % 2 :]

    def fetch_receipts(self, _ctx: Ctx) -> Sequence[ReceiptData]:
        (known,) = self.took_in
        return [ReceiptData(external_id=f"R-{next(_NAMES)}", purchase_order=None, at=known.at, lines=known.lines)]


@pytest.mark.parametrize(
    "promise",
    [
        "test_offers_are_all_there_whenever_they_are_asked_for",
        "test_each_receipt_has_a_name_of_its_own_and_keeps_it",
        "test_receipts_of_late_are_told_again",
    ],
)
def test_the_suite_sees_a_supplier_that_forgets(tmp_path: Path, promise: str) -> None:
    (registration,) = wholesaler.crossdock_providers()
    integration = crossdock.Integration("acme", "wholesaler", crossdock.Settings())
    subject = stocked(_Forgetful(integration))

    with pytest.raises(AssertionError):
        getattr(TestWholesaler(), promise)(registration, subject, integration, tmp_path)
