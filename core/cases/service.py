"""Opening, assigning and resolving cases. What a resolution *does* is decided by `core/flows/resolve.py`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import actor, clock, outbox
from core.cases.models import Case, CaseKind, CaseState
from core.db import next_ids
from core.errors import IllegalState, Invalid, NotFound


class Option(NamedTuple):
    """One way out of a case."""

    key: str
    label: str
    consequence: str | None = None


def open_case(
    session: Session,
    *,
    kind: CaseKind,
    code: str,
    title: str,
    message: str,
    subject: str | None = None,
    order_id: int | None = None,
    same_as: str | None = None,
    data: dict[str, Any] | None = None,
    cost_minor: int | None = None,
    cost_currency: str | None = None,
    options: Iterable[Option] = (),
    due_at: datetime | None = None,
) -> int:
    """Ask a person. Reporting the same fact again (`same_as`) is harmless: the first case is returned as it is."""
    if same_as is not None:
        known = session.scalar(select(Case.id).where(Case.same_as == same_as))
        if known is not None:
            return known
    (case_id,) = next_ids(session, Case, 1)
    case = Case(
        id=case_id,
        number=f"CASE-{case_id}",
        kind=kind,
        code=code,
        title=title,
        message=message,
        state=CaseState.OPEN,
        subject=subject,
        order_id=order_id,
        same_as=same_as,
        data=data or {},
        cost_minor=cost_minor,
        cost_currency=cost_currency,
        options=[option._asdict() for option in options],
        opened_at=clock.now(),
        due_at=due_at,
    )
    session.add(case)
    session.flush()
    said = f"{title}: {message}"
    outbox.record(session, "case.opened", f"case_{case_id}", said, order_id=order_id, data={"code": code})
    return case_id


def locked(session: Session, case_id: int) -> Case:
    """Raises NotFound."""
    case = session.get(Case, case_id, with_for_update=True)
    if case is None:
        raise NotFound(f"There is no case case_{case_id}.", path=("id",))
    return case


def assign(session: Session, case_id: int, assignee: str | None) -> None:
    """Give a case to somebody, or back to nobody."""
    case = locked(session, case_id)
    if case.assignee == assignee:
        return
    case.assignee = assignee
    whom = assignee or "nobody"
    outbox.record(
        session, "case.assigned", f"case_{case_id}", f"{case.number} was given to {whom}.", order_id=case.order_id
    )


def check_option(case: Case, option: str | None) -> None:
    """Raises Invalid where the case does not offer this way out, IllegalState where it is resolved already."""
    if case.state is CaseState.RESOLVED:
        raise IllegalState(f"{case.number} was resolved by {case.resolved_by} already.", path=("id",))
    offered = [known["key"] for known in case.options]
    if option is None and offered:
        raise Invalid(f"{case.number} wants one of these options: {', '.join(offered)}.", path=("option",))
    if option is not None and option not in offered:
        listed = f"one of: {', '.join(offered)}" if offered else "none; leave the option out"
        raise Invalid(f"{case.number} has no option {option!r}; it offers {listed}.", path=("option",))


def resolve(session: Session, case: Case, *, option: str | None, note: str | None) -> None:
    """Close a case that `check_option` has looked at."""
    case.state = CaseState.RESOLVED
    case.resolution = option
    case.note = note
    case.resolved_at = clock.now()
    case.resolved_by = actor.current()
    outbox.record(
        session,
        "case.resolved",
        f"case_{case.id}",
        f"{case.number} was resolved" + (f": {option}." if option else "."),
        order_id=case.order_id,
        data={"option": option, "note": note},
    )
