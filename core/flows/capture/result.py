"""What became of orders that were captured."""

import enum
from dataclasses import dataclass


class Change(enum.StrEnum):
    CREATED = "CREATED"
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"
    STALE = "STALE"
    """An older version than the one that is known: left out."""


@dataclass(frozen=True, slots=True)
class Captured:
    """One order, in the order given."""

    order_id: int
    change: Change


@dataclass(frozen=True, slots=True)
class CaptureResult:
    orders: list[Captured]

    def ids(self, *changes: Change) -> list[int]:
        """The orders that fared so, each once."""
        return list(dict.fromkeys(each.order_id for each in self.orders if each.change in changes))

    @property
    def created(self) -> list[int]:
        return self.ids(Change.CREATED)

    @property
    def updated(self) -> list[int]:
        return self.ids(Change.UPDATED)

    @property
    def unchanged(self) -> list[int]:
        return self.ids(Change.UNCHANGED)

    @property
    def stale(self) -> list[int]:
        return self.ids(Change.STALE)
