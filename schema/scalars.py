"""Scalars and small objects that every domain shares: Decimal, DateTime, Date, JSON, Money, Address."""

import datetime as dt
import decimal
import re
from typing import TYPE_CHECKING, Any, NewType, TypeAlias

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

from crossdock.money import EXPONENTS

_DECIMAL = re.compile(r"[+-]?\d{1,24}(\.\d{1,18})?", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def parse_decimal(value: object) -> decimal.Decimal:
    """An exact number; as text, or as a JSON integer. A float is refused, for it is not what was meant."""
    if isinstance(value, int) and not isinstance(value, bool):
        return decimal.Decimal(value)
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return decimal.Decimal(value)
    raise GraphQLError(f'Decimal must be a string such as "9.99", not {value!r}.'[:120])


def parse_moment(value: object) -> dt.datetime:
    """RFC 3339 with a zone; anything else is refused, for a time without zone is not a moment."""
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            return dt.datetime.fromisoformat(value.upper()).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            pass
    raise GraphQLError(f'DateTime must be RFC 3339 with a zone, such as "2026-01-31T14:00:00Z", not {value!r}.'[:160])


def parse_day(value: object) -> dt.date:
    if isinstance(value, str) and len(value) == len("2026-01-31"):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            pass
    raise GraphQLError(f'Date must look like "2026-01-31", not {value!r}.'[:120])


def show_moment(value: dt.datetime) -> str:
    """UTC with Z and without needless zeros, as the database shows it."""
    text = value.astimezone(dt.UTC).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def show_decimal(value: decimal.Decimal | int) -> str:
    return format(value, "f") if isinstance(value, decimal.Decimal) else str(value)


if TYPE_CHECKING:
    JSON: TypeAlias = object  # whatever a column holds may be shown, and nothing is taken for granted of what is given
else:
    JSON = NewType("JSON", object)

SCALARS: dict[object, Any] = {
    decimal.Decimal: strawberry.scalar(
        name="Decimal",
        description="An exact decimal number, as a string.",
        serialize=show_decimal,
        parse_value=parse_decimal,
    ),
    dt.datetime: strawberry.scalar(
        name="DateTime", description="A moment, RFC 3339 in UTC.", serialize=show_moment, parse_value=parse_moment
    ),
    dt.date: strawberry.scalar(
        name="Date", description="A calendar day, ISO 8601.", serialize=dt.date.isoformat, parse_value=parse_day
    ),
    JSON: strawberry.scalar(
        name="JSON", description="Any JSON value.", serialize=lambda value: value, parse_value=lambda value: value
    ),
}

CONFIG = StrawberryConfig(scalar_map=SCALARS)


@strawberry.type(description="An amount at the currency's own exponent, and its currency.")
class Money:
    amount: decimal.Decimal
    currency: str


@strawberry.input
class MoneyInput:
    amount: decimal.Decimal
    currency: str


def money_of(minor: int, currency: str) -> Money:
    """Money of the schema from minor units."""
    return Money(amount=decimal.Decimal(minor).scaleb(-EXPONENTS.get(currency, 2)), currency=currency)


@strawberry.type
class Address:
    name: str | None = None
    company: str | None = None
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    phone: str | None = None
    email: str | None = None


@strawberry.input
class AddressInput:
    country: str
    name: str | None = None
    company: str | None = None
    line1: str | None = None
    line2: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    phone: str | None = None
    email: str | None = None


@strawberry.input
class DateTimeRange:
    from_: dt.datetime | None = strawberry.field(name="from", default=None, description="Inclusive.")
    to: dt.datetime | None = strawberry.field(default=None, description="Exclusive.")
