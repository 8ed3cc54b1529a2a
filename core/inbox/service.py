"""Keeping what remote systems send, as it came, each thing once."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from sqlalchemy import exists, select, text
from sqlalchemy.orm import Session

from core import clock
from core.inbox.models import InboxMessage, InboxState


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """One thing as it came. Without `external_id` it is never taken for another.

    state, error: what becomes of it at once, where nobody needs to look at it first.
    """

    kind: str
    payload: str
    external_id: str | None = None
    version: str | None = None
    mapper: str | None = None
    state: InboxState = InboxState.RECEIVED
    error: str | None = None


class Kept(NamedTuple):
    """Where a message is kept. `new` is False where the same one came before."""

    id: int
    new: bool
    state: InboxState


_KEEP = text(
    """
    with given as materialized (
        select nextval(pg_get_serial_sequence('inbox_messages', 'id')) as id, told.*
        from (
            select * from jsonb_to_recordset(cast(:messages as jsonb)) as given(place int, kind text, external_id text,
                version text, mapper text, payload text, state text, error text)
            order by place
        ) told
    ), added as (
        insert into inbox_messages (id, integration_id, kind, external_id, external_version, mapper, payload, state,
            error, received_at, processed_at)
        select id, :integration, kind, external_id, version, mapper, payload, state, error, :now,
            case when state <> 'RECEIVED' then cast(:now as timestamptz) end
        from given order by kind, external_id, version, id
        on conflict (integration_id, kind, external_id, external_version) where external_id is not null do nothing
        returning id
    )
    select given.id, added.id is not null from given left join added on added.id = given.id order by given.place
    """
)

_FIND = text(
    """
    select message.kind, message.external_id, message.external_version, message.id, message.state
    from inbox_messages message
    join jsonb_to_recordset(cast(:messages as jsonb)) as given(kind text, external_id text, version text)
        on message.kind = given.kind and message.external_id = given.external_id
        and message.external_version is not distinct from given.version
    where message.integration_id is not distinct from :integration
    """
)

_OTHER_VERSIONS = text(
    """
    select distinct message.kind, message.external_id
    from inbox_messages message
    join jsonb_to_recordset(cast(:messages as jsonb)) as given(kind text, external_id text, version text)
        on message.kind = given.kind and message.external_id = given.external_id
        and message.external_version is distinct from given.version
    where message.integration_id is not distinct from :integration
        and (message.state <> 'QUARANTINED' or message.left_out is not null)
    """
)

_OVERTAKEN = text(
    """
    select message.id from inbox_messages message
    where message.id = any(:ids) and exists (
        select 1 from inbox_messages later
        where later.integration_id is not distinct from message.integration_id and later.kind = message.kind
            and later.external_id = message.external_id and later.id > message.id and later.state <> 'QUARANTINED'
    )
    """
)

_TOLD_ANEW = text(
    """
    update inbox_messages message
    set payload = given.payload, state = 'RECEIVED', error = null, processed_at = null, received_at = :now
    from jsonb_to_recordset(cast(:given as jsonb)) as given(id bigint, payload text)
    where message.id = given.id and message.state = 'QUARANTINED' and message.left_out is null
        and message.payload <> given.payload
    returning message.id
    """
)

_SETTLE = text(
    """
    update inbox_messages message
    set state = case when message.state = 'APPLIED' then message.state else given.state end,
        order_id = coalesce(given.order_id, message.order_id), error = null, left_out = null,
        processed_at = :now
    from jsonb_to_recordset(cast(:given as jsonb)) as given(id bigint, order_id bigint, state text)
    where message.id = given.id
    """
)

_QUARANTINE = text(
    """
    update inbox_messages
    set state = 'QUARANTINED', error = :error, left_out = coalesce(:left_out, left_out), processed_at = :now
    where id = :id
    """
)

_STATES = {
    "CREATED": InboxState.APPLIED,
    "UPDATED": InboxState.APPLIED,
    "UNCHANGED": InboxState.DUPLICATE,
    "STALE": InboxState.STALE,
}


def keep(session: Session, integration_id: int | None, messages: Sequence[Raw]) -> list[Kept]:
    """Write down what came, in the order given; a message that was kept before is named again."""
    if not messages:
        return []
    rows = [
        {
            "place": place,
            "kind": raw.kind,
            "external_id": raw.external_id,
            "version": raw.version,
            "mapper": raw.mapper,
            "payload": raw.payload,
            "state": raw.state,
            "error": raw.error,
        }
        for place, raw in enumerate(messages)
    ]
    parameters = {"messages": orjson.dumps(rows).decode(), "integration": integration_id, "now": clock.now()}
    added = session.execute(_KEEP, parameters).all()
    again = [row for row, (_, new) in zip(rows, added, strict=True) if not new]
    known: dict[tuple[Any, ...], Kept] = {}
    if again:
        parameters = {"messages": orjson.dumps(again).decode(), "integration": integration_id}
        for *name, message_id, state in session.execute(_FIND, parameters):
            known[tuple(name)] = Kept(message_id, new=False, state=InboxState(state))
    return [
        Kept(message_id, new=True, state=raw.state) if new else known[raw.kind, raw.external_id, raw.version]
        for raw, (message_id, new) in zip(messages, added, strict=True)
    ]


def tell_anew(session: Session, payloads: Mapping[int, str]) -> set[int]:
    """Take other words, by message id, where one was set aside: its sender mended it. Those that were taken."""
    if not payloads:
        return set()
    given = orjson.dumps([{"id": message_id, "payload": payload} for message_id, payload in payloads.items()]).decode()
    return set(session.execute(_TOLD_ANEW, {"given": given, "now": clock.now()}).scalars())


def told_before(session: Session, integration_id: int | None, messages: Sequence[Raw]) -> set[tuple[str, str | None]]:
    """(kind, external id) of those messages that came in another version too."""
    given = [{"kind": raw.kind, "external_id": raw.external_id, "version": raw.version} for raw in messages]
    if not given:
        return set()
    parameters = {"messages": orjson.dumps(given).decode(), "integration": integration_id}
    return {(kind, external) for kind, external in session.execute(_OTHER_VERSIONS, parameters)}


def is_empty(session: Session, integration_id: int | None) -> bool:
    """Whether nothing ever came through this integration."""
    query = select(exists().where(InboxMessage.integration_id == integration_id))
    return not session.scalar(query)


def states(
    session: Session, integration_id: int | None, messages: Sequence[Raw]
) -> dict[tuple[str, str | None], InboxState]:
    """What became of those messages that are kept already, by (kind, external id)."""
    given = [{"kind": raw.kind, "external_id": raw.external_id, "version": raw.version} for raw in messages]
    if not given:
        return {}
    parameters = {"messages": orjson.dumps(given).decode(), "integration": integration_id}
    return {(row[0], row[1]): InboxState(row[4]) for row in session.execute(_FIND, parameters)}


def waiting(session: Session, message_ids: Iterable[int]) -> list[InboxMessage]:
    """Those of these messages that were not applied yet, oldest first, locked: nobody else applies them meanwhile."""
    query = (
        select(InboxMessage)
        .where(
            InboxMessage.id.in_(list(message_ids)),
            InboxMessage.state.in_([InboxState.RECEIVED, InboxState.QUARANTINED]),
        )
        .order_by(InboxMessage.id)
        .with_for_update()
    )
    return list(session.scalars(query))


def overtaken(session: Session, message_ids: Iterable[int]) -> set[int]:
    """Those of these messages after which something else came about the same thing, and was not set aside."""
    return set(session.scalars(_OVERTAKEN, {"ids": list(message_ids)}))


def quarantine(session: Session, message_id: int, error: str, *, left_out: Sequence[str] | None = None) -> None:
    """Set a message aside for a person: it could not be understood, or not be applied.

    left_out: the lines that could not, by their names in the document; the others are applied. None: all that waited.
    """
    lines = None if left_out is None else list(left_out)
    session.execute(_QUARANTINE, {"id": message_id, "error": error, "left_out": lines, "now": clock.now()})


def left_out(session: Session, message_ids: Iterable[int]) -> dict[int, set[str]]:
    """Of those of these messages that were applied in part: the lines that still wait."""
    query = select(InboxMessage.id, InboxMessage.left_out).where(
        InboxMessage.id.in_(list(message_ids)), InboxMessage.left_out.is_not(None)
    )
    return {message_id: set(lines or ()) for message_id, lines in session.execute(query)}


def digest(payload: str) -> str:
    """What stands for the version of a payload whose sender counts none."""
    return f"said-{hashlib.blake2b(payload.encode(), digest_size=16).hexdigest()}"


def settle(session: Session, applied: Sequence[tuple[int, int | None, str]]) -> None:
    """Note what became of messages: (message id, order id, CREATED, UPDATED, UNCHANGED or STALE).

    One that was applied stays so when it is replayed.
    """
    given = [
        {"id": message_id, "order_id": order_id, "state": _STATES[change]} for message_id, order_id, change in applied
    ]
    if given:
        session.execute(_SETTLE, {"given": orjson.dumps(given).decode(), "now": clock.now()})
