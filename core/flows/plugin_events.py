"""Telling plugins what happened: each at least once, in order, and each plugin at its own pace.

One that fails is told again, later each time; an event that it fails on for good is passed over, and an event of ours
says so. The entries that it proposes to the books are posted with the place up to which it has heard.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import ids, outbox
from core.actor import acting_as
from core.errors import CrossdockError
from core.events.horizon import horizon
from core.integrations import runs
from core.integrations.models import Integration
from core.jobs.registry import enqueue, job, periodic
from core.ledgers import service as ledgers
from core.ledgers.drafts import Draft, Line
from core.plugins import Fault
from crossdock import Event, Retryable
from crossdock.journal import EntryDraft

if TYPE_CHECKING:
    from core.hub import Hub


JOB = "events"
_HOOKS = ("crossdock_on_event", "crossdock_journal")
_AT_ONCE = 100
_MOST_FAILURES = 5

_AFTER = text(
    """
    select id, cast(cast(transaction as text) as bigint) as transaction, name, subject, order_id, message, actor, data,
           occurred_at
    from events
    where (transaction, id) > (cast(cast(:transaction as text) as xid8), :id)
      and transaction < hub_horizon()
    order by events.transaction, events.id limit :most
    """
)


class _Place(NamedTuple):
    """Up to where a plugin has heard, and how often in a row it failed on what comes next."""

    integration_id: int
    transaction: int
    event_id: int
    failures: int


@periodic("plugins.events", every=timedelta(seconds=2))
def tick(hub: "Hub") -> None:
    """Have every plugin told that listens."""
    hub.refresh()
    listening = {name for hook in _HOOKS for name in hub.registry.hooks.plugins_with(hook)}
    if listening:
        with hub.transaction() as session:
            for plugin in sorted(listening):
                enqueue(session, tell, same_as=plugin, plugin=plugin)


@job("plugins.tell")
def tell(hub: "Hub", plugin: str) -> None:
    """Tell one plugin what happened since. Raises Retryable where it failed: it is told again after a while."""
    while True:
        with hub.transaction() as session:
            place = _place(session, plugin)
            rows = [] if place is None else list(session.execute(_AFTER, _after(place)))
        if place is None or not rows:
            return
        heard: list[tuple[Any, Sequence[EntryDraft]]] = []
        fault: Fault | None = None
        for row in rows:
            answer = _told(hub, plugin, row)
            if isinstance(answer, Fault):
                fault = answer
                break
            heard.append((row, answer))
        with hub.transaction() as session, acting_as(f"plugin:{plugin}"):
            _book(session, plugin, heard)
            _move_on(session, plugin, place, [row for row, _ in heard], rows[len(heard)] if fault else None, fault)
        if fault is not None:
            raise Retryable(fault.message)


def _told(hub: "Hub", plugin: str, row: Any) -> Sequence[EntryDraft] | Fault:
    event = Event(
        event_id=row.id,
        name=row.name,
        subject=row.subject,
        message=row.message,
        actor=row.actor,
        occurred_at=row.occurred_at,
        order=ids.encode("ord", row.order_id) if row.order_id is not None else None,
        data=row.data,
    )
    faults = hub.registry.hooks.on_event(event, plugin=plugin)
    return faults[0] if faults else hub.registry.hooks.journal(event, plugin=plugin)


def _place(session: Session, plugin: str) -> _Place | None:
    """Where it goes on: kept with the first of its integrations. One that is new hears what happens from now on."""
    query = select(Integration.id).where(Integration.plugin_name == plugin, Integration.enabled)
    integration_id = session.scalar(query.order_by(Integration.id).limit(1))
    if integration_id is None:
        return None
    kept = runs.cursor_of(session, integration_id, JOB)
    if kept is not None:
        return _Place(integration_id, *orjson.loads(kept))
    place = _Place(integration_id, horizon(session) - 1, 0, 0)
    runs.keep_cursor(session, integration_id, JOB, orjson.dumps(place[1:]).decode())
    return place


def _after(place: _Place) -> dict[str, int]:
    return {"transaction": place.transaction, "id": place.event_id, "most": 1 if place.failures else _AT_ONCE}


def _move_on(
    session: Session, plugin: str, place: _Place, heard: Sequence[Any], failed: Any, fault: Fault | None
) -> None:
    """Keep how far it has heard; what it fails on for good is passed over."""
    last, failures = heard[-1] if heard else None, 0
    if failed is not None and fault is not None:
        failures = (place.failures if last is None else 0) + 1
        if failures >= _MOST_FAILURES:
            last, failures = failed, 0
            said = f"{plugin} failed {_MOST_FAILURES} times to hear of {failed.name} (evt_{failed.id}): {fault.message}"
            outbox.record(session, "plugin.event_passed_over", f"evt_{failed.id}", said, order_id=failed.order_id)
    at = (last.transaction, last.id) if last is not None else (place.transaction, place.event_id)
    runs.keep_cursor(session, place.integration_id, JOB, orjson.dumps([*at, failures]).decode())


def _book(session: Session, plugin: str, heard: Sequence[tuple[Any, Sequence[EntryDraft]]]) -> None:
    """Post what balances and names accounts that there are; what does not is left out, and an event says so."""
    for row, drafts in heard:
        for draft in drafts:
            try:
                with session.begin_nested():
                    ledgers.post(session, [_draft(plugin, draft)])
            except CrossdockError as error:
                said = f"An entry that {plugin} proposed for {row.name} was not booked: {error.message}"
                outbox.record(session, "plugin.entry_refused", f"evt_{row.id}", said, order_id=row.order_id)


def _draft(plugin: str, draft: EntryDraft) -> Draft:
    order = ids.decode(draft.order) if draft.order else None
    return Draft(
        rule=f"plugin:{plugin}",
        book_key=f"plugin:{plugin}:{draft.key}",
        description=draft.description,
        postings=[Line(each.account, each.amount.minor, each.amount.currency) for each in draft.postings],
        order_id=order.number if order is not None and order.prefix == "ord" else None,
        source=f"plugin:{plugin}",
        effective_at=draft.at,
    )


__all__ = ["tell", "tick"]
