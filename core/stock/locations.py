"""Locations by code: where things lie, when parcels leave there, and who says what is on hand."""

import re
from collections.abc import Iterable, Mapping
from datetime import time
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core import outbox
from core.errors import IllegalState, Invalid, NotFound
from core.stock.models import Location, LocationKind, StockAuthority, StockLevel, Weekday
from crossdock.address import Address
from crossdock.geo import locate

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./-]{0,63}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_WORKDAYS = [Weekday.MONDAY, Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY, Weekday.FRIDAY]
_EMPTY: Mapping[str, Any] = {
    "kind": LocationKind.WAREHOUSE,
    "timezone": "UTC",
    "workdays": _WORKDAYS,
    "closed_on": [],
    "priority": 0,
    "active": True,
    "stock_authority": StockAuthority.HUB,
}
"""What a column becomes that is given as None but cannot be; also what a new location starts with."""


def by_code(session: Session, code: str, *, path: tuple[str, ...] = ("location",)) -> Location:
    """Raises NotFound."""
    location = session.scalar(select(Location).where(Location.code == code))
    if location is None:
        raise NotFound(f"No location has the code {code!r}; `locations` lists those there are.", path=path)
    return location


def ids_of(session: Session, codes: Iterable[str]) -> dict[str, int]:
    """Ids by code; those that nobody knows are left out."""
    query = select(Location.code, Location.id).where(Location.code.in_(set(codes)))
    return {row.code: row.id for row in session.execute(query)}


def upsert_location(session: Session, code: str, given: Mapping[str, Any]) -> Location:
    """Make or change a location; what is not given stays, what is given as None is cleared.

    `given` holds columns of Location, with `cutoff` as text ("14:00") and `address` as the SDK writes it. A new
    location serves every channel that does not name its own. Raises Invalid with the path of what makes no sense.
    """
    if not _CODE.fullmatch(code):
        raise Invalid(f"{code!r} cannot be a code: letters, digits, dots, dashes, slashes, up to 64.", path=("code",))
    columns = {name: _checked(name, value, code) for name, value in given.items()}
    if "address" in columns:
        columns |= _coordinates(columns["address"])
    location = session.scalar(select(Location).where(Location.code == code).with_for_update())
    if location is None:
        return _made(session, code, columns)
    changed = sorted(name for name, value in columns.items() if getattr(location, name) != value)
    if "kind" in changed and columns["kind"].own != location.kind.own:
        _check_empty(session, location)
    for name in changed:
        setattr(location, name, columns[name])
    if changed:
        words = ", ".join(name.replace("_", " ") for name in changed)
        message = f"Location {code} changed: {words}."
        outbox.record(session, "location.updated", f"loc_{location.id}", message, data={"changed": changed})
    session.flush()
    return location


def _made(session: Session, code: str, columns: Mapping[str, Any]) -> Location:
    location = Location(code=code, **{**_EMPTY, "name": code, **columns})
    session.add(location)
    session.flush()
    message = f"Location {code} ({location.name}) is new."
    outbox.record(session, "location.created", f"loc_{location.id}", message)
    return location


def _checked(name: str, value: Any, code: str) -> Any:
    """A value as the column keeps it."""
    if value is None:
        return code if name == "name" else _EMPTY.get(name)
    if name == "name":
        return value.strip() or code
    if name == "cutoff":
        return _time_of_day(value)
    if name == "timezone" and value not in available_timezones():
        raise Invalid(f"{value!r} is not a time zone: name one such as Europe/Berlin.", path=("timezone",))
    if name == "workdays":
        return [day for day in Weekday if day in set(value)]
    if name == "closed_on":
        return sorted(set(value))
    if name == "daily_capacity" and value < 0:
        raise Invalid(f"{value} cannot be: a capacity is 0 or more parcels a day.", path=("dailyCapacity",))
    return value


def _time_of_day(text: str) -> time:
    match = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", text.strip())
    if match is None:
        raise Invalid(f'{text!r} is not a time of day: write hours and minutes, such as "14:00".', path=("cutoff",))
    return time(int(match[1]), int(match[2]))


def _coordinates(address: Mapping[str, Any] | None) -> dict[str, float | None]:
    if address is None:
        return {"latitude": None, "longitude": None}
    country = address.get("country") or ""
    if not _COUNTRY.fullmatch(country):
        raise Invalid(f"{country!r} is not a country: two capital letters, such as DE.", path=("address", "country"))
    place = locate(Address(country=country, postal_code=address.get("postal_code")))
    if place is None:
        return {"latitude": None, "longitude": None}
    return {"latitude": place.latitude, "longitude": place.longitude}


def _check_empty(session: Session, location: Location) -> None:
    if session.scalar(select(exists().where(StockLevel.location_id == location.id))):
        raise IllegalState(
            f"{location.code} has stock levels, and a supplier's stock is not ours: make a new location instead.",
            path=("kind",),
        )
