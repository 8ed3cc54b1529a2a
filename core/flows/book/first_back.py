"""Which of the units that left are those that come back: the first out are the first back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.money import divide

_LEFT = text(
    """
    select id, order_line_id, item_id, quantity, cost_minor, cost_currency, cost_returned
    from shipment_lines
    where order_line_id = any(:order_lines) and cost_minor is not null and cost_returned < quantity
    order by id for update
    """
)


class Part(NamedTuple):
    """Units that left with one shipment line, what they are (a substitute is not what was ordered), and their cost."""

    shipment_line_id: int
    item_id: int
    quantity: int
    cost: int
    currency: str


@dataclass(slots=True)
class _Left:
    """A shipment line, and how many of its units are back."""

    row: Any
    back: int


def parts(session: Session, units: Sequence[tuple[int, int]]) -> list[list[Part]]:
    """What each (order line, units) left as, one after the other. Units that left without a cost have no part.

    The orders are locked by the caller, so that asking twice gives the same.
    """
    shipped: dict[int, list[_Left]] = {}
    for row in session.execute(_LEFT, {"order_lines": sorted({line for line, _ in units})}):
        shipped.setdefault(row.order_line_id, []).append(_Left(row, row.cost_returned))
    return [_allot(quantity, shipped.get(line, ())) for line, quantity in units]


def items(sold: int | None, quantity: int, left_as: Iterable[Part]) -> dict[int, int]:
    """Units by the item that they are; those without a part are what was sold."""
    found: dict[int, int] = {}
    for part in left_as:
        found[part.item_id] = found.get(part.item_id, 0) + part.quantity
    rest = quantity - sum(found.values())
    if rest and sold is not None:
        found[sold] = found.get(sold, 0) + rest
    return found


def _allot(quantity: int, shipped: Iterable[_Left]) -> list[Part]:
    """The parts of a line sum to the whole of its cost."""
    found = []
    for left in shipped:
        units = min(quantity, left.row.quantity - left.back)
        if units <= 0:
            continue
        upto = divide(left.row.cost_minor * (left.back + units), left.row.quantity)
        cost = upto - divide(left.row.cost_minor * left.back, left.row.quantity)
        left.back += units
        quantity -= units
        found.append(Part(left.row.id, left.row.item_id, units, cost, left.row.cost_currency))
    return found
