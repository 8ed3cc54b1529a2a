"""The system's clock, stopped at a moment, and times as a clock on a wall in Berlin shows them."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest

from core import clock

BERLIN = ZoneInfo("Europe/Berlin")


class Clock:
    """Stands for `datetime` where the hub reads the system's time, so that a second lasts as long as a test needs."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.moment = datetime.now(UTC)
        patch.setattr(clock, "datetime", self)

    def __call__(self, year: int, month: int, day: int, *, tzinfo: tzinfo) -> datetime:
        return datetime(year, month, day, tzinfo=tzinfo)

    def now(self, zone: tzinfo) -> datetime:
        return self.moment.astimezone(zone)

    def stops_at(self, moment: datetime) -> datetime:
        self.moment = moment.astimezone(UTC)
        return moment

    def goes_on(self, **by: float) -> None:
        """So much time passes, whatever clocks on walls do meanwhile."""
        self.moment += timedelta(**by)


def berlin(text: str) -> datetime:
    """That time there: "2027-03-26 13:59:59"."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def utc(moment: datetime) -> str:
    """As the API writes it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
