"""Cases: one for each fact, resolved once."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.actor import acting_as
from core.cases import service
from core.cases.models import Case, CaseKind, CaseState
from core.cases.service import Option, Question, open_all, open_case
from core.errors import IllegalState, Invalid, NotFound
from core.events.models import Event


def a_case(session: Session, **fields: object) -> int:
    about = {"kind": CaseKind.OTHER, "code": "odd", "title": "Odd", "message": "Look at it", **fields}
    return open_case(session, **about)  # type: ignore[arg-type]


def test_the_same_fact_is_one_case_and_one_event(session: Session) -> None:
    assert a_case(session, same_as="parcel 1") == a_case(session, same_as="parcel 1")
    assert a_case(session) != a_case(session)
    session.commit()

    assert len(session.scalars(select(Case)).all()) == 3
    assert len(session.scalars(select(Event.name)).all()) == 3


def test_many_are_opened_at_once_and_each_fact_once(session: Session) -> None:
    known = a_case(session, same_as="parcel 1")
    facts = ("parcel 2", "parcel 1", None, "parcel 2", None)
    asked = [Question(kind=CaseKind.OTHER, code="odd", title="Odd", message="Look", same_as=fact) for fact in facts]

    opened = open_all(session, asked)
    session.commit()

    assert (opened[1], opened[0], len(set(opened))) == (known, opened[3], 4)
    assert set(session.scalars(select(Case.id))) == set(opened)
    assert len(session.scalars(select(Event.name)).all()) == 4


def test_a_case_with_options_wants_one_of_them(session: Session) -> None:
    case = service.locked(session, a_case(session, options=(Option("a", "A"), Option("b", "B"))))

    for wrong in (None, "c"):
        with pytest.raises(Invalid):
            service.check_option(case, wrong)
    service.check_option(case, "a")
    with pytest.raises(Invalid):
        service.check_option(service.locked(session, a_case(session)), "a")


def test_a_case_is_resolved_by_somebody_and_then_over(session: Session) -> None:
    case = service.locked(session, a_case(session))
    with acting_as("ada"):
        service.resolve(session, case, option=None, note="Seen")

    assert (case.state, case.resolved_by, case.note) == (CaseState.RESOLVED, "ada", "Seen")
    with pytest.raises(IllegalState):
        service.check_option(case, None)
    with pytest.raises(NotFound):
        service.locked(session, 99)
