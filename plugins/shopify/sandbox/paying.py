"""Money of the played store: transactions, refunds, and payouts less the card fees."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from plugins.shopify.sandbox.records import Record, amount_of, bag, number_of, plain, rounded, stamp

if TYPE_CHECKING:
    from plugins.shopify.sandbox.store import Store

_FEE, _FLAT = Decimal("0.029"), Decimal("0.30")
_SIGNS = {"SALE": 1, "CAPTURE": 1, "REFUND": -1}


def transaction(store: "Store", kind: str, amount: Decimal, currency: str, parent: Record | None = None) -> Record:
    """One that succeeded just now."""
    now = stamp(store.stage.now())
    return {
        "id": store.new("OrderTransaction"),
        "kind": kind,
        "status": "SUCCESS",
        "gateway": "shopify_payments",
        "createdAt": now,
        "processedAt": now,
        "authorizationExpiresAt": None,
        "amountSet": bag(amount, currency),
        "parentTransaction": parent,
    }


def paid(order: Record) -> Decimal:
    """What was taken and not given back."""
    moved = (_SIGNS.get(each["kind"], 0) * amount_of(each["amountSet"]) for each in order["transactions"])
    return sum(moved, Decimal(0))


def give_back(store: "Store", order: Record, amount: Decimal, *, note: str, lines: Sequence[Record]) -> Record:
    """A refund of an amount, by the first payment."""
    now, currency = stamp(store.stage.now()), order["presentmentCurrencyCode"]
    made: Record = {
        "id": store.new("Refund"),
        "createdAt": now,
        "processedAt": now,
        "note": note,
        "totalRefundedSet": bag(amount, currency),
        "refundLineItems": list(lines),
        "refundShippingLines": [],
    }
    takings = [each for each in order["transactions"] if each["kind"] in {"SALE", "CAPTURE"}]
    if amount and takings:
        order["transactions"].append(transaction(store, "REFUND", amount, currency, takings[0]))
    order["refunds"].append(made)
    return made


def pay_out(store: "Store") -> Record:
    """All that was paid and refunded since the last time."""
    name = store.new("ShopifyPaymentsPayout")
    rows = [_row(store, order, each, name) for order, each in _unsettled(store)]
    net = sum((Decimal(row["net"]["amount"]) for row in rows), Decimal(0))
    payout = {
        "id": name,
        "legacyResourceId": str(number_of(name)),
        "issuedAt": stamp(store.stage.now()),
        "status": "PAID",
        "transactionType": "DEPOSIT" if net >= 0 else "WITHDRAWAL",
        "net": plain(net, store.currency),
    }
    store.rows += rows
    store.payouts.append(payout)
    return payout


def _unsettled(store: "Store") -> list[tuple[Record, Record]]:
    settled = {row["transaction"] for row in store.rows}
    return [
        (order, each)
        for order in store.orders.values()
        for each in order["transactions"]
        if each["kind"] in _SIGNS and each["id"] not in settled
    ]


def _row(store: "Store", order: Record, moved: Record, payout: str) -> Record:
    amount, refund = amount_of(moved["amountSet"]), moved["kind"] == "REFUND"
    fee = Decimal(0) if refund else rounded(amount * _FEE + _FLAT, store.currency)
    signed = -amount if refund else amount
    return {
        "id": store.new("ShopifyPaymentsBalanceTransaction"),
        "type": "REFUND" if refund else "CHARGE",
        "transactionDate": moved["createdAt"],
        "adjustmentReason": None,
        "amount": plain(signed, store.currency),
        "fee": plain(fee, store.currency),
        "net": plain(signed - fee, store.currency),
        "associatedOrder": {"id": order["id"], "name": order["name"]},
        "payout": payout,
        "transaction": moved["id"],
    }
