"""Tables of jobs. A finished job's row is deleted; one that ran out of retries becomes a failed job."""

import enum
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, func, text

from core.db import Base, BigInt, Id, Mapped, mapped_column, related

if TYPE_CHECKING:
    from core.integrations.models import Integration


class JobState(enum.StrEnum):
    PENDING = "PENDING"
    RUNNING = "RUNNING"


class Job(Base):
    """One piece of work. While a job with the same `same_as` is pending, another is not added."""

    __tablename__ = "jobs"
    __table_args__ = (
        Index(
            "uq_jobs_same",
            "name",
            "same_as",
            unique=True,
            postgresql_where=text("state = 'PENDING' and same_as is not null"),
        ),
        Index("ix_jobs_due", "queue", "run_at", "id", postgresql_where=text("state = 'PENDING'")),
        Index("ix_jobs_running", "worker", postgresql_where=text("state = 'RUNNING'")),
    )

    id: Mapped[Id]
    name: Mapped[str]
    queue: Mapped[str]
    arguments: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    same_as: Mapped[str | None]
    integration_id: Mapped[BigInt | None] = mapped_column(ForeignKey("integrations.id"))
    state: Mapped[JobState] = mapped_column(server_default="PENDING")
    attempts: Mapped[int] = mapped_column(server_default="0")
    deaths: Mapped[int] = mapped_column(server_default="0")
    """How many workers died while they ran it."""
    run_at: Mapped[datetime] = mapped_column(server_default=func.now())
    worker: Mapped[str | None]
    started_at: Mapped[datetime | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class FailedJob(Base):
    """Work that ran out of retries: it waits here until replayed or discarded."""

    __tablename__ = "failed_jobs"
    __table_args__ = (
        Index("ix_failed_jobs_failed", "failed_at", "id"),
        Index("ix_failed_jobs_job", "job"),
        Index("ix_failed_jobs_integration", "integration_id", "id"),
    )

    id: Mapped[Id]
    job: Mapped[str]
    queue: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    same_as: Mapped[str | None]
    integration_id: Mapped[BigInt | None] = mapped_column(ForeignKey("integrations.id"))
    error: Mapped[str]
    attempts: Mapped[int]
    failed_at: Mapped[datetime] = mapped_column(server_default=func.now())

    integration: Mapped["Integration | None"] = related()


class Worker(Base):
    """A worker process and its last sign of life; its running jobs go back to pending when it falls silent."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Schedule(Base):
    """A periodic job and when it is due next. One scheduler at a time runs them, under a lock."""

    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(primary_key=True)
    next_run_at: Mapped[datetime]
    last_run_at: Mapped[datetime | None]
