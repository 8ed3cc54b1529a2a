"""A marketplace that pays out: it tells of orders with their fees, and of settlements."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import select

import crossdock
from core.catalog.service import ensure_channel
from core.flows import inbox
from core.hub import Hub
from core.integrations.mirror import mirror
from core.integrations.models import Integration
from core.jobs.run import run_jobs
from core.plugins.bound import BoundProvider
from core.plugins.registry import LoadedIntegration, LoadedPlugin
from crossdock import (
    FeeData,
    LineData,
    LineKind,
    Money,
    OrderData,
    PaymentData,
    PaymentState,
    RawOrder,
    Settlement,
    SettlementLine,
    SettlementPage,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def money(text: str, currency: str = "GBP") -> Money:
    return Money.parse(text, currency)


class Bank:
    """It knows `orders` (number: price and expected commission), and has `settlements` to tell of."""

    def __init__(self) -> None:
        self.orders: dict[str, tuple[str, str]] = {}
        self.settlements: list[Settlement] = []

    def map_order(self, raw: RawOrder) -> OrderData:
        price, commission = self.orders[raw.external_id]
        nothing = Money.zero("GBP")
        line = LineData(
            external_id="1", sku="LAMP", name="Lamp", quantity=1, unit_price=money(price), discount=nothing, tax=nothing
        )
        paid = PaymentData(
            reference=f"pay-{raw.external_id}",
            gateway="bank",
            state=PaymentState.CAPTURED,
            amount=money(price),
            at=NOON,
        )
        fee = FeeData(
            external_id="fee", kind=LineKind.COMMISSION, amount=money(commission), at=NOON, title="Commission"
        )
        return OrderData(
            external_id=raw.external_id,
            version=1,
            placed_at=NOON,
            currency="GBP",
            lines=(line,),
            payments=(paid,),
            fees=(fee,),
        )

    def fetch_order(self, _ctx: object, external_id: str) -> RawOrder:
        if external_id not in self.orders:
            raise crossdock.Rejected(crossdock.NOT_FOUND, f"There is no order {external_id}.")
        return RawOrder(external_id=external_id, payload="{}", version=1)

    def acknowledge(self, _ctx: object, _external_ids: object) -> None:
        """It does not mind whether its orders are safely here."""

    def fetch_settlements(self, _ctx: object, _window: object) -> SettlementPage:
        return SettlementPage(settlements=tuple(self.settlements))


def row(number: str, kind: LineKind | None, amount: str, order: str | None = None, **told: Any) -> SettlementLine:
    fields = {"raw_kind": (kind or "Goodwill pot").capitalize(), "at": NOON, **told}
    return SettlementLine(external_id=number, kind=kind, amount=money(amount), order_external_id=order, **fields)


def open_bank(hub: Hub) -> Bank:
    """It is connected as `amber`, with a channel of that name in GBP."""
    bank = Bank()
    provider = crossdock.Provider(
        "bank", "channel", crossdock.Settings, partial(_itself, bank), capabilities=frozenset({"orders", "settlements"})
    )
    hub.registry.plugins["bank"] = LoadedPlugin(name="bank", version="1", distribution="bank", providers=(provider,))
    hub.registry.integrations["amber"] = LoadedIntegration(
        key="amber", plugin="bank", settings=crossdock.Settings(), providers=(BoundProvider(provider, bank),)
    )
    with hub.transaction() as session:
        mirror(session, hub.registry)
        ensure_channel(session, "amber", integration_id=_integration(session).id)
    return bank


def _itself(bank: Bank, _integration: crossdock.Integration[crossdock.Settings]) -> Bank:
    return bank


def _integration(session: Any) -> Integration:
    found: Integration = session.scalars(select(Integration).where(Integration.key == "amber")).one()
    return found


def tells_of(hub: Hub, bank: Bank, **orders: tuple[str, str]) -> None:
    """Paid orders of one lamp each, by number: the price, and what it will cost."""
    bank.orders |= orders
    with hub.transaction() as session:
        told = [RawOrder(external_id=number, payload="{}", version=1) for number in orders]
        inbox.receive(session, _integration(session), told)
    run_jobs(hub)
