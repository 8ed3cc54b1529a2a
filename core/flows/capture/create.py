"""New orders: drafted, written, booked, and sent on their way."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.catalog import service as catalog
from core.catalog.models import Channel
from core.customers import service as customers
from core.db import next_ids_of
from core.errors import NotFound
from core.flows import advance, book, holds, statuses
from core.flows.capture import facts, given_back, write
from core.flows.capture.draft import Details, DraftOrder, draft, line_count
from core.flows.capture.skus import Meaning, meanings
from core.flows.validate import checks
from core.money import spoken
from core.orders import payments
from core.orders.models import Order, OrderLine, Payment
from core.orders.states import HoldKind, OrderStatus
from core.stock import service as stock
from crossdock.orders import LineKind, OrderData

_FINISHED = {OrderStatus.COMPLETED, OrderStatus.CANCELLED}


def create(
    session: Session, channel: Channel, orders: Sequence[tuple[OrderData, Details]], shipped_from: int | None
) -> list[int]:
    """The ids of the new orders, in the order given."""
    if not orders:
        return []
    now = clock.now()
    drafts, payment_ids = _drafts(session, channel, orders)
    write.orders(session, channel.id, drafts, now)
    stock.note_change(
        session,
        {line.item_id for order in drafts for line in order.lines if line.ships and line.item_id},
        sold=_sold(drafts),
    )
    payments.add(session, [(order.id, each) for order in drafts for each in order.data.payments], payment_ids)
    order_ids = [order.id for order in drafts]
    holds.open_all(session, [reason for order in drafts for reason in _reasons(order)])
    book.placed(session, order_ids, payment_ids)
    _tell(session, channel, drafts)
    told = [(order.id, order.data) for order in drafts]
    facts.record(session, channel, told, shipped_from, counted={order.id for order in drafts if order.over})
    after = statuses.refresh(session, order_ids, at=now)
    after |= statuses.refresh(session, given_back.take_back(session, told))
    for order_id in order_ids:
        if after[order_id] not in _FINISHED:
            advance.later(session, [order_id])
    return order_ids


def _sold(drafts: Sequence[DraftOrder]) -> set[int]:
    """Listings of which their channel has taken off what it sold."""
    ours = (order for order in drafts if not order.data.fulfilled_by_channel)
    return {line.meaning.listing_id for order in ours for line in order.lines if line.meaning.listing_id is not None}


def _drafts(
    session: Session, channel: Channel, orders: Sequence[tuple[OrderData, Details]]
) -> tuple[list[DraftOrder], list[int]]:
    """The orders as rows to be, and the ids for their payments, in their order."""
    sold = {line.sku for data, _ in orders for line in data.lines if line.kind is LineKind.GOODS}
    known = meanings(session, channel, sold)
    if channel.key == catalog.MANUAL:
        _check_entered(orders, known)
    lines = sum(line_count(data, known) for data, _ in orders)
    paid = sum(len(data.payments) for data, _ in orders)
    taken = next_ids_of(session, {Order: len(orders), OrderLine: lines, Payment: paid})
    line_ids = iter(taken[OrderLine])
    buyers = customers.identify(session, channel.id, [data.customer for data, _ in orders])
    drafts = []
    for (data, details), order_id, customer_id in zip(orders, taken[Order], buyers, strict=True):
        said = replace(data, tags=(*data.tags, "test")) if data.test and "test" not in data.tags else data
        order = draft(said, details, order_id, line_ids, known)
        order.customer_id = details.customer_id or customer_id
        drafts.append(order)
    return drafts, taken[Payment]


def _check_entered(orders: Sequence[tuple[OrderData, Details]], known: Mapping[str, Meaning]) -> None:
    """What a person enters names our own SKUs: one that there is not is a typing error, and not a fact to keep."""
    for data, _ in orders:
        for place, line in enumerate(data.lines):
            if line.kind is LineKind.GOODS and line.sku not in known:
                said = f"No item has the SKU {line.sku!r}. Make it with itemUpsert, or look for a typing error."
                raise NotFound(said, path=("input", "lines", str(place), "sku"))


def _reasons(order: DraftOrder) -> list[holds.Reason]:
    """What holds an order from its first moment on; all else is found by the checks."""
    reasons = []
    if order.unmapped and not order.data.fulfilled_by_channel:
        reasons.append(checks.unmapped(order.id, order.unmapped))
    if order.data.test:
        message = "The channel marks this as a test order: nothing should be shipped for it."
        fix = "Cancel it, or release the hold to see it travel."
        reasons.append(
            holds.Reason(order_id=order.id, kind=HoldKind.OTHER, code="test_order", message=message, fix=fix)
        )
    return reasons


def _tell(session: Session, channel: Channel, drafts: Sequence[DraftOrder]) -> None:
    for order in drafts:
        worth = spoken(order.total, order.data.currency)
        outbox.record(
            session,
            "order.created",
            ids.encode("ord", order.id),
            f"Order {order.number} over {worth} came in from {channel.name}.",
            order_id=order.id,
            data={"channel": channel.key, "external_id": order.data.external_id or None},
            occurred_at=order.data.placed_at,
        )
