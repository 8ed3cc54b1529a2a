"""When goods leave: cut-off, working days and closed days, in the location's own zone. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_FURTHEST = 366
"""Days to look ahead; a location that is closed for longer ships never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A location's working time. What is ready strictly before `cutoff` leaves the same day; None: until midnight."""

    timezone: str
    cutoff: time | None = None
    workdays: Collection[str] = _WEEKDAYS[:5]
    closed_on: Collection[date] = ()

    def works_on(self, day: date) -> bool:
        return _WEEKDAYS[day.weekday()] in self.workdays and day not in self.closed_on

    def day_of(self, moment: datetime) -> date:
        """The day that people there write on their calendar at a moment (aware)."""
        return moment.astimezone(ZoneInfo(self.timezone)).date()

    def leaves_on(self, ready: datetime) -> date | None:
        """The working day on which goods ready at a moment (aware) leave; None: not within a year."""
        today = self.day_of(ready)
        return self.first_working_day(today + timedelta(days=1) if self._past_cutoff(ready, today) else today)

    def first_working_day(self, since: date) -> date | None:
        """That day or the next one they work; None: not within a year."""
        days = (since + timedelta(days=ahead) for ahead in range(_FURTHEST))
        return next((day for day in days if self.works_on(day)), None)

    def _past_cutoff(self, ready: datetime, today: date) -> bool:
        """Whether the clock on the wall has reached the cut-off today.

        An hour that comes twice counts the first time; a cut-off in the hour that is left out falls on its end.
        """
        if self.cutoff is None:
            return False
        zone = ZoneInfo(self.timezone)
        first = datetime.combine(today, self.cutoff, zone)
        return ready.astimezone(zone).time() >= self.cutoff or ready.timestamp() >= first.timestamp()
