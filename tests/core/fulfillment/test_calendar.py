"""When goods leave a location."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from core.fulfillment.calendar import Calendar

BERLIN = ZoneInfo("Europe/Berlin")
EVERY_DAY = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")


def _berlin(cutoff: time | None = time(14), **more: object) -> Calendar:
    return Calendar(**{"timezone": "Europe/Berlin", "cutoff": cutoff, "workdays": EVERY_DAY, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "day", [date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30), date(2026, 10, 24), date(2026, 10, 25)]
)
def test_the_second_before_the_cutoff_leaves_today_and_the_cutoff_tomorrow_on_both_sides_of_each_change(
    day: date,
) -> None:
    noon = datetime.combine(day, time(13, 59, 59), BERLIN).astimezone(UTC)
    cutoff = datetime.combine(day, time(14), BERLIN).astimezone(UTC)

    assert _berlin().leaves_on(noon) == day
    assert _berlin().leaves_on(cutoff) == date.fromordinal(day.toordinal() + 1)


def test_the_cutoff_moves_in_utc_with_daylight_saving() -> None:
    winter, summer = datetime(2026, 3, 28, 12, 30, tzinfo=UTC), datetime(2026, 3, 29, 12, 30, tzinfo=UTC)

    assert _berlin().leaves_on(winter) == date(2026, 3, 28)  # 13:30 there
    assert _berlin().leaves_on(summer) == date(2026, 3, 30)  # 14:30 there


def test_a_cutoff_in_the_hour_that_comes_twice_counts_the_first_time() -> None:
    calendar = _berlin(time(2, 30))
    before = datetime(2026, 10, 25, 0, 29, tzinfo=UTC)  # 02:29, the first time
    between = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # 02:15, the second time

    assert calendar.leaves_on(before) == date(2026, 10, 25)
    assert calendar.leaves_on(between) == date(2026, 10, 26)


def test_a_cutoff_in_the_hour_that_is_left_out_falls_on_its_end() -> None:
    calendar = _berlin(time(2, 30))

    assert calendar.leaves_on(datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)) == date(2026, 3, 29)  # 01:59:59
    assert calendar.leaves_on(datetime(2026, 3, 29, 1, 0, tzinfo=UTC)) == date(2026, 3, 30)  # 03:00


def test_weekends_and_closed_days_are_passed_over() -> None:
    calendar = Calendar(timezone="Europe/Berlin", cutoff=time(14), closed_on={date(2026, 12, 25), date(2026, 12, 28)})
    thursday_evening = datetime(2026, 12, 24, 17, 0, tzinfo=UTC)

    assert calendar.leaves_on(thursday_evening) == date(2026, 12, 29)


def test_what_is_ready_on_a_day_off_leaves_the_next_working_day_whatever_the_hour() -> None:
    calendar = Calendar(timezone="Europe/Berlin", cutoff=time(14))
    saturday_evening = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)

    assert calendar.leaves_on(saturday_evening) == date(2026, 11, 23)


def test_the_day_is_that_of_the_location_not_of_utc() -> None:
    calendar = Calendar(timezone="Pacific/Auckland", workdays=EVERY_DAY)

    assert calendar.leaves_on(datetime(2026, 11, 22, 12, 0, tzinfo=UTC)) == date(2026, 11, 23)


def test_without_a_cutoff_the_day_lasts_until_midnight() -> None:
    assert _berlin(None).leaves_on(datetime(2026, 11, 22, 22, 59, 59, tzinfo=UTC)) == date(2026, 11, 22)
    assert _berlin(None).leaves_on(datetime(2026, 11, 22, 23, 0, tzinfo=UTC)) == date(2026, 11, 23)


def test_a_location_that_never_works_ships_never() -> None:
    assert Calendar(timezone="UTC", workdays=()).leaves_on(datetime(2026, 11, 22, tzinfo=UTC)) is None
