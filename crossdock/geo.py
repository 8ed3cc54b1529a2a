"""Where an address is on the map, roughly and offline: to compare distances, not to deliver."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from math import asin, cos, radians, sin, sqrt

from crossdock.address import Address

_EARTH_KM = 6371.0088  # mean radius, IUGG


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Degrees, WGS 84; north and east are positive."""

    latitude: float
    longitude: float


def distance_km(a: Coordinates, b: Coordinates) -> float:
    """The great-circle distance in kilometres, by the haversine formula."""
    north, south = radians(a.latitude), radians(b.latitude)
    half_lat, half_lon = (north - south) / 2, radians(a.longitude - b.longitude) / 2
    chord = sin(half_lat) ** 2 + cos(north) * cos(south) * sin(half_lon) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(chord)))


def locate(address: Address) -> Coordinates | None:
    """The place of a US, Canadian or British postal code; else the middle of the country.

    None when the country is missing or unknown. Reads bundled tables only, and remembers what it looked up.
    """
    return _locate((address.country or "").upper(), (address.postal_code or "").upper().strip())


@lru_cache(maxsize=65_536)
def _locate(country: str, postal_code: str) -> Coordinates | None:
    found = None
    if postal_code:
        if country == "US":
            found = _us(postal_code)
        elif country == "CA":
            found = _canada(postal_code)
        elif country in {"GB", "IM", "JE", "GG"}:
            found = _britain(postal_code)
    return found or _table("countries").get(country)


def _us(postal_code: str) -> Coordinates | None:
    import zipcodes  # noqa: PLC0415  # unpacks 40,000 places; only who ships to the US pays for it

    try:
        places = zipcodes.matching(postal_code)
    except (ValueError, TypeError):  # not digits
        return None
    return Coordinates(float(places[0]["lat"]), float(places[0]["long"])) if places else None


def _canada(postal_code: str) -> Coordinates | None:
    import pypostalcode  # noqa: PLC0415  # the same for Canada

    places = pypostalcode.PostalCodeDatabase().get(postal_code[:3])
    return Coordinates(places[0].latitude, places[0].longitude) if places else None


def _britain(postal_code: str) -> Coordinates | None:
    area = postal_code[:2] if postal_code[1:2].isalpha() else postal_code[:1]
    return _table("postcode_areas").get(area)


@cache
def _table(name: str) -> Mapping[str, Coordinates]:
    text = files("crossdock").joinpath("places.toml").read_text(encoding="utf-8")
    return {key: Coordinates(*pair) for key, pair in tomllib.loads(text)[name].items()}
