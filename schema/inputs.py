"""From what a caller wrote to what the core takes: what was given at all, numbers in ids, minor units, addresses."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import strawberry

from core import ids
from core.errors import Invalid, NotFound
from core.money import to_minor
from schema.scalars import AddressInput, MoneyInput

LARGEST_QUANTITY = 10_000_000
"""No line, count or movement is larger: it keeps sums inside the columns that hold them."""


def given(**arguments: Any) -> dict[str, Any]:
    """The arguments that the caller wrote, nulls included; what was left out is left out."""
    return {name: value for name, value in arguments.items() if value is not strawberry.UNSET}


def address(value: AddressInput | None) -> dict[str, Any] | None:
    """An address as it is kept: its parts that say something."""
    if value is None or value is strawberry.UNSET:
        return None
    return {name: part.strip() for name, part in asdict(value).items() if part and part.strip()}


def money(value: MoneyInput, *path: str) -> tuple[int, str]:
    """Minor units and currency."""
    return to_minor(value.amount, value.currency, path=(*path, "amount")), value.currency


def minor(value: Decimal | None, currency: str, *path: str) -> int:
    """Minor units; nothing is zero."""
    return to_minor(value, currency, path=path) if value is not None else 0


def quantity(value: int, *path: str, least: int = 1) -> int:
    """A number of units that makes sense. Raises Invalid."""
    if not least <= value <= LARGEST_QUANTITY:
        raise Invalid(f"A quantity must be between {least} and {LARGEST_QUANTITY:,}; this is {value:,}.", path=path)
    return value


def numbered(prefix: str, identifiers: Sequence[str], *path: str) -> list[int]:
    """The numbers in a list of ids. Raises NotFound with the place of the one that is of another kind."""
    return [ids.number_of(prefix, text, path=(*path, str(place))) for place, text in enumerate(identifiers)]


@strawberry.input
class LineQuantity:
    line_id: strawberry.ID
    quantity: int


def line_quantities(lines: Iterable[LineQuantity] | None, *path: str, least: int = 1) -> dict[int, int] | None:
    """Units by order line. Naming a line twice is Invalid: it is not clear what was meant."""
    if lines is None:
        return None
    units: dict[int, int] = {}
    for place, line in enumerate(lines):
        at = (*path, str(place))
        number = ids.number_of("orl", line.line_id, path=(*at, "lineId"))
        if number in units:
            raise Invalid("This line is named twice; add the quantities up.", path=(*at, "lineId"))
        units[number] = quantity(line.quantity, *at, "quantity", least=least)
    return units


def known(codes: Mapping[str, int], wanted: Sequence[str], what: str, *path: str) -> list[int]:
    """The numbers of what is named by key. Raises NotFound with the place of the first that is not there."""
    for place, code in enumerate(wanted):
        if code not in codes:
            raise NotFound(f"There is no {what} {code!r}.", path=(*path, str(place)))
    return [codes[code] for code in wanted]
