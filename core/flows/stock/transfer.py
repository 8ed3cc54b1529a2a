"""Moving stock between our own locations, and how much of it is kept back for safety."""

from sqlalchemy.orm import Session

from core import ids, outbox
from core.catalog.models import Item, ItemKind
from core.catalog.service import item_by_sku
from core.errors import Invalid
from core.stock import service as stock
from core.stock.locations import by_code
from core.stock.models import LocationKind, MovementReason, StockLevel
from core.stock.service import Movement

_LARGEST = 1_000_000_000


def transfer(
    session: Session, sku: str, source: str, target: str, quantity: int, *, reference: str | None = None
) -> list[StockLevel]:
    """Take units from one own location to another, at once; both levels, source first. Cost stays as it is.

    Raises InsufficientStock where the source has too few that are not reserved.
    """
    if not 0 < quantity <= _LARGEST:
        raise Invalid(f"{quantity} units cannot be moved: 1 to {_LARGEST:,}.", path=("quantity",))
    item = _stocked(session, sku)
    places = [by_code(session, source, path=("from",)), by_code(session, target, path=("to",))]
    if places[0].id == places[1].id:
        raise Invalid("A transfer goes from one location to another.", path=("to",))
    for location, path in zip(places, ("from", "to"), strict=True):
        if location.kind is LocationKind.SUPPLIER:
            raise Invalid(f"{location.code} is a supplier: its stock is not ours. Order it instead.", path=(path,))
    out, into = (MovementReason.TRANSFER_OUT, -quantity), (MovementReason.TRANSFER_IN, quantity)
    movements = [
        Movement(item_id=item.id, location_id=place.id, reason=reason, on_hand=units, reference=reference)
        for place, (reason, units) in zip(places, (out, into), strict=True)
    ]
    stock.move(session, movements)
    levels = stock.levels(session, [(item.id, place.id) for place in places])
    moved = [levels[item.id, place.id] for place in places]
    for level, words in zip(moved, (f"went to {target}", f"came from {source}"), strict=True):
        message = f"{quantity} of {sku} {words}; {level.on_hand} are on hand."
        outbox.record(session, "stock.transferred", ids.encode("lvl", level.id), message, data={"quantity": quantity})
    return moved


def set_safety(session: Session, sku: str, location: str, safety: int | None) -> StockLevel:
    """Keep so many units of an item at a location unsold; None lets demand and lead time set it, from 0 on."""
    if safety is not None and not 0 <= safety <= _LARGEST:
        raise Invalid(f"{safety} cannot be kept back: 0 to {_LARGEST:,}.", path=("safety",))
    item, place = _stocked(session, sku), by_code(session, location)
    key = (item.id, place.id)
    stock.open_levels(session, [key])
    level = stock.levels(session, [key], lock=True)[key]
    level.safety, level.safety_automatic = safety or 0, safety is None
    session.flush()
    stock.note_change(session, [item.id])
    words = "follows demand and lead time" if safety is None else f"is {safety}"
    message = f"Safety stock of {sku} at {location} {words}."
    outbox.record(session, "stock.safety_changed", ids.encode("lvl", level.id), message, data={"safety": safety})
    return level


def _stocked(session: Session, sku: str) -> Item:
    item = item_by_sku(session, sku)
    if item.kind is not ItemKind.SIMPLE:
        raise Invalid(f"{sku} is a {item.kind.lower()} and has no stock of its own.", path=("sku",))
    return item
