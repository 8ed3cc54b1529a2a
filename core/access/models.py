"""Tables of API keys and idempotency keys."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, func

from core.db import Base, BigInt, Id, Mapped, mapped_column


class ApiKey(Base):
    """A caller. The secret itself is kept nowhere; `digest` is its keyed BLAKE2b. Empty channels or locations: all."""

    __tablename__ = "api_keys"

    id: Mapped[Id]
    name: Mapped[str]
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scopes: Mapped[list[str]]
    channels: Mapped[list[str]] = mapped_column(server_default="{}")
    """Keys of channels."""
    locations: Mapped[list[str]] = mapped_column(server_default="{}")
    """Codes of locations."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class IdempotencyKey(Base):
    """What a mutation answered to a key; kept for 30 days. `result` is null while the first request is at work."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (
        Index("uq_idempotency_keys", "api_key_id", "mutation", "key", unique=True),
        Index("ix_idempotency_keys_created", "created_at"),
    )

    id: Mapped[Id]
    api_key_id: Mapped[BigInt] = mapped_column(ForeignKey("api_keys.id"))
    mutation: Mapped[str]
    key: Mapped[str]
    input_digest: Mapped[bytes] = mapped_column(LargeBinary)
    result: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
