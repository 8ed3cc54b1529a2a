"""A web shop from elsewhere, as a plugin of its own: whole orders as JSON, with the parcels that it sent itself.

Its books are in the integration's folder: `orders.json`, and `told.jsonl` with what it was told has left.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import crossdock
from crossdock import (
    Address,
    CancellationData,
    Context,
    FeeData,
    FulfillmentData,
    LineData,
    LineKind,
    Money,
    OrderData,
    OrderPage,
    OrderWindow,
    PaymentData,
    PaymentState,
    RawOrder,
    Receipt,
    ShipmentNotice,
)

Ctx = Context[Any]


class Boutique:
    """Kind `channel`, capabilities `orders`, `shipments` and `addresses`."""

    def fetch_orders(self, ctx: Ctx, _window: OrderWindow) -> OrderPage:
        return OrderPage(orders=tuple(_orders(ctx.home).values()))

    def fetch_order(self, ctx: Ctx, external_id: str) -> RawOrder:
        return _orders(ctx.home)[external_id]

    def acknowledge(self, _ctx: Ctx, _external_ids: Sequence[str]) -> None:
        """It does not mind."""

    def map_order(self, raw: RawOrder) -> OrderData:
        said = json.loads(raw.payload)
        placed, nothing = datetime.fromisoformat(said["placed"]), Money.zero("GBP")
        lines = tuple(
            LineData(
                external_id=each["line"],
                sku=each["sku"],
                name=each["sku"].title(),
                quantity=each["quantity"],
                unit_price=Money(1000, "GBP"),
                discount=nothing,
                tax=nothing,
            )
            for each in said["lines"]
        )
        sent = tuple(
            FulfillmentData(
                external_id=each["parcel"],
                shipped_at=datetime.fromisoformat(each["at"]),
                lines=tuple(each["units"].items()),
                carrier=each["carrier"],
                tracking_number=each["tracking"],
            )
            for each in said["sent"]
        )
        paid = PaymentData(
            reference=f"pay-{raw.external_id}",
            gateway="boutique",
            state=PaymentState.CAPTURED,
            amount=Money.sum((line.total for line in lines), "GBP"),
            at=placed,
        )
        return OrderData(
            external_id=raw.external_id,
            version=raw.version,
            placed_at=placed,
            currency="GBP",
            lines=lines,
            payments=(paid,),
            fulfillments=sent,
            fees=tuple(
                FeeData(
                    external_id=each["fee"],
                    kind=LineKind.COMMISSION,
                    amount=Money.parse(each["amount"], each["currency"]),
                    at=placed,
                )
                for each in said.get("fees", ())
            ),
            fulfilled_by_channel=said.get("theirs", False),
            cancellations=tuple(
                CancellationData(external_id=each, at=placed, reason="The shopper changed their mind.")
                for each in said.get("cancelled", ())
            ),
            shipping_address=Address(**said["to"]),
            billing_address=Address(**said["bill"]),
        )

    def confirm_shipment(self, ctx: Ctx, notice: ShipmentNotice) -> Receipt:
        with (ctx.home / "told.jsonl").open("a") as book:
            book.write(json.dumps({"key": ctx.key, "tracking": notice.tracking_number, "units": notice.lines}) + "\n")
        return Receipt(external_id=f"told-{ctx.key}", at=ctx.now())

    def allow_address(self, ctx: Ctx, _external_id: str, _address: Address) -> None:
        rule = ctx.home / "no-moves"
        if rule.exists():
            raise crossdock.Rejected("address_fixed", rule.read_text())

    def find_shipment(self, ctx: Ctx, _notice: ShipmentNotice) -> Receipt | None:
        known = any(each["key"] == ctx.key for each in told(ctx.home))
        return Receipt(external_id=f"told-{ctx.key}", at=ctx.now()) if known else None


def forbid_moves(home: Path, reason: str | None) -> None:
    """Orders stay where they go, for this reason; None: they need not."""
    rule = home / "no-moves"
    rule.unlink(missing_ok=True)
    if reason is not None:
        rule.write_text(reason)


def keep(home: Path, order: RawOrder) -> None:
    """The shop's own books now say this of an order."""
    orders = {**_orders(home), order.external_id: order}
    (home / "orders.json").write_text(json.dumps([[each.payload, each.version] for each in orders.values()]))


def _orders(home: Path) -> dict[str, RawOrder]:
    book = home / "orders.json"
    kept = json.loads(book.read_text()) if book.exists() else []
    orders = [RawOrder(external_id=json.loads(payload)["number"], payload=payload, version=v) for payload, v in kept]
    return {order.external_id: order for order in orders}


def told(home: Path) -> list[dict[str, Any]]:
    """What it was told has left, in the order it heard."""
    book = home / "told.jsonl"
    return [json.loads(line) for line in book.read_text().splitlines()] if book.exists() else []


@crossdock.hookimpl
def crossdock_providers() -> Sequence[crossdock.Provider]:
    return [
        crossdock.Provider(
            "boutique",
            kind="channel",
            settings=crossdock.Settings,
            factory=lambda _integration: Boutique(),
            capabilities={"orders", "shipments", "addresses"},
        )
    ]
