"""Finding cases."""

from collections.abc import Iterator

import strawberry
from sqlalchemy import and_, not_, select
from sqlalchemy.sql.elements import ColumnElement

from core import clock
from core.cases.models import Case as Row
from core.orders.models import Order
from schema.cases.types import Case, CaseKind, CaseState
from schema.context import Context
from schema.engine import Page, query
from schema.named import of_channels
from schema.pagination import Connection, Slice

_NEWEST = (Row.opened_at.desc(), Row.id.desc())


@strawberry.input
class CaseFilter:
    state: list[CaseState] | None = None
    kind: list[CaseKind] | None = None
    code: list[str] | None = None
    channel: list[str] | None = None
    assignee: str | None = None
    overdue: bool | None = None


def conditions(filter: CaseFilter | None) -> Iterator[ColumnElement[bool]]:
    if filter is None:
        return
    if filter.state is not None:
        yield Row.state.in_(filter.state)
    if filter.kind is not None:
        yield Row.kind.in_(filter.kind)
    if filter.code is not None:
        yield Row.code.in_(filter.code)
    if filter.channel is not None:
        yield Row.order_id.in_(select(Order.id).where(of_channels(Order.channel_id, filter.channel)))
    if filter.assignee is not None:
        yield Row.assignee == filter.assignee
    if filter.overdue is not None:
        overdue = and_(Row.state == CaseState.OPEN, Row.due_at.is_not(None), Row.due_at < clock.now())
        yield overdue if filter.overdue else not_(overdue)


@query(scope="orders:read")
def cases(ctx: Context, page: Slice, filter: CaseFilter | None = None) -> Connection[Case]:
    """Cases, newest first."""
    return Page(Case, page, conditions(filter), order_by=_NEWEST)
