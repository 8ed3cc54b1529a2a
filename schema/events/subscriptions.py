"""Live events: nothing is skipped and nothing comes twice, across restarts and however many servers there are."""

import asyncio
from collections.abc import AsyncIterator

from sqlalchemy import Text, cast, func, literal, select, tuple_
from sqlalchemy.sql.elements import ColumnElement

from core.events import models
from core.events.models import TransactionId
from schema.context import Context
from schema.engine import Ref, subscription
from schema.events.filters import EventFilter, conditions
from schema.events.types import Event, seen_by
from schema.pagination import decode_cursor, invalid

_EVERY = 0.5
"""Seconds between looks when nothing happens."""
_AT_ONCE = 100

# Whatever commits later has a transaction number of at least this one.
_SETTLED = func.pg_snapshot_xmin(func.pg_current_snapshot())

Position = tuple[str, int]


@subscription(scope="orders:read")
async def events(ctx: Context, filter: EventFilter | None = None, after: str | None = None) -> AsyncIterator[Event]:
    """Live events, from now or from a cursor on: a client that was away misses nothing."""
    position = _position(after) if after is not None else await _now(ctx)
    wanted = [*conditions(filter), *seen_by(ctx)]
    while True:
        found = await ctx.select(_next(position, wanted))
        for row in found:
            yield Ref(Event, row.id)
            position = (row.transaction, row.id)
        if len(found) < _AT_ONCE:
            await asyncio.sleep(_EVERY)


def _next(position: Position, wanted: list[ColumnElement[bool]]):  # type: ignore[no-untyped-def]  # a select of two columns
    transaction, number = position
    return (
        select(cast(models.Event.transaction, Text).label("transaction"), models.Event.id)
        .where(
            tuple_(models.Event.transaction, models.Event.id)
            > tuple_(cast(cast(literal(transaction), Text), TransactionId), literal(number)),
            models.Event.transaction < _SETTLED,
            *wanted,
        )
        .order_by(models.Event.transaction, models.Event.id)
        .limit(_AT_ONCE)
    )


async def _now(ctx: Context) -> Position:
    (row,) = await ctx.select(select(cast(_SETTLED, Text).label("transaction")))
    return (row.transaction, 0)


def _position(cursor: str) -> Position:
    try:
        transaction, number = decode_cursor(cursor)
        return (str(int(transaction)), int(number))
    except (ValueError, TypeError):
        raise invalid("`after` is no cursor of an event: give the `cursor` of one.", "after") from None
