"""Case."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from sqlalchemy import exists, select
from sqlalchemy.sql.elements import ColumnElement

from core.cases import models
from core.cases.models import CaseKind as CaseKind
from core.cases.models import CaseState as CaseState
from core.orders.models import Order as OrderRow
from schema.context import Context
from schema.engine import column, from_json, money, node, one
from schema.errors import Payload
from schema.orders.visible import orders_of
from schema.scalars import JSON, Money

if TYPE_CHECKING:
    from schema.orders.types import Order

Row = models.Case
strawberry.enum(CaseKind)
strawberry.enum(CaseState)


def seen_by(ctx: Context) -> Iterator[ColumnElement[bool]]:
    """A key that sees some orders only sees the cases of those."""
    conditions = list(orders_of(ctx))
    if conditions:
        yield exists(select(1).where(OrderRow.id == Row.order_id, *conditions))


@strawberry.type(description="One way out: accept the substitute, ship again, write off.")
class CaseOption:
    key: str
    label: str
    consequence: str | None


@node(Row, prefix="case", scope="orders:read", visible=seen_by)
class Case:
    """A fact from outside that does not fit, or a promise about to break. `code` says which (duplicate_shipment)."""

    number: str = column(Row.number)
    kind: CaseKind = column(Row.kind)
    code: str = column(Row.code)
    title: str = column(Row.title)
    message: str = column(Row.message)
    state: CaseState = column(Row.state)
    subject: strawberry.ID | None = column(
        Row.subject, shown_as=strawberry.ID, description="The object it is about; resolve it with `node`."
    )
    order: "Order | None" = one(Row.order)
    data: JSON = column(Row.data)
    cost: Money | None = money(Row.cost_minor, Row.cost_currency)
    options: list[CaseOption] = from_json(Row.options)
    assignee: str | None = column(Row.assignee)
    opened_at: datetime = column(Row.opened_at)
    due_at: datetime | None = column(Row.due_at)
    resolved_at: datetime | None = column(Row.resolved_at)
    resolved_by: str | None = column(Row.resolved_by)
    resolution: str | None = column(Row.resolution)
    note: str | None = column(Row.note)


@strawberry.type
class CasePayload(Payload):
    case: Case | None = None
