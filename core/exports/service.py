"""Keeping what was exported, and what became of it."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core import clock
from core.db import insert_rows
from core.exports.draft import Draft
from core.exports.models import ExportState, JournalExport, JournalExportLine

_LINE = [JournalExportLine.export_id, JournalExportLine.account_id, JournalExportLine.amount_minor]


def keep(
    session: Session, integration_id: int, drafts: Iterable[tuple[Draft, Decimal | None]], reporting_currency: str
) -> None:
    """Write drafts down, each with its rate, to be exported."""
    now = clock.now()
    rows = []
    for draft, rate in drafts:
        export = JournalExport(
            integration_id=integration_id,
            day=draft.day,
            currency=draft.currency,
            number=draft.number,
            correction=draft.correction,
            reporting_currency=reporting_currency,
            rate=rate,
            drafted_at=now,
        )
        session.add(export)
        rows.append((export, draft.amounts))
    session.flush()
    insert_rows(
        session,
        JournalExportLine,
        _LINE,
        [(export.id, account_id, amount) for export, amounts in rows for account_id, amount in amounts],
    )


def pending(session: Session, integration_id: int, *, limit: int) -> Sequence[JournalExport]:
    """What has not come to an end, oldest first, with lines and accounts."""
    query = (
        select(JournalExport)
        .where(JournalExport.integration_id == integration_id, JournalExport.state == ExportState.PENDING)
        .options(selectinload(JournalExport.lines).joinedload(JournalExportLine.account))
        .order_by(JournalExport.id)
        .limit(limit)
    )
    return session.scalars(query, execution_options={"populate_existing": True}).all()


def exported(session: Session, export_id: int, external_id: str | None) -> None:
    """It is in the other books. A second time changes nothing."""
    export = _locked(session, export_id)
    if export.state is ExportState.PENDING:
        export.state, export.external_id, export.exported_at = ExportState.EXPORTED, external_id, clock.now()


def refused(session: Session, export_id: int) -> None:
    """The other books do not take it: nothing more of its day goes out until a person has decided."""
    export = _locked(session, export_id)
    if export.state is ExportState.PENDING:
        export.state = ExportState.REFUSED


def again(session: Session, export_id: int) -> None:
    """Have its day go out anew, under another reference."""
    export = _locked(session, export_id)
    if export.state is ExportState.REFUSED:
        export.state = ExportState.WITHDRAWN


def by_hand(session: Session, export_id: int) -> None:
    """A person has booked it there."""
    export = _locked(session, export_id)
    if export.state is ExportState.REFUSED:
        export.state, export.exported_at = ExportState.BY_HAND, clock.now()


def _locked(session: Session, export_id: int) -> JournalExport:
    return session.get_one(JournalExport, export_id, with_for_update=True, populate_existing=True)


__all__ = ["again", "by_hand", "exported", "keep", "pending", "refused"]
