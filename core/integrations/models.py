"""Tables of integrations: what is installed, how each use of it is configured, and how its syncs went."""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, func, text

from core.db import Base, BigInt, Id, Mapped, mapped_column, related


class PluginKind(enum.StrEnum):
    CHANNEL = "CHANNEL"
    SUPPLIER = "SUPPLIER"
    CARRIER = "CARRIER"
    ROUTING = "ROUTING"
    HELPDESK = "HELPDESK"
    NOTIFIER = "NOTIFIER"
    RISK = "RISK"
    ADDRESS = "ADDRESS"
    PAYMENT = "PAYMENT"
    ACCOUNTING = "ACCOUNTING"
    FORECAST = "FORECAST"


class HealthStatus(enum.StrEnum):
    OK = "OK"
    DEGRADED = "DEGRADED"
    DOWN = "DOWN"
    UNKNOWN = "UNKNOWN"


class SyncState(enum.StrEnum):
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    PARTIAL = "PARTIAL"
    FAILED = "FAILED"


class Plugin(Base):
    """A plugin as the last start found it; a mirror, so that reading never calls one."""

    __tablename__ = "plugins"

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str]
    api_version: Mapped[str]
    kinds: Mapped[list[str]] = mapped_column(server_default="{}")
    enabled: Mapped[bool] = mapped_column(server_default="true")
    summary: Mapped[str | None]
    load_error: Mapped[str | None]
    config_schema: Mapped[dict[str, Any] | None]
    capabilities: Mapped[list[str]] = mapped_column(server_default="{}")
    strategies: Mapped[list[dict[str, Any]]] = mapped_column(server_default="[]")
    """Routing strategies that it brings: {name, summary}."""

    integrations: Mapped[list["Integration"]] = related()


class Integration(Base):
    """One configured use of a plugin: this Shopify store, that 3PL account."""

    __tablename__ = "integrations"

    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    plugin_name: Mapped[str] = mapped_column(ForeignKey("plugins.name"), index=True)
    kinds: Mapped[list[str]] = mapped_column(server_default="{}")
    enabled: Mapped[bool] = mapped_column(server_default="true")
    from_file: Mapped[bool] = mapped_column(server_default="false")
    health: Mapped[HealthStatus] = mapped_column(server_default="UNKNOWN")
    health_message: Mapped[str | None]
    last_sync_at: Mapped[datetime | None]
    config: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """Settings with every secret masked."""
    sealed: Mapped[bytes | None]
    """The settings themselves, as JSON, of an integration that was made in the API; see `core.sealing`."""
    deleted_at: Mapped[datetime | None]
    """Then it is there for history only; its key may be used again."""
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    plugin: Mapped[Plugin] = related()
    sync_runs: Mapped[list["SyncRun"]] = related()


class IntegrationToken(Base):
    """A token of an integration, sealed: {access, expires_at, refresh, extra} as JSON."""

    __tablename__ = "integration_tokens"

    integration_id: Mapped[BigInt] = mapped_column(ForeignKey("integrations.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]
    expires_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SyncCursor(Base):
    """Where a job of an integration goes on."""

    __tablename__ = "sync_cursors"

    integration_id: Mapped[BigInt] = mapped_column(ForeignKey("integrations.id"), primary_key=True)
    job: Mapped[str] = mapped_column(primary_key=True)
    cursor: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SyncRun(Base):
    """One run of one job of one integration. seen = created + updated + unchanged + rejected.

    What a run keeps in the inbox is counted as created or updated by what was known of it then; it is applied by a job.
    """

    __tablename__ = "sync_runs"
    __table_args__ = (
        Index("ix_sync_runs_job", "job"),
        Index("ix_sync_runs_state", "state"),
        Index("ix_sync_runs_missed", "id", postgresql_where=text("missed > 0")),
        Index("ix_sync_runs_integration", "integration_id", "id"),
        Index("ix_sync_runs_started", "started_at", "id"),
    )

    id: Mapped[Id]
    integration_id: Mapped[BigInt] = mapped_column(ForeignKey("integrations.id"))
    job: Mapped[str]
    state: Mapped[SyncState] = mapped_column(server_default="RUNNING")
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]
    window_from: Mapped[datetime | None]
    window_to: Mapped[datetime | None]
    seen: Mapped[int] = mapped_column(server_default="0")
    created: Mapped[int] = mapped_column(server_default="0")
    updated: Mapped[int] = mapped_column(server_default="0")
    unchanged: Mapped[int] = mapped_column(server_default="0")
    rejected: Mapped[int] = mapped_column(server_default="0")
    missed: Mapped[int] = mapped_column(server_default="0")
    cursor: Mapped[str | None]
    error: Mapped[str | None]

    integration: Mapped[Integration] = related()
