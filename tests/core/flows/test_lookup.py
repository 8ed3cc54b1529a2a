"""What an agent has in hand, read as clues."""

import pytest

from core.flows.lookup import Clue, Hit, LookupMatch, best, clues_in, clues_of
from core.flows.lookup.clues import MOST_CLUES


def texts(kind: LookupMatch, message: str) -> list[str]:
    return [clue.text for clue in clues_in(message) if clue.kind is kind]


def test_a_number_may_be_ours_or_the_channels_and_may_be_written_with_a_hash() -> None:
    wanted = [Clue(LookupMatch.ORDER_NUMBER, "1042"), Clue(LookupMatch.ORDER_NUMBER, "CD-1042")]

    assert clues_of(LookupMatch.ORDER_NUMBER, " #1042 ") == wanted


@pytest.mark.parametrize("written", ["JD01 4600 0012 34", "jd-0146-0000-1234", "JD014600001234"])
def test_a_tracking_number_is_read_however_it_is_spaced(written: str) -> None:
    assert clues_of(LookupMatch.TRACKING_NUMBER, written) == [Clue(LookupMatch.TRACKING_NUMBER, "JD014600001234")]
    assert "JD014600001234" in texts(LookupMatch.TRACKING_NUMBER, f"Where is my parcel {written.upper()}, please?")


def test_an_address_is_read_as_mail_programs_write_it() -> None:
    wanted = [Clue(LookupMatch.EMAIL, "ada@example.com")]

    assert clues_of(LookupMatch.EMAIL, "Ada Lovelace <Ada@Example.com>") == wanted
    assert clues_of(LookupMatch.EMAIL, "nobody") == []
    assert texts(LookupMatch.EMAIL, "From: Ada <ADA@example.com>. Thanks.") == ["ada@example.com"]


def test_short_bare_numbers_of_a_message_are_orders_only_where_it_calls_them_so() -> None:
    message = "In 2024 I bought 12 cups, order number 1042 and CD-77; also 30045512."

    assert texts(LookupMatch.ORDER_NUMBER, message) == ["1042", "CD-1042", "CD-77", "30045512"]


def test_phone_numbers_and_tickets_of_a_message_are_found() -> None:
    message = "Call me on +44 (0)7700 900123. My ticket #8812 has no answer."

    assert texts(LookupMatch.PHONE, message) == ["+44 (0)7700 900123"]
    assert texts(LookupMatch.TICKET, message) == ["8812"]


def test_a_hostile_message_gives_a_bounded_number_of_clues() -> None:
    assert len(clues_in("12345678 " * 100_000)) <= MOST_CLUES
    assert len(clues_in("A1" * 100_000)) <= MOST_CLUES
    assert clues_in("") == []


@pytest.mark.parametrize(
    ("kept", "country", "given", "same"),
    [
        ("+44 7700 900123", "GB", "07700 900 123", True),
        ("07700 900123", "GB", "+447700900123", True),
        ("07700-900123", None, "0044 7700 900123", True),
        ("07700 900123", "GB", "+33 7700 900123", False),
        ("+44 1700 900123", "GB", "07700 900123", False),
        ("ask reception 0900123", None, "07700 900123", False),
    ],
)
def test_phone_numbers_are_compared_whole(kept: str, country: str | None, given: str, same: bool) -> None:
    hit = Hit(LookupMatch.PHONE, kept, 1, None, "CD-1", None, country)

    assert bool(best(clues_of(LookupMatch.PHONE, given), [hit])) is same


def test_the_surest_kind_of_clue_counts_alone() -> None:
    number = Hit(LookupMatch.ORDER_NUMBER, "CD-1", 1, 5, "CD-1", None, None)
    email = Hit(LookupMatch.EMAIL, "a@example.com", 2, 6, "CD-2", None, None)

    assert best([], [number, email]) == [number]
