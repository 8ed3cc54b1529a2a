"""Tables of exports of the books."""

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, Numeric, func, text

from core.db import Base, BigInt, Currency, Id, Mapped, Minor, mapped_column, related

if TYPE_CHECKING:
    from core.ledgers.models import LedgerAccount


class ExportState(enum.StrEnum):
    """PENDING is under way. REFUSED waits for a person, who books it BY_HAND or has it WITHDRAWN, to go out anew."""

    PENDING = "PENDING"
    EXPORTED = "EXPORTED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"
    BY_HAND = "BY_HAND"


class JournalExport(Base):
    """What an integration was given of one day in one currency: the first time all of it, then what has changed."""

    __tablename__ = "journal_exports"
    __table_args__ = (
        Index("uq_journal_exports_day", "integration_id", "day", "currency", "number", unique=True),
        Index("ix_journal_exports_pending", "integration_id", "id", postgresql_where=text("state = 'PENDING'")),
    )

    id: Mapped[Id]
    integration_id: Mapped[BigInt] = mapped_column(ForeignKey("integrations.id"))
    day: Mapped[date]
    currency: Mapped[Currency]
    number: Mapped[int]
    """From 1, within its day and currency."""
    correction: Mapped[bool]
    state: Mapped[ExportState] = mapped_column(server_default="PENDING")
    reporting_currency: Mapped[Currency]
    rate: Mapped[Decimal | None] = mapped_column(Numeric(18, 9))
    """What one unit of `currency` was worth in `reporting_currency`; null where nobody knew."""
    external_id: Mapped[str | None]
    drafted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    exported_at: Mapped[datetime | None]

    lines: Mapped[list["JournalExportLine"]] = related()

    @property
    def reference(self) -> str:
        """Its name in the other books, for ever."""
        return f"CD-{self.day:%Y%m%d}-{self.currency}-{self.number}"


class JournalExportLine(Base):
    """What an export said of one account: debits positive."""

    __tablename__ = "journal_export_lines"

    export_id: Mapped[BigInt] = mapped_column(ForeignKey("journal_exports.id"), primary_key=True)
    account_id: Mapped[BigInt] = mapped_column(ForeignKey("ledger_accounts.id"), primary_key=True)
    amount_minor: Mapped[Minor]

    export: Mapped[JournalExport] = related()
    account: Mapped["LedgerAccount"] = related()
