"""Labels for the way back."""

from typing import TYPE_CHECKING

from core.errors import NotSupported
from core.flows.take_back.decide import locked, require

if TYPE_CHECKING:
    from core.hub import Hub


def buy_label(hub: "Hub", return_id: int, *, carrier: str | None = None, service: str | None = None) -> int:
    """Refuse with the reason: parcels come back at the shopper's own care.

    Raises NotFound, WrongReturnState, NotSupported.
    """
    with hub.transaction() as session:
        found = locked(session, return_id)
        require(found, "returnLabelPurchase")
        wanted = " ".join(word for word in (carrier, service) if word) or "the carriers of this hub"
        raise NotSupported(
            f"Labels for the way back of {found.number} cannot be bought from {wanted}: have the shopper send it.",
            path=("carrier",) if carrier else ("id",),
        )
