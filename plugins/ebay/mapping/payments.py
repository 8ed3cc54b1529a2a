"""What was paid for an order, and what was given back."""

from dataclasses import replace

from crossdock import Money, OrderData, PaymentData, PaymentState, RefundData
from plugins.ebay.mapping.lines import collected_by_ebay
from plugins.ebay.wire import Said, moment, moment_or_none, money, part, rows, text, text_or_none

_STATES = {"PAID": PaymentState.CAPTURED, "PENDING": PaymentState.PENDING, "FAILED": PaymentState.FAILED}
_GIVEN_BACK = {"REFUNDED", "COMPLETED"}


def paid(data: OrderData, order: Said) -> OrderData:
    """The order with its payments. What eBay collected for the state is at times in their amounts: it is taken out."""
    found = [
        PaymentData(
            reference=text_or_none(each.get("paymentReferenceId")) or f"{data.external_id}-{number}",
            gateway=text_or_none(each.get("paymentMethod")) or "EBAY",
            state=_STATES.get(text_or_none(each.get("paymentStatus")) or "", PaymentState.PENDING),
            amount=money(each["amount"]),
            at=moment_or_none(each.get("paymentDate")) or data.placed_at,
        )
        for number, each in enumerate(rows(part(order.get("paymentSummary")).get("payments")), 1)
    ]
    tax = collected_by_ebay(data.taxes, data.currency)
    given = Money.sum((each.amount for each in found if each.state is not PaymentState.FAILED), data.currency)
    if tax and given == data.total + tax:
        found = _less(found, tax)
    return replace(data, payments=tuple(found))


def _less(found: list[PaymentData], tax: Money) -> list[PaymentData]:
    """The tax is taken out of the latest payments."""
    left = []
    for each in reversed(found):
        share = min(tax, each.amount) if each.state is not PaymentState.FAILED else tax - tax
        tax -= share
        left.append(replace(each, amount=each.amount - share))
    return left[::-1]


def refunds_of(order: Said, items: list[Said]) -> tuple[RefundData, ...]:
    """Refunds that went through. eBay tells them by order or by line, and never how many units they are for."""
    amounts: dict[str, Money] = {}
    first: dict[str, Said] = {}
    lines: dict[str, list[tuple[str, int, Money]]] = {}
    for item in items:
        for each in rows(item.get("refunds")):
            name, amount = name_of(each), money(each["amount"])
            first.setdefault(name, each)
            amounts[name] = amounts.get(name, Money.zero(amount.currency)) + amount
            lines.setdefault(name, []).append((text(item["lineItemId"]), 0, amount))
    for each in rows(part(order.get("paymentSummary")).get("refunds")):
        name = name_of(each)
        first[name] = each
        amounts[name] = money(each["amount"])
    return tuple(
        RefundData(
            external_id=name,
            at=moment(said["refundDate"]),
            amount=amounts[name],
            lines=tuple(lines.get(name, ())),
        )
        for name, said in first.items()
        if (text_or_none(said.get("refundStatus")) or "REFUNDED") in _GIVEN_BACK and amounts[name].minor > 0
    )


def name_of(refund: Said) -> str:
    """A refund's id; one that eBay made by itself has its reference only. Raises ValueError."""
    return text(refund.get("refundId") or refund.get("refundReferenceId"))
