"""Tables of external calls."""

import enum
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, func, text

from core.db import Base, BigInt, Id, Mapped, mapped_column, related

if TYPE_CHECKING:
    from core.integrations.models import Integration
    from core.orders.models import Order


class CallState(enum.StrEnum):
    INTENDED = "INTENDED"
    CALLING = "CALLING"
    SUCCEEDED = "SUCCEEDED"
    REJECTED = "REJECTED"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


class ExternalCall(Base):
    """One act asked of a remote system, written down before it is asked.

    `call_key` is what the other side may know it by, `called_at` when it was last asked.
    """

    __tablename__ = "external_calls"
    __table_args__ = (
        Index("ix_external_calls_purpose", "purpose"),
        Index("ix_external_calls_integration", "integration_id", "id"),
        Index("ix_external_calls_created", "created_at", "id"),
        Index("ix_external_calls_subject", "subject"),
        Index("ix_external_calls_open", "id", postgresql_where=text("state in ('INTENDED', 'CALLING', 'UNKNOWN')")),
    )

    id: Mapped[Id]
    integration_id: Mapped[BigInt | None] = mapped_column(ForeignKey("integrations.id"))
    purpose: Mapped[str]
    subject: Mapped[str]
    call_key: Mapped[str] = mapped_column(unique=True)
    order_id: Mapped[BigInt | None] = mapped_column(ForeignKey("orders.id"), index=True)
    state: Mapped[CallState] = mapped_column(server_default="INTENDED")
    attempts: Mapped[int] = mapped_column(server_default="0")
    message: Mapped[str | None]
    answer: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    called_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    integration: Mapped["Integration | None"] = related()
    order: Mapped["Order | None"] = related()
