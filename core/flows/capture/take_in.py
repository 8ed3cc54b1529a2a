"""Taking orders in: what is new is created, what changed is updated, what is older than what we know is left out."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import metrics
from core.catalog.models import Channel
from core.flows.capture import create, locks, update
from core.flows.capture.draft import Details
from core.flows.capture.result import Captured, CaptureResult, Change
from core.inbox import service as inbox
from crossdock.orders import OrderData

_KNOWN = text(
    """
    select external_id, id, external_version from orders
    where channel_id = :channel and external_id = any(:externals)
    order by id for no key update
    """
)


class _Known(NamedTuple):
    order_id: int
    version: str | None


def capture(
    session: Session,
    channel: Channel,
    orders: Sequence[OrderData],
    *,
    details: Sequence[Details] | None = None,
    inbox_ids: Sequence[int] | None = None,
    shipped_from: int | None = None,
) -> CaptureResult:
    """Upsert whole orders of one channel, in a number of statements that does not grow with them.

    Reserves nothing: sale and payments are booked, facts (shipped, refunded, cancelled, fees) recorded, and
    `orders.advance` enqueued for what is still to be shipped. Facts that do not fit open cases; none is refused.

    details: beside each order, what the channel does not say. inbox_ids: the message that each came with, which is
    marked as applied, duplicate or stale. shipped_from: the location that goods left from which the channel says
    have shipped; None: nobody's stock goes down where no reservation tells a place.
    """
    orders = [data if data.fingerprint or data.version is not None else _fingerprinted(data) for data in orders]
    beside = details or [Details()] * len(orders)
    locks.hold(session, channel.id, orders)
    known = _known(session, channel.id, orders)
    latest = _latest(orders)

    new: list[int] = []
    changed: list[int] = []
    outcome: dict[int, Change] = {}
    for index, data in enumerate(orders):
        found = known.get(data.external_id)
        if latest.get(data.external_id, index) != index:
            outcome[index] = _beside(data, orders[latest[data.external_id]])
        elif found is None:
            new.append(index)
            outcome[index] = Change.CREATED
        else:
            outcome[index] = _compared(data, found.version)
            if outcome[index] is Change.UPDATED:
                changed.append(index)

    made = create.create(session, channel, [(orders[index], beside[index]) for index in new], shipped_from)
    metrics.orders_captured(channel.key, len(made))
    update.update(
        session, channel, {known[orders[index].external_id].order_id: orders[index] for index in changed}, shipped_from
    )

    by_index = dict(zip(new, made, strict=True))
    by_external = {external: each.order_id for external, each in known.items()}
    by_external |= {orders[index].external_id: order_id for index, order_id in by_index.items()}
    result = CaptureResult(
        [
            Captured(by_index.get(index) or by_external[data.external_id], outcome[index])
            for index, data in enumerate(orders)
        ]
    )
    if inbox_ids:
        inbox.settle(
            session, [(inbox_ids[i], each.order_id, each.change.value) for i, each in enumerate(result.orders)]
        )
    return result


def _known(session: Session, channel_id: int, orders: Sequence[OrderData]) -> dict[str, _Known]:
    externals = [data.external_id for data in orders if data.external_id]
    if not externals:
        return {}
    rows = session.execute(_KNOWN, {"channel": channel_id, "externals": externals})
    return {external: _Known(order_id, version) for external, order_id, version in rows}


def _latest(orders: Sequence[OrderData]) -> dict[str, int]:
    """Of several tellings of one order in a batch, the one that counts: the highest version, else the last."""
    latest: dict[str, int] = {}
    for index, data in enumerate(orders):
        if not data.external_id:
            continue
        best = latest.get(data.external_id)
        if best is None or data.version is None or data.version > (orders[best].version or -1):
            latest[data.external_id] = index
    return latest


def _beside(data: OrderData, winner: OrderData) -> Change:
    return (
        Change.UNCHANGED if data.version == winner.version and data.fingerprint == winner.fingerprint else Change.STALE
    )


def _compared(data: OrderData, known: str | None) -> Change:
    if data.version is None:
        return Change.UNCHANGED if data.fingerprint == known else Change.UPDATED
    if known is None or not known.isdecimal():
        return Change.UPDATED
    if data.version == int(known):
        return Change.UNCHANGED
    return Change.UPDATED if data.version > int(known) else Change.STALE


def _fingerprinted(data: OrderData) -> OrderData:
    digest = hashlib.blake2b(repr(data).encode(), digest_size=16).hexdigest()
    return replace(data, fingerprint=f"said-{digest}")
