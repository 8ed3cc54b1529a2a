"""What an agent has in hand, read as clues: order numbers, tracking numbers, addresses, phone numbers, tickets. Pure.

A clue is only what something might be. Whether it is one, the database says.
"""

import enum
import re
from collections.abc import Iterator, Sequence
from email.utils import parseaddr
from itertools import islice
from typing import NamedTuple

from core.folding import TAIL, fold_code


class LookupMatch(enum.StrEnum):
    """The surest first: an order's own number names one order, a phone number whoever shares it."""

    ORDER_NUMBER = "ORDER_NUMBER"
    TRACKING_NUMBER = "TRACKING_NUMBER"
    TICKET = "TICKET"
    EMAIL = "EMAIL"
    PHONE = "PHONE"


class Clue(NamedTuple):
    """`text` in the form in which it is looked for; `helpdesk` narrows a ticket to one helpdesk."""

    kind: LookupMatch
    text: str
    helpdesk: str | None = None


MOST_CLUES = 200
_LONGEST = 20_000
"""Characters of a message that are read."""

_EMAIL = re.compile(r"[\w.+'%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE = re.compile(r"\+?\(?\d[\d ().\-/]{5,24}\d")
_WORD = re.compile(r"#?[^\W_][\w-]{0,39}")
_CALLED_ORDER = re.compile(
    r"(?:#|\border(?:\s+(?:number|no\.?|nr\.?|id|is))*\s*[:#]?\s*)([^\W_][\w-]{0,39})", re.IGNORECASE
)
_CALLED_TICKET = re.compile(r"\b(?:ticket|case)(?:\s+(?:number|no\.?|id))?\s*[:#]?\s*([\w-]{1,40})", re.IGNORECASE)
_PART_OF_CODE = re.compile(r"[0-9A-Z]*\d[0-9A-Z]*|[A-Z]{2}")
_SHORTEST_CODE, _LONGEST_CODE = 8, 40
_SHORTEST_PLAIN = 6
"""A bare number that nothing calls an order is one only from so many digits on: below, it is a quantity or a year."""


def clues_of(kind: LookupMatch, text: str, *, helpdesk: str | None = None) -> list[Clue]:
    """The clues in a field that says what it holds. None where it holds nothing that could be one."""
    return list(dict.fromkeys(_READERS[kind](text.strip()[:_LONGEST], helpdesk)))[:MOST_CLUES]


def clues_in(text: str) -> list[Clue]:
    """Every clue in free text, such as an e-mail or a line that an agent pasted."""
    text = text[:_LONGEST]
    found = [*_emails(text), *_numbers(text), *_codes(text), *_tickets(text), *_phones(text)]
    return list(islice(dict.fromkeys(found), MOST_CLUES))


def _number(text: str, _helpdesk: str | None) -> Iterator[Clue]:
    plain = text.lstrip("#").strip()
    if plain:
        yield Clue(LookupMatch.ORDER_NUMBER, plain)
    if plain.isascii() and plain.isdigit():
        yield Clue(LookupMatch.ORDER_NUMBER, f"CD-{plain}")


def _code(text: str, _helpdesk: str | None) -> Iterator[Clue]:
    if folded := fold_code(text):
        yield Clue(LookupMatch.TRACKING_NUMBER, folded)


def _ticket(text: str, helpdesk: str | None) -> Iterator[Clue]:
    if text:
        yield Clue(LookupMatch.TICKET, text, helpdesk)


def _email(text: str, _helpdesk: str | None) -> Iterator[Clue]:
    """Also as mail programs write it: `Ada Lovelace <ada@example.com>`."""
    _, address = parseaddr(text.removeprefix("mailto:"))
    if "@" in address:
        yield Clue(LookupMatch.EMAIL, address.lower())


def _phone(text: str, _helpdesk: str | None) -> Iterator[Clue]:
    if sum(character.isdigit() for character in text) >= TAIL:
        yield Clue(LookupMatch.PHONE, text)


_READERS = {
    LookupMatch.ORDER_NUMBER: _number,
    LookupMatch.TRACKING_NUMBER: _code,
    LookupMatch.TICKET: _ticket,
    LookupMatch.EMAIL: _email,
    LookupMatch.PHONE: _phone,
}


def _emails(text: str) -> Iterator[Clue]:
    for found in _EMAIL.finditer(text):
        yield Clue(LookupMatch.EMAIL, found[0].strip(".'").lower())


def _numbers(text: str) -> Iterator[Clue]:
    """Words with a digit; a short bare number only where it is called an order."""
    for found in _CALLED_ORDER.finditer(text):
        if any(character.isdigit() for character in found[1]):
            yield from _number(found[1], None)
    for found in _WORD.finditer(text):
        word = found[0].lstrip("#").rstrip("-")
        if word.isdigit() and len(word) < _SHORTEST_PLAIN:
            continue
        if any(character.isdigit() for character in word):
            yield Clue(LookupMatch.ORDER_NUMBER, word)


def _codes(text: str) -> Iterator[Clue]:
    """Runs of words that could be a tracking number, however it is spaced: `JD01 4600 0012`, `RR 123456789 GB`."""
    run: list[str] = []
    for word in [*(fold_code(found) for found in re.split(r"[\s,;:()\"'<>]+", text)), ""]:
        if _PART_OF_CODE.fullmatch(word):
            run.append(word)
            continue
        yield from _joined(run)
        run = []


def _joined(run: Sequence[str]) -> Iterator[Clue]:
    for start in range(len(run)):
        code = ""
        for word in run[start : start + 12]:
            code += word
            if len(code) > _LONGEST_CODE:
                break
            if len(code) >= _SHORTEST_CODE:
                yield Clue(LookupMatch.TRACKING_NUMBER, code)


def _tickets(text: str) -> Iterator[Clue]:
    for found in _CALLED_TICKET.finditer(text):
        if any(character.isdigit() for character in found[1]):
            yield Clue(LookupMatch.TICKET, found[1])


def _phones(text: str) -> Iterator[Clue]:
    for found in _PHONE.finditer(text):
        yield from _phone(found[0].strip(), None)
