"""Cursors of events: the same text wherever one is met, so that a client goes on from any of them anywhere."""

from typing import NamedTuple

from sqlalchemy import Table, cast, func, literal, tuple_
from sqlalchemy import Text as Words
from sqlalchemy.sql.elements import ColumnElement

from core.events.models import Event, TransactionId
from schema.engine.window import order
from schema.pagination import encode_cursor

ORDER = (Event.transaction, Event.id)
"""The order in which transactions began, and within one the order in which things happened."""

_table = Event.__table__
assert isinstance(_table, Table)
_order = order(_table, ORDER)

FIRST_RUNNING = func.hub_horizon()
"""The oldest transaction that is still running: whatever commits from now on has this number or a later one."""


class Position(NamedTuple):
    """The place of one event: its transaction, as text, and its number."""

    transaction: str
    number: int


def written(transaction: object, number: int) -> str:
    return encode_cursor([_order.tag, str(transaction), str(number)])


def read(cursor: str, argument: str) -> Position:
    """Raises an error of the caller's for what is no cursor of an event."""
    transaction, number = _order.read(cursor, argument)
    return Position(str(transaction), int(str(number)))


def settled() -> ColumnElement[bool]:
    """Events before which nothing can appear any more."""
    return Event.transaction < FIRST_RUNNING


def beyond(position: Position) -> ColumnElement[bool]:
    transaction = cast(cast(literal(position.transaction), Words), TransactionId)
    return tuple_(Event.transaction, Event.id) > tuple_(transaction, literal(position.number))
