"""Applying facts about stock, also those that leave less on hand than was promised.

A fact is not refused because it is unwelcome. Where a count, a snapshot or damage leaves an own level with less than is
reserved of it, the youngest reservations are taken back from work that has not left, their orders are routed again,
and a case `stock_shortfall` says what happened. Units that cannot be taken back (they are packed elsewhere, or whoever
has them must be asked first) stay on hand in the books until they have shipped or come free, and the case says so too.
A figure that is less than what has left since it was taken is taken as nothing left, and opens a case of its own. More
cannot be damaged than is there: that is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from core import ids, outbox
from core.flows import book
from core.flows.stock import shortfall
from core.flows.stock.figures import Known, now_on_hand, remember, since
from core.flows.stock.shortfall import Shortfall
from core.stock import service as stock
from core.stock.models import MovementReason, StockLevel
from core.stock.service import Movement, Place

_ROUNDS = 5
"""How often reservations are taken back before the rest is left to a person; others may be selling meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line of a document about stock: a movement, or the figure that it follows from.

    `firm`: it has happened, whatever was promised. Without, it is refused where it would break a promise.
    """

    movement: Movement
    figure: Known | None = None
    firm: bool = False

    @property
    def place(self) -> Place:
        return (self.movement.item_id, self.movement.location_id)


@dataclass(frozen=True, slots=True)
class _Weighed:
    """What facts come to on levels as they are.

    lacking: units that firm ones would leave promised but not there. impossible: by how many units a figure is less
    than what has left since it was taken.
    """

    movements: list[Movement]
    lacking: dict[Place, int]
    impossible: dict[Place, int]


def apply(session: Session, facts: Sequence[Fact], *, sparing: bool = False) -> dict[Place, StockLevel]:
    """Write what these facts come to, with its value; the levels as they are after it.

    A figure that a later count has overtaken is passed over. `sparing` writes no movement where nothing changed: the
    level remembers the figure's moment all the same.
    Raises InsufficientStock for what is not firm and does not fit.
    """
    places = sorted({fact.place for fact in facts})
    stock.open_levels(session, places)
    short: dict[Place, Shortfall] = {}
    for _ in range(_ROUNDS):
        attempt = session.begin_nested()
        lacking = _weigh(session, facts, places).lacking
        if not lacking:
            attempt.commit()
            break
        attempt.rollback()  # lets go of the levels: orders are locked before them
        for place, missing in lacking.items():
            short.setdefault(place, Shortfall(missing))
        if not shortfall.take_back(session, lacking, short):
            break
    weighed = _weigh(session, facts, places)
    for place, missing in weighed.lacking.items():
        short.setdefault(place, Shortfall(missing)).left = missing
    before = {place: level.on_hand for place, level in stock.levels(session, places).items()}
    made = [each for each in _bearable(weighed) if not sparing or each.on_hand or each.damaged]
    stock.move(session, made)
    remember(session, [fact.figure for fact in facts if fact.figure])
    book.stock_value(session, made)
    after = stock.levels(session, places)
    names = stock.names(session, places)
    _tell(session, made, before, after, names)
    shortfall.tell(session, short, after, names)
    shortfall.tell_of_contradictions(session, weighed.impossible, after, names)
    return after


def _weigh(session: Session, facts: Sequence[Fact], places: Sequence[Place]) -> _Weighed:
    """What the facts come to, on levels that are locked by it."""
    levels = stock.levels(session, places, lock=True)
    passed = since(session, [fact.figure for fact in facts if fact.figure])
    movements, impossible = list[Movement](), dict[Place, int]()
    after = {place: level.on_hand for place, level in levels.items()}
    for fact in facts:
        made = fact.movement
        if fact.figure is not None:
            if passed[fact.place].overtaken:
                continue
            there = now_on_hand(fact.figure, passed[fact.place])
            if there < 0:
                impossible[fact.place] = -there
            made = _changed_by(made, max(there, 0) - levels[fact.place].on_hand)
        movements.append(made)
        after[fact.place] += made.on_hand
    firm = {fact.place for fact in facts if fact.firm}
    lacking = {
        place: levels[place].reserved - units
        for place, units in after.items()
        if place in firm and levels[place].owned and 0 <= units < levels[place].reserved
    }
    return _Weighed(movements, lacking, impossible)


def _changed_by(movement: Movement, change: int) -> Movement:
    if movement.reason is MovementReason.DAMAGE:
        return replace(movement, on_hand=change, damaged=-change)
    return replace(movement, on_hand=change)


def _bearable(weighed: _Weighed) -> list[Movement]:
    """The movements, less what they would take of units that are promised and could not be taken back."""
    left, borne = dict(weighed.lacking), []
    for movement in weighed.movements:
        place = (movement.item_id, movement.location_id)
        spared = min(left.get(place, 0), max(0, -movement.on_hand))
        if spared:
            left[place] -= spared
            movement = _changed_by(movement, movement.on_hand + spared)  # noqa: PLW2901  # the same, but for less
        borne.append(movement)
    return borne


def _tell(
    session: Session,
    movements: Sequence[Movement],
    before: Mapping[Place, int],
    after: Mapping[Place, StockLevel],
    names: Mapping[Place, tuple[str, str]],
) -> None:
    told = {(made.item_id, made.location_id): made for made in movements}
    for place, made in told.items():
        level, (sku, code) = after[place], names[place]
        because = f" ({made.reference})" if made.reference else ""
        outbox.record(
            session,
            "stock.adjusted",
            ids.encode("lvl", level.id),
            f"{sku} at {code}: {before[place]} on hand became {level.on_hand}, {made.reason.lower()}{because}.",
            data={"sku": sku, "location": code, "reason": made.reason, "on_hand": level.on_hand, "was": before[place]},
            occurred_at=made.occurred_at,
        )
