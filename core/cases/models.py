"""Tables of cases."""

import enum
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, func, text

from core.db import Base, BigInt, Id, Mapped, Minor, mapped_column, related

if TYPE_CHECKING:
    from core.orders.models import Order


class CaseKind(enum.StrEnum):
    ORDER = "ORDER"
    PAYMENT = "PAYMENT"
    STOCK = "STOCK"
    SUPPLIER = "SUPPLIER"
    SHIPMENT = "SHIPMENT"
    RETURN = "RETURN"
    SETTLEMENT = "SETTLEMENT"
    SYNC = "SYNC"
    OTHER = "OTHER"


class CaseState(enum.StrEnum):
    OPEN = "OPEN"
    RESOLVED = "RESOLVED"


class Case(Base):
    """A question for a person. `options` is a list of {key, label, consequence}; `code` says which question."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_kind", "kind"),
        Index("ix_cases_code", "code"),
        Index("ix_cases_assignee", "assignee", postgresql_where=text("assignee is not null")),
        Index("uq_cases_same", "same_as", unique=True, postgresql_where=text("same_as is not null")),
        Index("ix_cases_open", "due_at", "id", postgresql_where=text("state = 'OPEN'")),
        Index("ix_cases_opened", "opened_at", "id"),
    )

    id: Mapped[Id]
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[CaseKind]
    code: Mapped[str]
    title: Mapped[str]
    message: Mapped[str]
    state: Mapped[CaseState] = mapped_column(server_default="OPEN")
    subject: Mapped[str | None]
    """The id, as clients see it, of what the case is about."""
    same_as: Mapped[str | None]
    """What makes two reports of one fact the same case; the second one changes nothing."""
    order_id: Mapped[BigInt | None] = mapped_column(ForeignKey("orders.id"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    cost_minor: Mapped[Minor | None]
    cost_currency: Mapped[str | None] = mapped_column(String(3))
    options: Mapped[list[dict[str, Any]]] = mapped_column(server_default="[]")
    assignee: Mapped[str | None]
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]
    resolution: Mapped[str | None]
    note: Mapped[str | None]

    order: Mapped["Order | None"] = related()
