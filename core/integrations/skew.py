"""Whether this machine's clock is right, by what the other side's answers say of the time."""

from collections.abc import Mapping
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime

from core import clock

_TOLERABLE = timedelta(minutes=2)
"""Signatures and tokens usually bear so much."""


def of_answer(host: str, headers: Mapping[str, str]) -> str | None:
    """What is wrong with the clock, and the mend; None where it is right, or the answer does not say."""
    said = headers.get("date")
    if said is None or "age" in headers:  # an answer that somebody kept is of another time
        return None
    try:
        theirs = parsedate_to_datetime(said)
    except ValueError:
        return None
    theirs = theirs if theirs.tzinfo is not None else theirs.replace(tzinfo=UTC)
    ahead = clock.of_this_machine() - theirs
    if abs(ahead) <= _TOLERABLE:
        return None
    place = "ahead of" if ahead > timedelta(0) else "behind"
    return (
        f"This machine's clock is {_spoken(abs(ahead))} {place} that of {host}: signatures and tokens fail by that. "
        "Set it right, and have it kept right by NTP."
    )


def _spoken(span: timedelta) -> str:
    for unit, name in ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute")):
        if span >= unit:
            count = span // unit
            return f"{count} {name}{'s' if count > 1 else ''}"
    return f"{span.seconds} seconds"
