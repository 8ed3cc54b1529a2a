"""Read single cells, each distinct text once."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from crossdock import LineKind, Money, exponent
from plugins.csv_orders.mapping import Mapping, Sign

T = TypeVar("T")

_MOST_REMEMBERED = 100_000
_LARGEST_QUANTITY = 10_000_000
"""Far more than anybody sells in one line, and few enough that a level can hold the sum of many."""
_LARGEST_MINOR = 10**12
_WHOLE = re.compile(r"([+-]?\d{1,40})(?:\.0+)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,18}(?:\.\d{1,12})?", re.ASCII)
_YEARS = range(1970, 2200)


class Unreadable(Exception):  # a finding about one cell, never seen outside
    """One cell makes no sense. `role` is the mapping's name of its column."""

    def __init__(self, role: str, reason: str, mend: str) -> None:
        super().__init__(reason)
        self.role = role
        self.reason = reason
        self.mend = mend


class Remembered(dict[str, T]):
    """A reading function that remembers, within bounds."""

    def __init__(self, read: Callable[[str], T]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, text: str) -> T:
        value = self._read(text)
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        self[text] = value
        return value


class Price(NamedTuple):
    """A unit price; `exact` only where it has more decimals than the currency."""

    money: Money
    sign: Sign
    exact: Decimal | None


class Quantity(NamedTuple):
    units: int
    sign: Sign


class Sku(NamedTuple):
    code: str
    kind: LineKind


def _sign(value: Decimal | int) -> Sign:
    return "positive" if value > 0 else "negative" if value < 0 else "zero"


def quantity(text: str) -> Quantity:
    match = _WHOLE.fullmatch(text.strip())
    if match is None:
        raise Unreadable("quantity", f"{text[:40]!r} is no whole number.", "Write digits, such as 6 or -6.")
    units = int(match[1])
    if units == 0:
        raise Unreadable("quantity", "The quantity is 0.", "Write how many, or remove the row.")
    if abs(units) > _LARGEST_QUANTITY:
        raise Unreadable("quantity", f"{units} is more than one row can sell.", "Mend the quantity.")
    return Quantity(units, _sign(units))


def price_reader(mapping: Mapping) -> Callable[[str], Price]:
    currency, mark = mapping.file.currency, mapping.file.decimal_mark
    places = exponent(currency)

    def price(text: str) -> Price:
        plain = text.strip()
        if mark == ",":
            plain = plain.replace(".", "#").replace(",", ".")
        if not _NUMBER.fullmatch(plain):
            example = f"9{mark}99"
            raise Unreadable("unit_price", f"{text[:40]!r} is no amount.", f"Write digits, such as {example}.")
        value = Decimal(plain)
        money = Money.rounded(value, currency)
        if abs(money.minor) > _LARGEST_MINOR:
            raise Unreadable("unit_price", f"{text} {currency} is no sensible price.", "Mend the price.")
        fine = value != money.amount
        return Price(money, _sign(value), value if fine and places >= 0 else None)

    return price


def moment_reader(mapping: Mapping) -> Callable[[str], datetime]:
    zone, pattern = ZoneInfo(mapping.file.timezone), mapping.file.date_format

    def moment(text: str) -> datetime:
        try:
            local = datetime.strptime(text.strip(), pattern)  # noqa: DTZ007  # the zone is the mapping's
        except ValueError:
            raise Unreadable("at", f"{text[:40]!r} is no date of the form {pattern}.", "Mend the date.") from None
        if local.year not in _YEARS:
            raise Unreadable("at", f"The year {local.year} is not sensible.", "Mend the date.")
        return (local if local.tzinfo else local.replace(tzinfo=zone)).astimezone(UTC)

    return moment


def sku_reader(mapping: Mapping) -> Callable[[str], Sku]:
    rules = [(re.compile(rule.pattern), rule.kind) for rule in mapping.skus]

    def sku(text: str) -> Sku:
        code = text.strip()
        if mapping.sku_case == "upper":
            code = code.upper()
        if not code:
            raise Unreadable("sku", "The row names no SKU.", "Write what was sold.")
        kind = next((kind for pattern, kind in rules if pattern.fullmatch(code)), LineKind.GOODS)
        return Sku(code, kind)

    return sku


def country_reader(mapping: Mapping) -> Callable[[str], str | None]:
    def country(text: str) -> str | None:
        name = text.strip()
        code = mapping.countries.get(name, name.upper() if re.fullmatch(r"[A-Za-z]{2}", name) else None)
        if code is None and name:
            raise Unreadable("country", f"{name[:40]!r} is no known country.", "Add it to the mapping's countries.")
        return code or None

    return country


def customer_reader(mapping: Mapping) -> Callable[[str], str | None]:
    pattern = re.compile(mapping.customer) if mapping.customer else None

    def customer(text: str) -> str | None:
        key = text.strip()
        match = pattern.fullmatch(key) if pattern else None
        return (match[1] if match and match.lastindex else key) or None

    return customer
