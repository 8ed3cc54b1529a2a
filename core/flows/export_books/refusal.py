"""A journal that the other books do not take: a person decides."""

from sqlalchemy.orm import Session

from core.cases.models import Case, CaseKind
from core.cases.service import Option, open_case
from core.exports import service as exports
from core.exports.models import JournalExport

CODE = "export_refused"
AGAIN = Option("export_again", "Export it again", "The day goes out anew, under another reference.")
BY_HAND = Option("booked_by_hand", "It was booked by hand", "The day counts as exported; only later changes go out.")


def ask(session: Session, export: JournalExport, integration: str, reason: str | None) -> None:
    """Hold the day back, and ask a person about it."""
    exports.refused(session, export.id)
    open_case(
        session,
        kind=CaseKind.SYNC,
        code=CODE,
        title=f"{integration} does not take the journal {export.reference}",
        message=reason or "It gave no reason.",
        subject=f"int_{export.integration_id}",
        same_as=f"{CODE}:{export.id}",
        data={"export": export.id, "reference": export.reference, "day": export.day.isoformat()},
        options=(AGAIN, BY_HAND),
    )


def go_again(session: Session, case: Case) -> None:
    exports.again(session, case.data["export"])


def by_hand(session: Session, case: Case) -> None:
    exports.by_hand(session, case.data["export"])
