"""Finding settlements."""

from collections.abc import Iterator

import strawberry
from sqlalchemy.sql.elements import ColumnElement

from core.settlements.models import Settlement as Row
from schema.context import Context
from schema.engine import Page, query
from schema.events.filters import within
from schema.ledger.types import SCOPE
from schema.named import of_channels
from schema.pagination import Connection, Slice
from schema.scalars import DateTimeRange
from schema.settlements.types import Settlement, SettlementState

_NEWEST = Row.id.desc()


@strawberry.input
class SettlementFilter:
    channel: list[str] | None = None
    state: list[SettlementState] | None = None
    period_end: DateTimeRange | None = None


@query(scope=SCOPE)
def settlements(ctx: Context, page: Slice, filter: SettlementFilter | None = None) -> Connection[Settlement]:
    """What channels paid out, the latest told first."""
    return Page(Settlement, page, _conditions(filter), order_by=_NEWEST)


def _conditions(filter: SettlementFilter | None) -> Iterator[ColumnElement[bool]]:
    if filter is None:
        return
    if filter.channel is not None:
        yield of_channels(Row.channel_id, filter.channel)
    if filter.state is not None:
        yield Row.state.in_(filter.state)
    if filter.period_end is not None:
        yield from within(Row.period_end, filter.period_end)
