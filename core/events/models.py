"""The table of events."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.types import UserDefinedType

from core.db import Base, BigInt, Id, Mapped, mapped_column, related

if TYPE_CHECKING:
    from core.orders.models import Order


class TransactionId(UserDefinedType[int]):
    """PostgreSQL's `xid8`."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"

    @property
    def python_type(self) -> type[int]:
        return int


class Event(Base):
    """One thing that happened, and the audit trail.

    Readers follow (transaction, id) and stop below the oldest transaction still running (`hub_horizon()`): so none that
    commits later can have a smaller cursor. Both are PostgreSQL's own numbers plus an epoch, see `core/epoch.py`.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_actor", "actor"),
        Index("ix_events_cursor", "transaction", "id"),
        Index("ix_events_order", "order_id", "id"),
        Index("ix_events_subject", "subject"),
        Index("ix_events_name", "name", "id"),
        Index("ix_events_occurred", "occurred_at", "id"),
    )

    id: Mapped[Id]
    transaction: Mapped[int] = mapped_column(TransactionId, server_default=text("hub_transaction()"))
    name: Mapped[str]
    subject: Mapped[str]
    order_id: Mapped[BigInt | None] = mapped_column(ForeignKey("orders.id"))
    message: Mapped[str]
    actor: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    order: Mapped["Order | None"] = related()
