"""Which events: by name, subject, order, actor and time."""

from collections.abc import Iterator
from datetime import datetime

import strawberry
from sqlalchemy import false, or_
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from core.events.models import Event
from core.ids import number_of
from schema.scalars import DateTimeRange


@strawberry.input
class EventFilter:
    """`name` may end in a star: order.*. `order` takes in what happened to its shipments, returns and money."""

    name: list[str] | None = None
    subject: strawberry.ID | None = None
    order: strawberry.ID | None = None
    actor: str | None = None
    occurred_at: DateTimeRange | None = None


def conditions(filter: EventFilter | None) -> Iterator[ColumnElement[bool]]:
    if filter is None:
        return
    if filter.name is not None:
        yield or_(false(), *(_named(name) for name in filter.name))
    if filter.subject is not None:
        yield Event.subject == filter.subject
    if filter.order is not None:
        yield Event.order_id == number_of("ord", filter.order, path=("filter", "order"))
    if filter.actor is not None:
        yield Event.actor == filter.actor
    if filter.occurred_at is not None:
        yield from within(Event.occurred_at, filter.occurred_at)


def within(
    moment: ColumnElement[datetime] | InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    span: DateTimeRange,
) -> Iterator[ColumnElement[bool]]:
    if span.from_ is not None:
        yield moment >= span.from_
    if span.to is not None:
        yield moment < span.to


def _named(name: str) -> ColumnElement[bool]:
    if name.endswith("*"):
        return Event.name.startswith(name[:-1], autoescape=True)
    return Event.name == name
