"""Finding notifications and templates."""

from collections.abc import Iterator

import strawberry
from sqlalchemy import func
from sqlalchemy.sql.elements import ColumnElement

from schema.context import Context
from schema.engine import All, Page, query
from schema.notifications.types import (
    SCOPE,
    Medium,
    Notification,
    NotificationState,
    NotificationTemplate,
    Row,
    Template,
)
from schema.pagination import Connection, Slice


@strawberry.input
class NotificationFilter:
    medium: list[Medium] | None = None
    state: list[NotificationState] | None = None
    recipient: str | None = None


@query(scope=SCOPE)
def notifications(ctx: Context, page: Slice, filter: NotificationFilter | None = None) -> Connection[Notification]:
    """What shoppers were told, are to be told, and were not told, the latest first."""
    return Page(Notification, page, _conditions(filter), order_by=Row.id.desc())


@query(scope=SCOPE)
def notification_templates(ctx: Context, event: str | None = None) -> list[NotificationTemplate]:
    """The words for all events, or for one; by event and key, the oldest language of each first."""
    of_event = [] if event is None else [Template.event == event]
    return All(NotificationTemplate, *of_event, order_by=(Template.event, Template.key, Template.id))


def _conditions(filter: NotificationFilter | None) -> Iterator[ColumnElement[bool]]:
    if filter is None:
        return
    if filter.medium is not None:
        yield Row.medium.in_(filter.medium)
    if filter.state is not None:
        yield Row.state.in_(filter.state)
    if filter.recipient is not None:
        yield func.lower(Row.recipient) == filter.recipient.lower()
