"""What a plugin may add to the hub itself: fields and types of the API, periodic jobs, HTTP routes."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from crossdock.context import Context

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComputedField:
    """A field on a core type, answered for all its parents of one request at once, in their order.

    on: the type, such as `Order`. name: as the schema writes it, beginning with the plugin's: `pigeonRing`.
    graphql_type: as the schema writes it, `Int!`, of scalars, `Money` and the extension's own types.
    requires: the columns of the parent's table that `compute` reads; it is given no others.
    compute: answers one value for each row, or an exception in its place, which is that row's error. It runs on a
    worker thread, and has two seconds. Objects are mappings by the names of their fields, money is `Money`.
    """

    on: str
    name: str
    graphql_type: str
    requires: tuple[str, ...]
    compute: Callable[[Sequence[Mapping[str, object]]], Sequence[object]]
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaExtension:
    """Types in SDL, and computed fields. Types are objects and enums whose names begin with the plugin's, `PigeonBird`.

    An extension that cannot be used is logged, and left out whole.
    """

    types: str = ""
    fields: tuple[ComputedField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodicJob:
    """A job that the hub runs for each integration of the plugin, every `every`; safe to run twice.

    run: returns its new cursor, or None to keep the old one.
    """

    name: str
    summary: str
    every: timedelta
    run: Callable[[Context[Any]], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """An HTTP route of the plugin's own, under `/x/<plugin>/`; the ASGI app checks its callers itself."""

    path: str
    app: AsgiApp
    methods: tuple[str, ...] = field(default=("GET",))
