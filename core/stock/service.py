"""What stock offers to flows: move, reserve, release, consume, and what is available."""

from core.stock.changes import note_change
from core.stock.movements import MOST_UNITS, Movement, move, open_levels
from core.stock.queries import Place, available, levels, names
from core.stock.reservations import Wanted, consume, release, reserve

__all__ = [
    "MOST_UNITS",
    "Movement",
    "Place",
    "Wanted",
    "available",
    "consume",
    "levels",
    "move",
    "names",
    "note_change",
    "open_levels",
    "release",
    "reserve",
]
