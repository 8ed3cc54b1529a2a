"""Hold."""

from datetime import datetime

from core.orders import models
from schema.engine import column, node
from schema.orders.enums import HoldKind
from schema.orders.visible import belonging_to


@node(models.Hold, prefix="hld", scope="orders:read", visible=belonging_to(models.Hold.order_id))
class Hold:
    """A reason why an order waits, and how to mend it."""

    kind: HoldKind = column(models.Hold.kind)
    code: str = column(models.Hold.code)
    message: str = column(models.Hold.message)
    fix: str | None = column(models.Hold.fix)
    due_at: datetime | None = column(models.Hold.due_at)
    opened_at: datetime = column(models.Hold.opened_at)
    opened_by: str = column(models.Hold.opened_by)
    released_at: datetime | None = column(models.Hold.released_at)
    released_by: str | None = column(models.Hold.released_by)
    note: str | None = column(models.Hold.note)
