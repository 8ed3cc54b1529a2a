"""What a shop took off an order, and what it paid back."""

from crossdock import CancellationData, CancelRequestData, Money, RefundData
from plugins.shopify.mapping.money import paid
from plugins.shopify.wire.orders import FulfillmentOrder, LineItem, Order, Refund, RefundLine

_REQUESTED = "CANCELLATION_REQUESTED"


def cancellations_of(order: Order) -> tuple[CancellationData, ...]:
    """The whole order where it was cancelled; else the units that were removed before they shipped."""
    if order.cancelled_at is not None:
        reason = (order.cancel_reason or "OTHER").capitalize()
        return (CancellationData(external_id=f"{order.id}/cancelled", at=order.cancelled_at, reason=reason),)
    shipped = _shipped(order)
    units = [(each.id, _removed(each, shipped.get(each.id, 0))) for each in order.line_items.nodes]
    lines = tuple((name, quantity) for name, quantity in units if quantity > 0)
    if not lines:
        return ()
    return (CancellationData(external_id=f"{order.id}/removed", at=order.updated_at, reason="Removed", lines=lines),)


def cancel_requests_of(order: Order) -> tuple[CancelRequestData, ...]:
    """Work of ours that the shop asks to stop."""
    return tuple(
        CancelRequestData(
            external_id=work.id,
            at=work.updated_at,
            reason="The shop asks not to ship it.",
            lines=tuple(
                (line.line_item.id, line.remaining_quantity)
                for line in work.line_items.nodes
                if line.remaining_quantity > 0
            ),
        )
        for work in order.fulfillment_orders.nodes
        if work.request_status == _REQUESTED and _is_open(work)
    )


def refunds_of(order: Order) -> tuple[RefundData, ...]:
    """Money that went back. A refund of nothing only removed units."""
    found = (_refund(each, order) for each in order.refunds)
    return tuple(refund for refund in found if refund.amount.minor > 0)


def _is_open(work: FulfillmentOrder) -> bool:
    return work.status in {"OPEN", "IN_PROGRESS", "SCHEDULED", "ON_HOLD"}


def _shipped(order: Order) -> dict[str, int]:
    units: dict[str, int] = {}
    for parcel in order.fulfillments:
        if parcel.status == "SUCCESS":
            for line, quantity in parcel.units.items():
                units[line] = units.get(line, 0) + quantity
    return units


def _removed(line: LineItem, shipped: int) -> int:
    """Units that were taken off and never shipped: what came back, and what was only paid back, is none."""
    return max(0, min(line.quantity - line.current_quantity, line.non_fulfillable_quantity, line.quantity - shipped))


def _refund(said: Refund, order: Order) -> RefundData:
    currency = order.presentment_currency_code
    amount = paid(said.total_refunded_set, currency)
    lines = [each for each in said.refund_line_items.nodes if each.quantity > 0]
    amounts = [_gross(each, currency, included=order.taxes_included) for each in lines]
    shipping, shipping_tax = Money.zero(currency), Money.zero(currency)
    for postage in said.refund_shipping_lines.nodes:
        of_it = paid(postage.tax_amount_set, currency)
        shipping_tax += of_it
        shipping += paid(postage.subtotal_amount_set, currency) + (of_it if not order.taxes_included else of_it * 0)
    tax = Money.sum((paid(each.total_tax_set, currency) for each in lines), currency) + shipping_tax
    parts = _fitted([*amounts, shipping], amount)
    return RefundData(
        external_id=said.id,
        at=said.processed_at,
        amount=amount,
        lines=tuple(
            (line.line_item.id, line.quantity, part) for line, part in zip(lines, parts[:-1], strict=True) if part
        ),
        shipping=parts[-1] or None,
        tax=tax if tax <= amount else None,
        reason=said.note or "",
        restocked=any(each.restocked for each in lines),
    )


def _gross(line: RefundLine, currency: str, *, included: bool) -> Money:
    subtotal = paid(line.subtotal_set, currency)
    return subtotal if included else subtotal + paid(line.total_tax_set, currency)


def _fitted(parts: list[Money], amount: Money) -> list[Money]:
    """Less may have been paid back than the units were worth, a restocking fee for instance: then less of each."""
    whole = Money.sum(parts, amount.currency)
    return parts if whole <= amount else amount.split([part.minor for part in parts])
