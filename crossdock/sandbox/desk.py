"""What people do in a played store: buy, cancel, send back, pay out. One interface, whatever the store's own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from crossdock.money import Money
from crossdock.sandbox.stage import Ware


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """One order, for people to see.

    id: the store's own. number: what its shopper calls it. goods, state: in words. acts: what may be done to it now, by
    name, each with the words on its button. Where they fit: `cancel`, the store cancels; `ask_cancel`, the shopper asks
    for it; `return`, the shopper wants to send something back.
    """

    id: str
    number: str
    goods: str
    total: Money
    state: str
    acts: Mapping[str, str] = field(default_factory=dict)


class Desk(Protocol):
    """The way into a played store for people. Threads call it as they like."""

    @property
    def name(self) -> str:
        """Whose store it is."""
        ...

    @property
    def acts(self) -> Mapping[str, str]:
        """What may be done to no order in particular, such as `pay_out`; by name, with the words on its button."""
        ...

    def wares(self) -> Sequence[Ware]: ...

    def sales(self) -> Sequence[Sale]:
        """The newest first."""
        ...

    def sell(self, sku: str, units: int) -> str:
        """A shopper buys units of a ware; the id of the sale. Raises KeyError for a SKU that is not sold."""
        ...

    def act(self, what: str, sale_id: str = "") -> None:
        """What does not fit, or is not known, does nothing."""
        ...
