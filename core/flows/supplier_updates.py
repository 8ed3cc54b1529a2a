"""News from suppliers and 3PLs: fetched, kept as it came, applied once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

import crossdock
from core import actor, clock, ids
from core.errors import CrossdockError
from core.flows import statuses
from core.flows.confirm import confirm_later
from core.flows.fulfil import news
from core.flows.ship.record import ShipmentFact, record
from core.fulfillment import queries as work
from core.inbox import service as inbox
from core.inbox.models import InboxMessage
from core.inbox.service import Raw
from core.integrations.models import Integration, SyncCursor, SyncRun, SyncState
from core.jobs.registry import enqueue, job, periodic
from core.orders import queries as orders

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)
JOB = "updates"
KIND = "supplier_update"
UNREADABLE = "supplier_row"
"""The kind of messages that hold a row which the plugin could not read."""

_UPDATE = TypeAdapter(crossdock.SupplierUpdate)
_Kept = list[tuple[int, crossdock.SupplierUpdate]]


@periodic("suppliers.poll", every=timedelta(minutes=1), queue="suppliers")
def poll(hub: "Hub") -> None:
    """Have every supplier that takes orders asked what became of them."""
    with hub.transaction() as session:
        for key in hub.able("supplier", "orders"):
            enqueue(session, fetch, same_as=key, integration=key)


@job("suppliers.fetch_updates", queue="suppliers")
def fetch(hub: "Hub", integration: str) -> int | None:
    """Take in what one supplier says since the last time; the sync run's id, None where there was nothing new.

    What was said and the proof of receipt are kept in one transaction: a crash before it reads the same again, which
    then has no effect twice.
    """
    with hub.transaction() as session:
        integration_id = session.scalars(select(Integration.id).where(Integration.key == integration)).one()
        cursor = at_cursor(session, integration_id, JOB)
    provider = hub.provider(integration, "supplier")
    updates: crossdock.Updates = provider.fetch_updates(hub.context(integration, cursor=cursor))
    if not updates.items and not updates.quarantined and updates.cursor in (None, cursor):
        return None
    with hub.transaction() as session, actor.acting_as(f"supplier:{integration}"):
        return take_in(session, integration_id, updates)


def take_in(session: Session, integration_id: int, updates: crossdock.Updates) -> int:
    """Keep and apply updates; what was kept before changes nothing. One that cannot be applied is quarantined."""
    fresh, known = _keep(session, integration_id, updates.items)
    bad = quarantine(session, integration_id, updates.quarantined)
    failed = _apply(session, fresh)
    now = clock.now()
    keep_cursor(session, integration_id, JOB, updates.cursor)
    rejected = bad + failed
    run = SyncRun(
        integration_id=integration_id,
        job=JOB,
        state=SyncState.PARTIAL if rejected else SyncState.SUCCEEDED,
        started_at=now,
        finished_at=now,
        seen=len(updates.items) + len(updates.quarantined),
        created=0,
        updated=len(fresh) - failed,
        unchanged=known + len(updates.quarantined) - bad,
        rejected=rejected,
        cursor=updates.cursor,
    )
    session.add(run)
    session.flush()
    return run.id


def apply(hub: "Hub", key: str, messages: Sequence[InboxMessage]) -> None:
    """Apply updates that were kept, as far as they were not applied yet: quantities add up, so none counts twice."""
    with hub.transaction() as session, actor.acting_as(f"supplier:{key}"):
        waiting = inbox.waiting(session, [message.id for message in messages])
        _apply(session, [(message.id, _UPDATE.validate_json(message.payload)) for message in waiting])


def at_cursor(session: Session, integration_id: int, name: str) -> str | None:
    """Where a job of an integration goes on."""
    known = (SyncCursor.integration_id == integration_id) & (SyncCursor.job == name)
    return session.scalar(select(SyncCursor.cursor).where(known))


def keep_cursor(session: Session, integration_id: int, name: str, cursor: str | None) -> None:
    """Keep where a job goes on; None leaves it where it was."""
    if cursor is None:
        return
    row = {"cursor": cursor, "updated_at": clock.now()}
    added = insert(SyncCursor).values(integration_id=integration_id, job=name, **row)
    session.execute(added.on_conflict_do_update(index_elements=["integration_id", "job"], set_=row))


def _keep(session: Session, integration_id: int, items: Sequence[crossdock.SupplierUpdate]) -> tuple[_Kept, int]:
    messages = [Raw(kind=KIND, external_id=item.update_id, payload=_UPDATE.dump_json(item).decode()) for item in items]
    kept = inbox.keep(session, integration_id, messages)
    fresh = [(message.id, item) for message, item in zip(kept, items, strict=True) if message.new]
    return fresh, len(items) - len(fresh)


def quarantine(session: Session, integration_id: int, rows: Sequence[crossdock.Quarantined]) -> int:
    """Rows that made no sense, each once, with where they stand and how to mend them."""
    messages = [
        Raw(
            kind=UNREADABLE,
            external_id=f"{row.source}:{row.line}",
            version=inbox.digest(row.payload),
            payload=row.payload,
        )
        for row in rows
    ]
    new = 0
    for message, row in zip(inbox.keep(session, integration_id, messages), rows, strict=True):
        if message.new:
            new += 1
            said = f"{row.source} line {row.line}: {row.reason} {row.mend}".rstrip()
            inbox.quarantine(session, message.id, said)
    return new


def _apply(session: Session, fresh: _Kept) -> int:
    """Apply answers in their sequence, then shipments together; how many could not be."""
    about: dict[int, int] = {}
    for _, update in fresh:
        number = ids.decode(update.reference)
        if number is not None and number.prefix == "ful":
            about[number.number] = 0
    about = work.order_ids_of(session, about)
    orders.lock(session, about.values())
    failed = 0
    shipped: _Kept = []
    done: list[tuple[int, int | None, str]] = []
    for message_id, update in sorted(fresh, key=lambda each: each[1].sequence):
        try:
            with session.begin_nested():
                work_id = news.work_of(update, about)
                if news.answer(session, work_id, update):
                    shipped.append((message_id, update))
            done.append((message_id, about[work_id], "UPDATED"))
        except CrossdockError as error:
            failed += 1
            inbox.quarantine(session, message_id, f"{update.source}: {error.message}")
    _ship(session, shipped)
    inbox.settle(session, done)
    statuses.refresh(session, {order_id for _, order_id, _ in done if order_id is not None})
    return failed


def _ship(session: Session, shipped: _Kept) -> None:
    """Rows about one parcel are one shipment."""
    parcels: dict[tuple[str, str], ShipmentFact] = {}
    for _, update in shipped:
        fact = news.shipment(session, update)
        key = (update.reference, update.tracking_number or update.update_id)
        known = parcels.get(key)
        parcels[key] = fact if known is None else replace(known, lines=[*(known.lines or ()), *(fact.lines or ())])
    for shipment_id in record(session, list(parcels.values())):
        if shipment_id is not None:
            confirm_later(session, shipment_id)
