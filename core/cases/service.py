"""Opening, assigning and resolving cases. What a resolution *does* is decided by `core/flows/resolve.py`."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import actor, clock, outbox
from core.cases.models import Case, CaseKind, CaseState
from core.db import insert_rows, next_ids
from core.errors import IllegalState, Invalid, NotFound


class Option(NamedTuple):
    """One way out of a case."""

    key: str
    label: str
    consequence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a person is to be asked. `same_as` names the fact: reported again, it is the same case."""

    kind: CaseKind
    code: str
    title: str
    message: str
    subject: str | None = None
    order_id: int | None = None
    same_as: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    cost_minor: int | None = None
    cost_currency: str | None = None
    options: Sequence[Option] = ()
    due_at: datetime | None = None


_COLUMNS = [
    Case.id, Case.number, Case.kind, Case.code, Case.title, Case.message, Case.state, Case.subject, Case.order_id,
    Case.same_as, Case.data, Case.cost_minor, Case.cost_currency, Case.options, Case.opened_at, Case.due_at,
]  # fmt: skip


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
    question = Question(
        kind=kind,
        code=code,
        title=title,
        message=message,
        subject=subject,
        order_id=order_id,
        same_as=same_as,
        data=data or {},
        cost_minor=cost_minor,
        cost_currency=cost_currency,
        options=tuple(options),
        due_at=due_at,
    )
    return open_all(session, [question])[0]


def open_all(session: Session, asked: Sequence[Question]) -> list[int]:
    """As `open_case`, for many at once: the case of each, in the order given. Three statements at most."""
    named = {question.same_as for question in asked if question.same_as is not None}
    query = select(Case.same_as, Case.id).where(Case.same_as.in_(named))
    known: dict[str | int | None, int] = {row.same_as: row.id for row in session.execute(query)} if named else {}
    fresh: dict[str | int | None, Question] = {}
    for question in asked:
        if question.same_as not in known:
            fresh.setdefault(question.same_as or id(question), question)
    if fresh:
        opened = dict(zip(fresh, next_ids(session, Case, len(fresh)), strict=True))
        now = clock.now()
        insert_rows(session, Case, _COLUMNS, [_row(opened[name], question, now) for name, question in fresh.items()])
        for name, question in fresh.items():
            _tell(session, opened[name], question)
        known |= opened
    return [known[question.same_as or id(question)] for question in asked]


def _row(case_id: int, asked: Question, now: datetime) -> tuple[Any, ...]:
    options = [option._asdict() for option in asked.options]
    return (
        case_id, f"CASE-{case_id}", asked.kind, asked.code, asked.title, asked.message, CaseState.OPEN, asked.subject,
        asked.order_id, asked.same_as, asked.data, asked.cost_minor, asked.cost_currency, options or "[]", now,
        asked.due_at,
    )  # fmt: skip


def _tell(session: Session, case_id: int, asked: Question) -> None:
    outbox.record(
        session,
        "case.opened",
        f"case_{case_id}",
        f"{asked.title}: {asked.message}",
        order_id=asked.order_id,
        data={"code": asked.code},
    )


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


def settle(session: Session, same_as: str, note: str) -> None:
    """Close the case about a fact that is none any more; nothing where nobody was asked, or somebody has answered."""
    query = select(Case).where(Case.same_as == same_as, Case.state == CaseState.OPEN).with_for_update()
    case = session.scalar(query)
    if case is not None:
        resolve(session, case, option=None, note=note)


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
