"""Adjusting stock by hand: receipts, corrections, counts, damage and write-offs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.catalog.models import Item, ItemKind
from core.errors import Invalid, NotFound
from core.flows.stock.facts import Fact, apply
from core.flows.stock.figures import Known
from core.stock.models import Location, LocationKind, MovementReason, StockLevel
from core.stock.service import Movement
from crossdock import Money

_LARGEST = 1_000_000_000
"""More units than any level can hold: sums stay inside 32 bits."""
_AHEAD = timedelta(minutes=5)
"""How far another system's clock may be ahead of ours."""
_TAKES_ONLY = {MovementReason.DAMAGE, MovementReason.WRITE_OFF}


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """One line of an adjustment: either `delta`, a signed change of what is on hand, or `set_on_hand`.

    `as_of`: when that was so; what moved since still counts. None is now. DAMAGE takes from on hand and adds to
    damaged. At a location whose figures are net of orders, `set_on_hand` is such a figure. `bin` None leaves the bin.
    """

    sku: str
    location: str
    reason: MovementReason
    delta: int | None = None
    set_on_hand: int | None = None
    as_of: datetime | None = None
    bin: str | None = None
    unit_cost: Money | None = None
    reference: str | None = None
    note: str | None = None


def adjust(session: Session, adjustments: Sequence[Adjustment]) -> list[StockLevel]:
    """Write all adjustments or, where one makes no sense, none. The levels, in the order given.

    Counts, figures and damage are facts: where they leave less than is promised, see `facts`. Other changes raise
    InsufficientStock there. Raises NotFound, Invalid with the path of what is wrong.
    """
    if not adjustments:
        raise Invalid("Name at least one adjustment.", path=("adjustments",))
    items, locations = _items(session, adjustments), _locations(session, adjustments)
    facts = [
        _fact(each, items[each.sku], locations[each.location], ("adjustments", str(position)))
        for position, each in enumerate(adjustments)
    ]
    _check_named_once(adjustments)
    levels = apply(session, facts)
    for each, fact in zip(adjustments, facts, strict=True):
        if each.bin is not None:
            levels[fact.place].bin = each.bin.strip() or None
    session.flush()
    return [levels[fact.place] for fact in facts]


def _fact(each: Adjustment, item: Item, location: Location, path: tuple[str, ...]) -> Fact:
    _check(each, item, location, path)
    now = clock.now()
    at = min(each.as_of, now) if each.as_of else None
    movement = Movement(
        item_id=item.id,
        location_id=location.id,
        reason=each.reason,
        on_hand=each.delta or 0,
        damaged=-(each.delta or 0) if each.reason is MovementReason.DAMAGE else 0,
        unit_cost_minor=each.unit_cost.minor if each.unit_cost else None,
        cost_currency=each.unit_cost.currency if each.unit_cost else None,
        reference=each.reference,
        note=each.note,
        occurred_at=at,
    )
    if each.set_on_hand is None:
        return Fact(movement=movement, firm=each.reason in {MovementReason.COUNT, MovementReason.DAMAGE})
    figure = Known(
        item_id=item.id,
        location_id=location.id,
        on_hand=each.set_on_hand,
        at=at or now,
        authority=location.stock_authority,
    )
    return Fact(movement=movement, figure=figure, firm=True)


def _check(each: Adjustment, item: Item, location: Location, path: tuple[str, ...]) -> None:
    if item.kind is not ItemKind.SIMPLE:
        instead = "adjust its components" if item.kind is ItemKind.BUNDLE else "there is nothing to adjust"
        raise Invalid(
            f"{each.sku} is a {item.kind.lower()} and has no stock of its own: {instead}.", path=(*path, "sku")
        )
    if location.kind is LocationKind.SUPPLIER and each.reason in _TAKES_ONLY:
        raise Invalid(f"{location.code} is a supplier: what it lost is not ours.", path=(*path, "location"))
    if each.as_of is not None and each.as_of > clock.now() + _AHEAD:
        raise Invalid(f"{each.as_of.isoformat()} is still to come.", path=(*path, "asOf"))
    if each.unit_cost is not None and each.unit_cost.minor < 0:
        raise Invalid("A cost is 0 or more.", path=(*path, "unitCost"))
    if (each.delta is None) == (each.set_on_hand is None):
        raise Invalid("Give either `delta` or `setOnHand`, and not both.", path=path)
    if each.set_on_hand is not None and not 0 <= each.set_on_hand <= _LARGEST:
        raise Invalid(f"{each.set_on_hand} cannot lie anywhere: 0 to {_LARGEST:,}.", path=(*path, "setOnHand"))
    if each.delta is not None:
        _check_delta(each.delta, each.reason, (*path, "delta"))


def _check_delta(delta: int, reason: MovementReason, path: tuple[str, ...]) -> None:
    if delta == 0:
        raise Invalid("A change of 0 changes nothing.", path=path)
    if abs(delta) > _LARGEST:
        raise Invalid(f"{delta} units are more than a location can hold.", path=path)
    if delta > 0 and reason in _TAKES_ONLY:
        what = "A write-off" if reason is MovementReason.WRITE_OFF else "Damage"
        raise Invalid(f"{what} takes units away: give a negative delta. What is found again is an ADJUST.", path=path)
    if delta < 0 and reason is MovementReason.RECEIPT:
        raise Invalid("A receipt brings units: give a positive delta, or use ADJUST.", path=path)


def _items(session: Session, adjustments: Sequence[Adjustment]) -> Mapping[str, Item]:
    query = select(Item).where(Item.sku.in_({each.sku for each in adjustments}))
    found = {item.sku: item for item in session.scalars(query)}
    for position, each in enumerate(adjustments):
        if each.sku not in found:
            path = ("adjustments", str(position), "sku")
            raise NotFound(
                f"No item has the SKU {each.sku!r}. Make it with itemUpsert, or look for a typing error.", path=path
            )
    return found


def _locations(session: Session, adjustments: Sequence[Adjustment]) -> Mapping[str, Location]:
    query = select(Location).where(Location.code.in_({each.location for each in adjustments}))
    found = {location.code: location for location in session.scalars(query)}
    for position, each in enumerate(adjustments):
        if each.location not in found:
            path = ("adjustments", str(position), "location")
            raise NotFound(f"No location has the code {each.location!r}; `locations` lists those there are.", path=path)
    return found


def _check_named_once(adjustments: Sequence[Adjustment]) -> None:
    """A figure for a place settles it; a second line about the same place would contradict it."""
    named = Counter((each.sku, each.location) for each in adjustments)
    for position, each in enumerate(adjustments):
        if each.set_on_hand is not None and named[each.sku, each.location] > 1:
            path = ("adjustments", str(position), "setOnHand")
            raise Invalid(f"{each.sku} at {each.location} is named more than once. Give one figure for it.", path=path)
