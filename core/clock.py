"""The one source of time: `CROSSDOCK_TIME_OFFSET` moves it, so that cut-offs and silences can be tried from outside."""

import os
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_OFFSET = re.compile(r"^([+-]?)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$")


def parse_offset(text: str) -> timedelta:
    """A signed duration: `90`, `-30m`, `+2d12h`. Bare numbers are seconds.

    Raises ValueError with a sentence that says what is accepted.
    """
    match = _OFFSET.match(text.strip())
    if match is None or not any(match.groups()[1:]):
        raise ValueError(f"{text!r} is not a duration: write seconds, or days, hours, minutes such as 2d12h or -30m.")
    sign, days, hours, minutes, seconds = match.groups()
    span = timedelta(days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0), seconds=int(seconds or 0))
    return -span if sign == "-" else span


_offset = parse_offset(os.environ.get("CROSSDOCK_TIME_OFFSET") or "0s")


def now() -> datetime:
    """The present, aware, in UTC."""
    return datetime.now(UTC) + _offset


def of_this_machine() -> datetime:
    """What this machine's clock says, whatever the hub's was moved by: to be compared with the clocks of others."""
    return datetime.now(UTC)


def shift(by: timedelta) -> None:
    """Move this process's clock; development and tests only."""
    global _offset  # noqa: PLW0603  # the clock is the one thing that a process has exactly one of
    _offset += by


def day_of(moment: datetime, zone: str) -> date:
    """The calendar day of a moment in a named zone; days there may have 23 or 25 hours."""
    return moment.astimezone(ZoneInfo(zone)).date()


def start_of_day(day: date, zone: str) -> datetime:
    """The moment that a day begins in a named zone, in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
