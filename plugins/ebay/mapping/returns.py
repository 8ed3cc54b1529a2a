"""A return of the Post-Order API as ChannelReturn."""

from collections.abc import Mapping

from crossdock import ChannelReturn, ChannelReturnState, ReturnedLine
from plugins.ebay.mapping.lines import sku_of
from plugins.ebay.wire import Said, moment, moment_or_none, part, rows, text, text_or_none, whole

_REASONS = {
    "BUYER_REMORSE": "CHANGED_MIND",
    "NO_LONGER_NEED_ITEM": "CHANGED_MIND",
    "NO_REASON": "CHANGED_MIND",
    "ORDERED_WRONG_ITEM": "CHANGED_MIND",
    "ORDERED_ACCIDENTALLY": "CHANGED_MIND",
    "FOUND_BETTER_PRICE": "CHANGED_MIND",
    "EXPIRED_ITEM": "DEFECTIVE",
    "DEFECTIVE_ITEM": "DEFECTIVE",
    "MISSING_PARTS": "DEFECTIVE",
    "ARRIVED_DAMAGED": "DAMAGED_IN_TRANSIT",
    "DIFFERENT_FROM_LISTING": "NOT_AS_DESCRIBED",
    "NOT_AS_DESCRIBED": "NOT_AS_DESCRIBED",
    "FAKE_OR_COUNTERFEIT": "NOT_AS_DESCRIBED",
    "DIDNT_FIT": "NOT_AS_DESCRIBED",
    "WRONG_SIZE": "NOT_AS_DESCRIBED",
    "ORDERED_WRONG_SIZE": "CHANGED_MIND",
    "RETURNING_GIFT": "CHANGED_MIND",
    "ARRIVED_LATE": "TOO_LATE",
    "BUYER_NO_SHOW": "UNDELIVERABLE",
    "WRONG_ITEM": "WRONG_ITEM",
}


def state_of(summary: Said) -> ChannelReturnState:
    """By `status`, which says more than `state`."""
    status = text_or_none(summary.get("status")) or text(summary["state"])
    if status == "RETURN_REQUESTED":
        return ChannelReturnState.REQUESTED
    if status == "RETURN_REJECTED":
        return ChannelReturnState.DECLINED
    if status in {"CANCELLED", "CLOSED_BY_BUYER"}:
        return ChannelReturnState.CANCELLED
    return ChannelReturnState.CLOSED if status == "CLOSED" else ChannelReturnState.APPROVED


def map_return(summary: Said, orders: Mapping[str, Said]) -> ChannelReturn:
    """`orders` by their ids: a return names an item and a transaction, and an order says which line that is.

    Of an order that eBay does not give, the line has the name that the return gives it. Raises ValueError, TypeError,
    KeyError.
    """
    made = part(summary["creationInfo"])
    item = part(made["item"])
    order_id = text(summary["orderId"])
    known = orders.get(order_id)
    line = _line(item, rows(known["lineItems"])) if known is not None else _unknown(item)
    note = text_or_none(part(made.get("comments")).get("content")) or ""
    return ChannelReturn(
        external_id=text(summary["returnId"]),
        order_external_id=order_id,
        requested_at=moment(made["creationDate"]),
        lines=(
            ReturnedLine(
                line_external_id=text(line["lineItemId"]),
                sku=sku_of(line),
                quantity=whole(item["returnQuantity"]),
                reason=_REASONS.get(text_or_none(made.get("reason")) or "", "OTHER"),
                note=note,
            ),
        ),
        note=note,
        state=state_of(summary),
        decide_by=moment_or_none(part(summary.get("sellerResponseDue")).get("respondByDate")),
    )


def _unknown(item: Said) -> Said:
    return {"lineItemId": text(item["transactionId"]), "legacyItemId": item.get("itemId")}


def _line(item: Said, lines: list[Said]) -> Said:
    """By its transaction, else by its listing. Raises ValueError where the order has no such line."""
    for name, wanted in (("lineItemId", item.get("transactionId")), ("legacyItemId", item.get("itemId"))):
        for line in lines:
            if wanted and line.get(name) == wanted:
                return line
    raise ValueError(f"its order has no item {item.get('itemId')}")
