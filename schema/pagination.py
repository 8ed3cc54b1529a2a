"""Relay connections: their types, the four arguments of a page, and cursors that only their own order reads."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import strawberry
from graphql import GraphQLError

T = TypeVar("T")

DEFAULT, MOST = 50, 250

COUNTED, LARGEST_COUNT = 10_000, 1_000_000
"""How far `totalCount` counts where nobody says, and how far at most."""


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None = None
    end_cursor: str | None = None


@strawberry.type(name="Edge")
class Edge(Generic[T]):
    cursor: str
    node: T


@strawberry.type(name="Connection")
class Connection(Generic[T]):
    edges: list[Edge[T]]
    nodes: list[T]
    page_info: PageInfo
    total: strawberry.Private[int] = 0

    @strawberry.field(  # type: ignore[untyped-decorator]  # with a description alone it answers Any
        description="Counted only when asked for, and no further than `limit`."
    )
    def total_count(self, limit: int | None = COUNTED) -> int:
        return min(self.total, count_limit(limit))


@dataclass(frozen=True, slots=True)
class Slice:
    """The arguments `first`, `after`, `last` and `before` of a root connection; at most 250 rows, 50 by default."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        if self.first is not None and self.last is not None:
            raise invalid("Give `first` or `last`, not both.", "last")
        for name, value in (("first", self.first), ("last", self.last)):
            if value is not None and not 0 <= value <= MOST:
                raise invalid(f"`{name}` must be between 0 and {MOST}.", name)

    @property
    def backward(self) -> bool:
        return self.last is not None

    @property
    def size(self) -> int:
        given = self.last if self.last is not None else self.first
        return DEFAULT if given is None else given


def count_limit(given: int | None) -> int:
    """How far `totalCount` is to count. Raises an error of the caller's for a number that it may not be."""
    limit = COUNTED if given is None else given
    if not 0 <= limit <= LARGEST_COUNT:
        raise invalid(f"`limit` must be between 0 and {LARGEST_COUNT}.", "limit")
    return limit


def invalid(message: str, argument: str) -> GraphQLError:
    """What the caller got wrong in a query's arguments."""
    return GraphQLError(message, extensions={"code": "INVALID", "argument": argument})


def encode_cursor(values: Sequence[Any]) -> str:
    return base64.b64encode(json.dumps(list(values), ensure_ascii=False).encode()).decode()


def decode_cursor(text: str) -> list[Any]:
    """What a cursor holds. Raises ValueError for what is none."""
    try:
        values = json.loads(base64.b64decode(text, validate=True).decode())
    except (binascii.Error, UnicodeError, json.JSONDecodeError, RecursionError) as problem:
        raise ValueError("not a cursor") from problem
    if not isinstance(values, list):
        raise ValueError("not a cursor")  # noqa: TRY004  # to the caller it is one thing
    return values


def page_of(rows: Sequence[T], page: Slice, *, key: Callable[[T], str]) -> Connection[T]:
    """One page of a sequence computed in Python, such as a report. `key` names a row uniquely."""
    keys = [key(row) for row in rows]
    start = _position(keys, page.after, "after") + 1 if page.after is not None else 0
    stop = _position(keys, page.before, "before") if page.before is not None else len(rows)
    stop = max(start, stop)
    low, high = (max(start, stop - page.size), stop) if page.backward else (start, min(stop, start + page.size))
    edges = [
        Edge(cursor=encode_cursor([name]), node=row) for name, row in zip(keys[low:high], rows[low:high], strict=True)
    ]
    return Connection(
        edges=edges,
        nodes=[edge.node for edge in edges],
        page_info=PageInfo(
            has_next_page=high < len(rows),
            has_previous_page=low > 0,
            start_cursor=edges[0].cursor if edges else None,
            end_cursor=edges[-1].cursor if edges else None,
        ),
        total=len(rows),
    )


def _position(keys: Sequence[str], cursor: str, argument: str) -> int:
    try:
        return keys.index(decode_cursor(cursor)[0])
    except (ValueError, IndexError):
        raise invalid(f"`{argument}` is no cursor of this list.", argument) from None
