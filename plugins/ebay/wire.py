"""Reading what eBay says: text, numbers, moments and amounts, each what it claims to be or BadData."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from crossdock import BadData, Money

Said = Mapping[str, Any]


@contextmanager
def reading(what: str, payload: str = "") -> Iterator[None]:
    """Whatever is missing or of another kind than expected inside of it is BadData."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError) as error:
        problem = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise BadData(f"eBay's {what} makes no sense: {problem}.", payload[:10_000], where=what) from error


def text(said: object) -> str:
    """A text that is not empty. Raises ValueError."""
    if not isinstance(said, str) or not said:
        raise ValueError(f"{said!r} is no text")
    return said


def text_or_none(said: object) -> str | None:
    """None where nothing is said. Raises ValueError for what is no text."""
    if said is not None and not isinstance(said, str):
        raise ValueError(f"{said!r} is no text")
    return said or None


def whole(said: object) -> int:
    """A number of things. Raises ValueError below zero and for what is no whole number."""
    if not isinstance(said, int) or isinstance(said, bool) or said < 0:
        raise ValueError(f"{said!r} is no number of things")
    return said


def rows(said: object) -> list[Said]:
    """Objects in a list; none where nothing is said. Raises ValueError."""
    if said is None:
        return []
    if not isinstance(said, list) or not all(isinstance(each, dict) for each in said):
        raise ValueError("There is no list of objects where one should be")
    return said


def part(said: object) -> Said:
    """An object inside of another; an empty one where nothing is said. Raises ValueError."""
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise TypeError(f"{said!r} is no object")
    return said


def moment(said: object) -> datetime:
    """2026-03-02T12:00:00.000Z; Post-Order wraps it as {"value": ...}. Raises ValueError."""
    found = datetime.fromisoformat(text(said.get("value") if isinstance(said, dict) else said))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def moment_or_none(said: object) -> datetime | None:
    return None if said is None else moment(said)


def spoken(at: datetime) -> str:
    """A moment in eBay's words."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def money(said: object) -> Money:
    """{"value": "9.99", "currency": "GBP"}; Post-Order has numbers. Raises ValueError, TypeError, KeyError."""
    found = part(said)
    return Money.parse(str(found["value"]), text(found["currency"]))


def money_or_none(said: object) -> Money | None:
    return None if said is None else money(said)


def amount(said: Money) -> dict[str, str]:
    """An amount in eBay's words."""
    return {"value": f"{said.amount:f}", "currency": said.currency}


def object_of(payload: str) -> Said:
    """Raises ValueError where it is none."""
    said = json.loads(payload)
    if not isinstance(said, dict):
        raise TypeError("it is no object")
    return said
