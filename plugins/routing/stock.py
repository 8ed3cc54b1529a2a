"""What a location could ship of what is still wanted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from crossdock import Candidate, Demand


@dataclass(slots=True)
class Shelf:
    """One candidate's stock and capacity as far as a plan may use them."""

    candidate: Candidate
    left: dict[str, int] = field(init=False)
    capacity: int | None = field(init=False)

    def __post_init__(self) -> None:
        banned = self.candidate.excluded_items
        stock = self.candidate.available.items()
        self.left = {item: max(0, units) for item, units in stock if item not in banned}
        self.capacity = self.candidate.capacity_left

    def offer(self, demands: Iterable[Demand], open_units: Mapping[str, int]) -> dict[str, int]:
        """Units per line that it could ship of those still open. Lines of one item share its stock."""
        left, room, offered = dict(self.left), self.capacity, dict[str, int]()
        for demand in demands:
            units = min(open_units[demand.line], left.get(demand.item, 0))
            if room is not None:
                units = min(units, max(0, room))
                room -= units
            if units > 0:
                left[demand.item] -= units
                offered[demand.line] = units
        return offered
