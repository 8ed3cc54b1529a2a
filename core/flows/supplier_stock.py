"""What suppliers and 3PLs say they have: fetched, and taken as the figures of their locations."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import TypeAdapter
from sqlalchemy import select, text
from sqlalchemy.orm import Session

import crossdock
from core import actor, clock
from core.flows import stock
from core.flows.supplied import items_named, locations_of
from core.flows.supplier_updates import at_cursor, keep_cursor, quarantine
from core.inbox import service as inbox
from core.inbox.models import InboxMessage
from core.inbox.service import Raw
from core.integrations.models import Integration, SyncRun, SyncState
from core.jobs.registry import enqueue, job, periodic
from core.stock.service import MOST_UNITS

if TYPE_CHECKING:
    from core.hub import Hub

JOB = "stock"
KIND = "supplier_figure"
"""The kind of messages that hold a figure of something that is no item yet."""

_ROW = TypeAdapter(crossdock.StockRow)

_NOTE = text(
    """
    update supplier_offers offer set stock = figure.units, updated_at = :now
    from unnest(cast(:items as bigint[]), cast(:units as int[])) as figure(item_id, units), suppliers
    where suppliers.location_id = :location and offer.supplier_id = suppliers.id and offer.item_id = figure.item_id
        and (offer.stock is null or not :late or offer.updated_at < :as_of)
    """
)


@periodic("suppliers.poll_stock", every=timedelta(minutes=5), queue="suppliers")
def poll(hub: "Hub") -> None:
    """Have everybody who tells stock asked for it."""
    with hub.transaction() as session:
        for key in hub.able("supplier", "stock"):
            enqueue(session, fetch, same_as=key, integration=key)


@job("suppliers.fetch_stock", queue="suppliers")
def fetch(hub: "Hub", integration: str) -> int | None:
    """Take in the figures of one integration's locations; the sync run's id, None where there was nothing new.

    The figures and the proof of receipt are kept in one transaction.
    """
    with hub.transaction() as session:
        integration_id = session.scalars(select(Integration.id).where(Integration.key == integration)).one()
        cursor = at_cursor(session, integration_id, JOB)
    provider = hub.provider(integration, "supplier")
    told: crossdock.StockSnapshot = provider.fetch_stock(hub.context(integration, cursor=cursor))
    if not told.rows and not told.quarantined and told.cursor in (None, cursor):
        return None
    with hub.transaction() as session, actor.acting_as(f"supplier:{integration}"):
        return take_in(session, integration_id, told)


def take_in(session: Session, integration_id: int, told: crossdock.StockSnapshot) -> int:
    """Apply figures, the oldest first; those that were overtaken change nothing.

    An unknown SKU is quarantined, and so is a figure that cannot be, each alone.
    """
    items = items_named(session, integration_id, {row.sku for row in told.rows})
    unknown = [row for row in told.rows if not _can_be(row) or row.sku not in items]
    _put_down(session, integration_id, items, told)
    bad = quarantine(session, integration_id, told.quarantined) + _set_aside(session, integration_id, unknown)
    keep_cursor(session, integration_id, JOB, told.cursor)
    now = clock.now()
    run = SyncRun(
        integration_id=integration_id,
        job=JOB,
        state=SyncState.PARTIAL if bad else SyncState.SUCCEEDED,
        started_at=now,
        finished_at=now,
        seen=len(told.rows) + len(told.quarantined),
        created=0,
        updated=len(told.rows) - len(unknown),
        unchanged=len(unknown) + len(told.quarantined) - bad,
        rejected=bad,
        cursor=told.cursor,
    )
    session.add(run)
    session.flush()
    return run.id


def apply(hub: "Hub", key: str, messages: Sequence[InboxMessage]) -> None:
    """Apply figures that were kept until there was an item for them. A later figure or count still holds."""
    with hub.transaction() as session, actor.acting_as(f"supplier:{key}"):
        integration_id = session.scalars(select(Integration.id).where(Integration.key == key)).one()
        waiting = inbox.waiting(session, [message.id for message in messages])
        rows = [_ROW.validate_json(message.payload) for message in waiting]
        items = items_named(session, integration_id, {row.sku for row in rows})
        _put_down(session, integration_id, items, crossdock.StockSnapshot(rows=tuple(rows)), late=True)
        known = [message.id for message, row in zip(waiting, rows, strict=True) if row.sku in items and _can_be(row)]
        inbox.settle(session, [(message_id, None, "UPDATED") for message_id in known])


def _put_down(
    session: Session,
    integration_id: int,
    items: Mapping[str, int],
    told: crossdock.StockSnapshot,
    *,
    late: bool = False,
) -> None:
    """Take the figures of known items for what their locations have, the oldest first.

    late: they waited here, so that an offer may have been told of since.
    """
    by_moment: dict[datetime, dict[int, int]] = {}
    for row in told.rows:
        if row.sku in items and _can_be(row):
            by_moment.setdefault(row.as_of, {})[items[row.sku]] = row.quantity
    moments = sorted(by_moment)
    for location_id in locations_of(session, integration_id):
        for moment in moments:
            figures = [stock.Figure(item_id, quantity) for item_id, quantity in by_moment[moment].items()]
            whole = told.complete and len(moments) == 1
            stock.snapshot(session, location_id, figures, as_of=moment, reference="snapshot", complete=whole)
            _note_on_offers(session, location_id, by_moment[moment], moment, late=late)


def _note_on_offers(
    session: Session, location_id: int, figures: dict[int, int], as_of: datetime, *, late: bool
) -> None:
    columns = {"items": list(figures), "units": list(figures.values()), "as_of": as_of, "late": late}
    session.execute(_NOTE, {**columns, "location": location_id, "now": clock.now()})


def _set_aside(session: Session, integration_id: int, rows: Sequence[crossdock.StockRow]) -> int:
    messages = [_raw(row) for row in rows]
    new = 0
    for message, row in zip(inbox.keep(session, integration_id, messages), rows, strict=True):
        if message.new:
            new += 1
            inbox.quarantine(session, message.id, _why(row))
    return new


def _can_be(row: crossdock.StockRow) -> bool:
    return 0 <= row.quantity <= MOST_UNITS


def _why(row: crossdock.StockRow) -> str:
    if not _can_be(row):
        most = f"{MOST_UNITS:,}"
        return f"{row.source}: {row.quantity:,} of {row.sku} cannot lie anywhere: 0 to {most}. Ask for a new figure."
    return f"{row.source}: there is no item {row.sku!r}. Add it, or an offer of it, then replay this message."


def _raw(row: crossdock.StockRow) -> Raw:
    """One that is told again at another moment, and says the same, is the same message."""
    said = inbox.digest(f"{row.sku}\t{row.quantity}\t{row.next_delivery}")
    return Raw(kind=KIND, external_id=row.source, version=said, payload=_ROW.dump_json(row).decode())
