"""Posting: balanced, once, never changed, never into a closed period."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from core.db import transaction
from core.errors import CrossdockError, IllegalState, Invalid, NotFound, PeriodClosed
from core.events.models import Event
from core.flows import journal
from core.ledgers import service, valuation
from core.ledgers.models import ExchangeRate, JournalEntry, Posting
from core.ledgers.service import Draft, Line
from tests.builders import a_channel, an_item
from tests.core.ledgers.build import NOON, balances, entries


def a_draft(*postings: Line, key: str | None = None, at: datetime = NOON) -> Draft:
    return Draft(rule="manual", book_key=key, description="A draft", postings=postings, effective_at=at)


def rent(amount: int = 5000, currency: str = "GBP") -> tuple[Line, Line]:
    return Line("5900", amount, currency), Line("1000", -amount, currency)


def test_an_entry_is_posted_and_numbered(session: Session) -> None:
    (entry_id,) = service.post(session, [a_draft(*rent(), key="rent:march")])
    session.commit()

    entry = session.get_one(JournalEntry, entry_id)
    assert (entry.number, entry.rule, entry.book_key, entry.effective_at) == (
        f"J-{entry_id}",
        "manual",
        "rent:march",
        NOON,
    )
    assert balances(session) == {"5900": 5000, "1000": -5000}


def test_a_known_key_is_not_booked_again(session: Session) -> None:
    first = service.post(session, [a_draft(*rent(), key="rent"), a_draft(*rent(), key="rent")])
    again = service.post(session, [a_draft(*rent(), key="rent"), a_draft(*rent(7), key="other")])

    assert (len(first), len(again)) == (1, 1)
    assert balances(session) == {"5900": 5007, "1000": -5007}


def test_an_unbalanced_draft_is_refused_with_what_it_is_off_by(session: Session) -> None:
    with pytest.raises(Invalid, match=r"debits less credits leave 0\.01 GBP and -3 JPY"):
        service.post(
            session,
            [a_draft(Line("5900", 101, "GBP"), Line("1000", -100, "GBP"), Line("1000", -3, "JPY"))],
        )
    assert entries(session) == []


def test_the_database_itself_refuses_an_unbalanced_entry_at_commit(engine: Engine) -> None:
    with pytest.raises(DatabaseError, match="does not balance: off by 1 GBP"), transaction(engine) as session:
        session.execute(
            text(
                "with entry as (insert into journal_entries (number, rule, book_key, description, effective_at) "
                "values ('J-x', 'x', 'x', 'x', now()) returning id) "
                "insert into postings (entry_id, account_id, amount_minor, currency, reporting_minor) "
                "select id, 1, 1, 'GBP', 1 from entry"
            )
        )


@pytest.mark.parametrize(
    "change",
    [
        "update postings set amount_minor = amount_minor + 1",
        "delete from postings",
        "truncate postings",
        "update journal_entries set effective_at = now()",
        "update journal_entries set description = 'other'",
        "delete from journal_entries",
        "truncate journal_entries cascade",
    ],
)
def test_the_database_refuses_to_change_what_is_booked(session: Session, change: str) -> None:
    service.post(session, [a_draft(*rent())])
    session.commit()

    with pytest.raises(DatabaseError, match="the ledger is never changed"):
        session.execute(text(change))


@pytest.mark.parametrize("beyond", [0, 1])
def test_a_posting_cannot_join_an_entry_later_nor_one_that_is_not_there(session: Session, beyond: int) -> None:
    (entry_id,) = service.post(session, [a_draft(*rent())])
    session.commit()

    with pytest.raises(DatabaseError, match="written together with their journal entry"):
        session.execute(
            text(
                "insert into postings (entry_id, account_id, amount_minor, currency, reporting_minor) "
                "values (:id, 1, 5, 'GBP', 5), (:id, 2, -5, 'GBP', -5)"
            ),
            {"id": entry_id + beyond},
        )


def test_booking_works_inside_a_savepoint(session: Session) -> None:
    with session.begin_nested():
        service.post(session, [a_draft(*rent())])
    session.commit()

    assert balances(session) == {"5900": 5000, "1000": -5000}


def test_an_account_that_is_not_in_the_chart_is_refused(session: Session) -> None:
    with pytest.raises(Invalid, match="no account '9999'"):
        service.post(session, [a_draft(Line("9999", 1, "GBP"), Line("1000", -1, "GBP"))])


def test_postings_of_nothing_are_left_out(session: Session) -> None:
    assert service.post(session, [a_draft(Line("5900", 0, "GBP"), Line("1000", 0, "GBP"))]) == []
    assert entries(session) == []


def test_a_reversal_takes_everything_back_once(session: Session) -> None:
    (entry_id,) = service.post(session, [a_draft(*rent())])

    first = service.reverse(session, entry_id, "paid twice")
    again = service.reverse(session, entry_id, "paid twice")
    session.commit()

    assert first == again
    assert balances(session) == {}
    assert session.get_one(JournalEntry, first).reverses_id == entry_id
    with pytest.raises(IllegalState, match="is itself a reversal"):
        service.reverse(session, first, "no")
    with pytest.raises(NotFound):
        service.reverse(session, 10**9, "no")


def test_nothing_is_booked_into_a_closed_period(session: Session) -> None:
    service.close(session, date(2026, 3, 2))

    with pytest.raises(PeriodClosed, match="closed through 2026-03-02; nothing can be booked on 2026-03-02"):
        service.post(session, [a_draft(*rent())])
    service.post(session, [a_draft(*rent(), at=datetime(2026, 3, 3, tzinfo=UTC))])


def test_a_fact_of_a_closed_period_is_booked_on_the_first_open_day(session: Session) -> None:
    service.close(session, date(2026, 6, 30))
    service.post(session, [a_draft(*rent())], move_into_open=True)
    session.commit()

    (entry,) = entries(session)
    assert entry.effective_at == datetime(2026, 6, 30, 23, tzinfo=UTC)  # midnight of July 1 in London


def test_the_database_itself_refuses_what_is_dated_in_a_closed_period(session: Session) -> None:
    service.close(session, date(2026, 3, 2))

    with pytest.raises(DatabaseError, match="the books are closed through 2026-03-02"):
        session.execute(
            text(
                "insert into journal_entries (number, rule, book_key, description, effective_at) "
                "values ('J-x', 'x', 'x', 'x', '2026-03-02 23:59:59+00')"
            )
        )


def test_closing_waits_for_whoever_is_booking(engine: Engine) -> None:
    with Session(engine) as booking, Session(engine) as closing:
        service.post(booking, [a_draft(*rent())])
        closing.execute(text("set lock_timeout = '100ms'"))
        with pytest.raises(DatabaseError, match="lock timeout"):
            service.close(closing, date(2026, 3, 2))


def test_closing_goes_forward_only_and_never_ahead_of_time(session: Session) -> None:
    service.close(session, date(2026, 3, 2))

    with pytest.raises(Invalid, match="closed through 2026-03-02 already"):
        service.close(session, date(2026, 3, 1))
    with pytest.raises(Invalid, match="is not over yet"):
        service.close(session, date(9999, 1, 1))


def values(session: Session) -> list[tuple[int, str, int]]:
    query = select(Posting.amount_minor, Posting.currency, Posting.reporting_minor).order_by(Posting.id)
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def test_amounts_are_valued_at_the_rate_of_the_day(session: Session) -> None:
    session.add(ExchangeRate(base="EUR", quote="GBP", at=datetime(2026, 3, 1, tzinfo=UTC), rate=Decimal("0.85")))
    session.add(ExchangeRate(base="EUR", quote="GBP", at=datetime(2026, 3, 3, tzinfo=UTC), rate=Decimal("0.90")))
    session.flush()

    service.post(session, [a_draft(*rent(1000, "EUR"))])

    assert values(session) == [(1000, "EUR", 850), (-1000, "EUR", -850)]


@pytest.mark.parametrize(
    ("currency", "rate", "amount", "value"),
    [("JPY", "0.0052", 1200, 624), ("KWD", "2.6", 12_345, 3210)],
)
def test_currencies_of_other_exponents_are_valued_exactly(
    session: Session, currency: str, rate: str, amount: int, value: int
) -> None:
    session.add(ExchangeRate(base=currency, quote="GBP", at=datetime(2026, 3, 1, tzinfo=UTC), rate=Decimal(rate)))
    session.flush()

    service.post(session, [a_draft(*rent(amount, currency))])

    assert values(session) == [(amount, currency, value), (-amount, currency, -value)]


def test_a_rate_the_other_way_round_serves_as_well(session: Session) -> None:
    session.add(ExchangeRate(base="GBP", quote="USD", at=datetime(2026, 3, 1, tzinfo=UTC), rate=Decimal("1.25")))
    session.flush()

    service.post(session, [a_draft(*rent(1000, "USD"))])

    assert values(session)[0] == (1000, "USD", 800)


def test_what_rounding_leaves_over_goes_to_exchange_differences(session: Session) -> None:
    session.add(ExchangeRate(base="EUR", quote="GBP", at=datetime(2026, 3, 1, tzinfo=UTC), rate=Decimal("0.5")))
    session.flush()

    service.post(session, [a_draft(Line("5900", 1, "EUR"), Line("5900", 1, "EUR"), Line("1000", -2, "EUR"))])

    assert values(session) == [(1, "EUR", 1), (1, "EUR", 1), (-2, "EUR", -1), (0, "GBP", -1)]


def test_without_a_rate_the_entry_stands_and_its_value_follows(session: Session) -> None:
    service.post(session, [a_draft(*rent(1001, "EUR")), a_draft(*rent(50, "USD")), a_draft(*rent(7))])
    assert [entry.valued for entry in entries(session)] == [False, False, True]
    assert values(session)[0] == (1001, "EUR", 0)

    assert valuation.value(session) == {"EUR", "USD"}
    session.add(ExchangeRate(base="EUR", quote="GBP", at=datetime(2026, 9, 1, tzinfo=UTC), rate=Decimal("0.5")))
    session.flush()
    assert valuation.value(session) == {"USD"}
    assert valuation.value(session) == {"USD"}
    session.commit()

    assert values(session)[-2:] == [(0, "EUR", 501), (0, "EUR", -501)]
    later = entries(session)[-1]
    assert (later.description, later.effective_at) == ("Value of J-1", NOON)


def test_a_person_books_and_reverses_by_account_and_the_timeline_says_so(session: Session) -> None:
    channel, item = a_channel(session, "web"), an_item(session, "RED")
    advert = [
        journal.Posting("5900", 5000, "GBP", sku="RED", channel="web"),
        journal.Posting("1000", -5000, "GBP"),
    ]

    entry_id = journal.post(session, "Adverts in March", advert, effective_at=NOON)
    journal.reverse(session, entry_id, "wrong month")
    journal.reverse(session, entry_id, "wrong month")
    session.commit()

    cost = session.scalars(select(Posting).where(Posting.entry_id == entry_id, Posting.amount_minor > 0)).one()
    assert (cost.item_id, cost.channel_id) == (item.id, channel.id)
    assert balances(session) == {}
    assert list(session.scalars(select(Event.name).order_by(Event.id))) == ["journal.posted", "journal.reversed"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"account": "9999"}, "There is no account '9999'"),
        ({"amount_minor": 5001}, r"debits less credits leave 0\.01 GBP"),
        ({"currency": "EUR"}, "does not balance"),
        ({"sku": "NOPE"}, "There is no SKU 'NOPE'"),
        ({"channel": "nope"}, "There is no channel 'nope'"),
    ],
)
def test_what_cannot_be_booked_by_hand_is_refused_in_a_sentence(
    session: Session, change: dict[str, Any], sentence: str
) -> None:
    first = {"account": "5900", "amount_minor": 5000, "currency": "GBP", **change}
    second = journal.Posting("1000", -5000, "GBP")

    with pytest.raises(CrossdockError, match=sentence):
        journal.post(session, "Adverts", [journal.Posting(**first), second])
    assert entries(session) == []


def test_nobody_books_by_hand_into_a_closed_period(session: Session) -> None:
    journal.close(session, date(2026, 3, 2))
    pair = [
        journal.Posting("5900", 1, "GBP"),
        journal.Posting("1000", -1, "GBP"),
    ]

    with pytest.raises(PeriodClosed, match="nothing can be booked on 2026-03-02"):
        journal.post(session, "Late", pair, effective_at=NOON)
