"""Tables of the inbox."""

import enum
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, func, text

from core.db import Base, BigInt, Id, Mapped, mapped_column, related

if TYPE_CHECKING:
    from core.integrations.models import Integration
    from core.orders.models import Order


class InboxState(enum.StrEnum):
    RECEIVED = "RECEIVED"
    APPLIED = "APPLIED"
    DUPLICATE = "DUPLICATE"
    STALE = "STALE"
    QUARANTINED = "QUARANTINED"


class InboxMessage(Base):
    """One thing a remote system sent. The same (integration, kind, external id, version) is kept once."""

    __tablename__ = "inbox_messages"
    __table_args__ = (
        Index("ix_inbox_messages_external_id", "external_id", postgresql_where=text("external_id is not null")),
        Index(
            "uq_inbox_messages", "integration_id", "kind", "external_id", "external_version", unique=True,
            postgresql_nulls_not_distinct=True, postgresql_where=text("external_id is not null"),
        ),
        Index("ix_inbox_messages_integration", "integration_id", "id"),
        Index("ix_inbox_messages_received", "received_at", "id"),
        Index("ix_inbox_messages_waiting", "id", postgresql_where=text("state in ('RECEIVED', 'QUARANTINED')")),
    )  # fmt: skip

    id: Mapped[Id]
    integration_id: Mapped[BigInt | None] = mapped_column(ForeignKey("integrations.id"))
    kind: Mapped[str]
    external_id: Mapped[str | None]
    external_version: Mapped[str | None]
    state: Mapped[InboxState] = mapped_column(server_default="RECEIVED")
    payload: Mapped[str]
    mapper: Mapped[str | None]
    """Name and version of what maps the payload, so that a mended mapper can be told from the one that failed."""
    error: Mapped[str | None]
    left_out: Mapped[list[str] | None]
    """Lines that still wait, by their names in the document, where the others were applied."""
    order_id: Mapped[BigInt | None] = mapped_column(ForeignKey("orders.id"), index=True)
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    processed_at: Mapped[datetime | None]

    integration: Mapped["Integration | None"] = related()
    order: Mapped["Order | None"] = related()
