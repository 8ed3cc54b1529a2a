"""Live events: nothing is skipped and nothing comes twice, across restarts and however many servers there are."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import Select, Text, cast, func, literal, not_, select
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import UserDefinedType

from core.events import models
from schema.context import Context
from schema.engine import Ref, subscription
from schema.events import cursors
from schema.events.cursors import Position
from schema.events.filters import EventFilter, conditions
from schema.events.types import Event, seen_by

_EVERY = 0.5
"""Seconds between looks when nothing happens."""
_AT_ONCE = 100


class _Snapshot(UserDefinedType[str]):
    """PostgreSQL's `pg_snapshot`: which transactions could be seen at a moment."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "pg_snapshot"


@subscription(scope="orders:read")
async def events(ctx: Context, filter: EventFilter | None = None, after: str | None = None) -> AsyncIterator[Event]:
    """Live events, from now or from a cursor on: a client that was away misses nothing."""
    wanted = [*conditions(filter), *seen_by(ctx)]
    if after is not None:
        position = cursors.read(after, "after")
    else:
        position, seen_already = await _now(ctx)
        wanted.append(not_(seen_already))
    while True:
        found = await ctx.select(_next(position, wanted))
        for row in found:
            yield Ref(Event, row.id)
            position = Position(row.transaction, row.id)
        if len(found) < _AT_ONCE:
            await asyncio.sleep(_EVERY)


def _next(position: Position, wanted: Sequence[ColumnElement[bool]]) -> Select[str, int]:
    return (
        select(cast(models.Event.transaction, Text).label("transaction"), models.Event.id)
        .where(cursors.beyond(position), cursors.settled(), *wanted)
        .order_by(*cursors.ORDER)
        .limit(_AT_ONCE)
    )


async def _now(ctx: Context) -> tuple[Position, ColumnElement[bool]]:
    """Where to begin, and what had happened by now although it stands after it: beside a transaction that runs long."""
    began, snapshot = cast(cursors.FIRST_RUNNING, Text), cast(func.pg_current_snapshot(), Text)
    (row,) = await ctx.select(select(began.label("transaction"), snapshot.label("snapshot")))
    moment = cast(cast(literal(row.snapshot), Text), _Snapshot())
    return Position(row.transaction, 0), func.hub_visible(models.Event.transaction, moment)
