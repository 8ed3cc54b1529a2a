"""Days, amounts and lists as a sentence has them."""

from collections.abc import Iterable, Sequence
from datetime import date

from core.orders.summary.facts import Parcel, Work


def carried(parcels: Sequence[Parcel]) -> str:
    """` with DHL (00340434…)`, for each parcel that has something to tell."""
    told = [
        f"{parcel.carrier or 'tracking'}{f' ({parcel.tracking_number})' if parcel.tracking_number else ''}"
        for parcel in parcels
        if parcel.carrier or parcel.tracking_number
    ]
    return f" with {listed(told)}" if told else ""


def goods(wanted: Sequence[tuple[str, int]]) -> str:
    return listed(f"{quantity} x {name}" for name, quantity in wanted)


def places(work: Sequence[Work]) -> str:
    """` Berlin and Leeds on 5 March 2026`, the day when the last of it leaves."""
    named = listed(one.location for one in work)
    last = last_day(work)
    return f"{named} on {last}" if last else named


def last_day(work: Sequence[Work]) -> str | None:
    days = [one.ship_on for one in work if one.ship_on]
    return day(max(days)) if days else None


def listed(words: Iterable[str]) -> str:
    """`A`, `A and B`, `A, B and C`; each word once."""
    *most, last = dict.fromkeys(words)
    return f"{', '.join(most)} and {last}" if most else last


def day(moment: date) -> str:
    return f"{moment.day} {moment:%B %Y}"


def sentence(text: str) -> str:
    """With its full stop."""
    return text if text.endswith((".", "?", "!")) else f"{text}."
