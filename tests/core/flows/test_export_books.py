"""Each day that is over goes into the other books once; later what has changed; and nothing twice, whatever happens."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from core import clock
from core.cases.models import Case
from core.config import Config
from core.errors import Invalid
from core.exports.models import JournalExport, JournalExportLine
from core.external.models import CallState, ExternalCall
from core.flows import export_books, resolve
from core.flows.sync import jobs_of, sync
from core.hub import Hub
from core.integrations.models import Integration, SyncRun
from core.ledgers import rollup, service
from core.ledgers.models import ExchangeRate
from core.ledgers.service import Draft, Line
from core.verify import exports
from crossdock import Retryable
from tests.core.flows import bookkeeper
from tests.hubs import a_hub

NOW = datetime(2026, 7, 6, 9, tzinfo=UTC)
FRIDAY, SATURDAY, SUNDAY = (date(2026, 7, day) for day in (3, 4, 5))
_KEYS = count(1)


@pytest.fixture(autouse=True)
def at_nine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def settings() -> str:
    return "first_day = 2026-07-03\n"


@pytest.fixture
def hub(config: Config, database_url: str, settings: str) -> Iterator[Hub]:
    config.plugins_file.write_text(f'[integrations.books]\nplugin = "bookkeeper"\n{settings}')
    with a_hub(config, database_url, bookkeeper=bookkeeper.__name__) as hub:
        yield hub


@pytest.fixture
def home(hub: Hub) -> Path:
    return hub.context("books").home


def booked(hub: Hub, at: datetime | date, amount: int = 1200, currency: str = "GBP", account: str = "4000") -> None:
    """A sale of so much on a day at noon, or at a moment."""
    moment = at if isinstance(at, datetime) else datetime(at.year, at.month, at.day, 12, tzinfo=UTC)
    lines = (Line("1000", amount, currency), Line(account, -amount, currency))
    with hub.transaction() as session:
        draft = Draft(
            rule="manual", book_key=f"sale:{next(_KEYS)}", description="A sale", postings=lines, effective_at=moment
        )
        service.post(session, [draft])


def run(hub: Hub) -> SyncRun | None:
    run_id = export_books.export(hub, "books")
    with hub.transaction() as session:
        return None if run_id is None else session.get_one(SyncRun, run_id)


def journals(home: Path) -> list[tuple[str, dict[str, int]]]:
    return [(each["reference"], each["lines"]) for each in bookkeeper.posted(home)]


def test_each_day_that_is_over_goes_out_once_with_one_line_an_account(hub: Hub, home: Path) -> None:
    booked(hub, FRIDAY, 1200)
    booked(hub, FRIDAY, 300)
    booked(hub, FRIDAY, 50, account="4050")
    booked(hub, SUNDAY, 700)
    booked(hub, NOW)

    first = run(hub)

    assert journals(home) == [
        ("CD-20260703-GBP-1", {"1000": 1550, "4000": -1500, "4050": -50}),
        ("CD-20260705-GBP-1", {"1000": 700, "4000": -700}),
    ]
    assert first is not None
    assert (first.state, first.seen, first.created) == ("SUCCEEDED", 2, 2)
    assert run(hub) is None
    assert len(journals(home)) == 2


def test_days_are_the_shop_s_own_and_begin_with_the_first_that_is_asked_for(hub: Hub, home: Path) -> None:
    booked(hub, datetime(2026, 7, 2, 22, 59, tzinfo=UTC), 1)  # London is an hour ahead
    booked(hub, datetime(2026, 7, 2, 23, 0, tzinfo=UTC), 10)
    booked(hub, datetime(2026, 7, 5, 22, 59, tzinfo=UTC), 100)
    booked(hub, datetime(2026, 7, 5, 23, 0, tzinfo=UTC), 1000)

    run(hub)

    assert [lines["1000"] for _, lines in journals(home)] == [10, 100]


def test_it_is_the_same_before_and_after_entries_are_rolled_up(hub: Hub, home: Path) -> None:
    booked(hub, FRIDAY, 1200)
    with hub.transaction() as session:
        assert rollup.roll_up(session) == 1
    booked(hub, FRIDAY, 300)

    run(hub)
    with hub.transaction() as session:
        assert rollup.roll_up(session) == 1

    assert run(hub) is None
    assert journals(home) == [("CD-20260703-GBP-1", {"1000": 1500, "4000": -1500})]


def test_what_is_booked_late_goes_out_as_a_correction_of_that_alone(hub: Hub, home: Path) -> None:
    booked(hub, FRIDAY, 1200)
    run(hub)
    booked(hub, FRIDAY, -200)
    booked(hub, FRIDAY, 80, account="4050")

    run(hub)

    assert journals(home)[1:] == [("CD-20260703-GBP-2", {"1000": -120, "4000": 200, "4050": -80})]
    assert [each["correction"] for each in bookkeeper.posted(home)] == [False, True]
    assert run(hub) is None


def test_each_currency_has_a_journal_of_its_own_with_its_rate(hub: Hub, home: Path) -> None:
    with hub.transaction() as session:
        session.add(ExchangeRate(base="EUR", quote="GBP", at=NOW - timedelta(days=30), rate=Decimal("0.85")))
        session.add(ExchangeRate(base="GBP", quote="JPY", at=NOW - timedelta(days=30), rate=Decimal(200)))
    for currency in ("EUR", "GBP", "JPY", "USD"):
        booked(hub, FRIDAY, 1000, currency)

    run(hub)

    rates = {each["reference"][12:15]: each["rate"] for each in bookkeeper.posted(home)}
    assert rates.pop("USD") is None  # nobody knows it
    assert {currency: Decimal(rate) for currency, rate in rates.items()} == {
        "EUR": Decimal("0.85"),
        "GBP": Decimal(1),
        "JPY": Decimal("0.005"),
    }


@pytest.mark.parametrize(("mood", "posted_then"), [("silent", 1), ("busy", 0)])
def test_what_had_no_answer_is_looked_for_before_it_is_posted_again(
    hub: Hub, home: Path, mood: str, posted_then: int
) -> None:
    booked(hub, FRIDAY)
    booked(hub, SATURDAY)
    bookkeeper.in_mood(home, mood)

    with pytest.raises(Retryable):
        run(hub)
    assert len(journals(home)) == posted_then
    bookkeeper.in_mood(home, None)
    run(hub)

    assert [reference for reference, _ in journals(home)] == ["CD-20260703-GBP-1", "CD-20260704-GBP-1"]
    with hub.transaction() as session:
        states = session.execute(
            select(JournalExport.state, JournalExport.external_id).order_by(JournalExport.id)
        ).all()
        assert [tuple(row) for row in states] == [("EXPORTED", "M-1"), ("EXPORTED", "M-2")]
        assert set(session.scalars(select(ExternalCall.state))) == {CallState.SUCCEEDED}


def test_what_is_booked_while_a_day_has_no_answer_follows_it(hub: Hub, home: Path) -> None:
    booked(hub, FRIDAY)
    bookkeeper.in_mood(home, "busy")
    with pytest.raises(Retryable):
        run(hub)
    booked(hub, FRIDAY, 5)
    bookkeeper.in_mood(home, None)

    run(hub)
    assert [lines["1000"] for _, lines in journals(home)] == [1200]
    run(hub)

    assert [lines["1000"] for _, lines in journals(home)] == [1200, 5]


def refused(hub: Hub, home: Path) -> Case:
    """A Friday that the books do not take, and the question about it."""
    booked(hub, FRIDAY)
    bookkeeper.in_mood(home, "refusing")
    first = run(hub)
    assert first is not None
    assert (first.state, first.rejected) == ("PARTIAL", 1)
    bookkeeper.in_mood(home, None)
    with hub.transaction() as session:
        return session.scalars(select(Case)).one()


def test_a_refused_day_waits_for_a_person_and_the_others_go_on(hub: Hub, home: Path) -> None:
    case = refused(hub, home)
    booked(hub, FRIDAY, 5)
    booked(hub, SATURDAY)

    run(hub)

    assert (case.code, case.message) == ("export_refused", "There is no account 4000.")
    assert case.title == "books does not take the journal CD-20260703-GBP-1"
    assert [reference for reference, _ in journals(home)] == ["CD-20260704-GBP-1"]
    with hub.transaction() as session:
        assert len(session.scalars(select(Case)).all()) == 1


def decide(hub: Hub, case: Case, option: str) -> None:
    with hub.transaction() as session:
        resolve.resolve(session, case.id, option=option)


def test_a_person_has_it_exported_again_whole_under_another_reference(hub: Hub, home: Path) -> None:
    case = refused(hub, home)
    booked(hub, FRIDAY, 5)

    decide(hub, case, "export_again")
    run(hub)

    assert journals(home) == [("CD-20260703-GBP-2", {"1000": 1205, "4000": -1205})]
    assert [each["correction"] for each in bookkeeper.posted(home)] == [False]


def test_a_person_has_booked_it_and_only_what_came_later_goes_out(hub: Hub, home: Path) -> None:
    case = refused(hub, home)
    booked(hub, FRIDAY, 5)

    with pytest.raises(Invalid):
        decide(hub, case, "surely_unknown")
    decide(hub, case, "booked_by_hand")
    run(hub)

    assert journals(home) == [("CD-20260703-GBP-2", {"1000": 5, "4000": -5})]
    assert [each["correction"] for each in bookkeeper.posted(home)] == [True]


def test_two_that_export_at_once_post_each_day_once(hub: Hub, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    booked(hub, FRIDAY)
    original, others = bookkeeper.Bookkeeper.export, list[bool]()

    def interrupted(self: Any, ctx: Any, batch: Any) -> Any:
        if not others:
            others.append(True)
            with pytest.raises(Retryable, match="Another request"):
                export_books.export(hub, "books")
        return original(self, ctx, batch)

    monkeypatch.setattr(bookkeeper.Bookkeeper, "export", interrupted)
    run(hub)

    assert others
    assert len(journals(home)) == 1


def unlike(hub: Hub) -> set[str]:
    """What verify says of exports."""
    with hub.engine.connect() as connection:
        return {finding.message for check in exports.CHECKS for finding in check.run(connection)}


def test_verify_compares_what_went_out_with_what_was_booked(hub: Hub, home: Path) -> None:
    booked(hub, FRIDAY)
    booked(hub, SATURDAY)
    with hub.transaction() as session:
        rollup.roll_up(session)
    run(hub)
    with hub.transaction() as session:
        for export in session.scalars(select(JournalExport)):
            export.drafted_at = NOW + timedelta(hours=1)
    assert unlike(hub) == set()

    with hub.transaction() as session:
        friday = session.scalars(select(JournalExport.id).where(JournalExport.day == FRIDAY)).one()
        session.execute(delete(JournalExportLine).where(JournalExportLine.export_id == friday))

    assert unlike(hub) == {
        "Of 2026-07-03 it was given -1200 GBP (minor units) more on account 1000 than was booked.",
        "Of 2026-07-03 it was given 1200 GBP (minor units) more on account 4000 than was booked.",
    }


def test_it_is_a_job_of_the_integration_that_a_person_may_run(hub: Hub, home: Path) -> None:
    booked(hub, FRIDAY)

    (job,) = jobs_of(hub.registry, "books")
    sync(hub, "books", "export")

    assert (job.name, job.schedule) == ("export", "every hour")
    assert len(journals(home)) == 1


@pytest.mark.parametrize("settings", [""])
def test_without_a_first_day_it_begins_with_the_day_of_set_up(hub: Hub, home: Path) -> None:
    with hub.transaction() as session:
        session.execute(update(Integration).values(created_at=datetime(2026, 7, 3, 23, 30, tzinfo=UTC)))
    booked(hub, FRIDAY)
    booked(hub, SATURDAY)  # in London it was Saturday already

    run(hub)

    assert [reference for reference, _ in journals(home)] == ["CD-20260704-GBP-1"]
