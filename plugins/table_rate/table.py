"""The table: read from TOML, checked once, then only looked up."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from crossdock import Money, Parcel, exponent

_BUNDLED = Path(__file__).parent / "tables"
EVERYWHERE = "*"


def _currency(code: str) -> str:
    exponent(code)
    return code


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Band(_Part):
    """A price for a parcel of up to so many grams."""

    grams: int = Field(gt=0)
    price: str


class Price(_Part):
    """One service to one zone. `days` in transit after hand-over; bands from light to heavy."""

    zone: str
    days: Decimal = Field(ge=0)
    bands: tuple[Band, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _ascending(self) -> "Price":
        grams = [band.grams for band in self.bands]
        if grams != sorted(set(grams)):
            raise ValueError(f"the bands of zone {self.zone} must rise")
        return self


class Service(_Part):
    """`longest_mm`: the longest side that it takes; a parcel nobody measured is taken."""

    code: str
    name: str
    tracked: bool = True
    longest_mm: int | None = None
    prices: tuple[Price, ...] = Field(min_length=1)


class Table(_Part):
    """Zones are lists of countries; `*` is every country that no other zone names."""

    name: str
    currency: Annotated[str, AfterValidator(_currency)]
    ships_from: tuple[str, ...]
    zones: dict[str, tuple[str, ...]]
    services: tuple[Service, ...]

    @model_validator(mode="after")
    def _sound(self) -> "Table":
        codes = [service.code for service in self.services]
        if len(codes) != len(set(codes)):
            raise ValueError("two services have one code")
        for service in self.services:
            for price in service.prices:
                if price.zone not in self.zones:
                    raise ValueError(f"service {service.code} has a price for the unknown zone {price.zone}")
                for band in price.bands:
                    Money.parse(band.price, self.currency)
        return self

    def zone(self, country: str) -> str | None:
        """The zone of a country; None where nothing goes."""
        named = (zone for zone, countries in self.zones.items() if country in countries)
        rest = (zone for zone, countries in self.zones.items() if EVERYWHERE in countries)
        return next(named, next(rest, None))

    def service(self, code: str) -> Service | None:
        return next((service for service in self.services if service.code == code), None)

    def price(self, service: Service, zone: str, parcel: Parcel) -> tuple[Money, Decimal] | None:
        """Price and days for one parcel; None when the service does not take it there."""
        sides = [side for side in (parcel.length_mm, parcel.width_mm, parcel.height_mm) if side is not None]
        if service.longest_mm is not None and sides and max(sides) > service.longest_mm:
            return None
        for price in service.prices:
            if price.zone == zone:
                band = next((band for band in price.bands if parcel.weight_grams <= band.grams), None)
                return None if band is None else (Money.parse(band.price, self.currency), price.days)
        return None


def load(name: str) -> Table:
    """A bundled table by name, or a file by path. Raises ValueError with a sentence."""
    path = _BUNDLED / f"{name}.toml"
    if not path.is_file():
        path = Path(name)
    try:
        return Table.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        known = ", ".join(sorted(each.stem for each in _BUNDLED.glob("*.toml")))
        reason = error.strerror
        raise ValueError(f"table {name!r}: {reason}; name a file, or one of: {known}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"table {path.name} is no TOML: {error}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"table {path.name}, {key or 'as a whole'}: {first['msg']}") from None
