"""Units that were shipped twice, or though they were cancelled: a person finds out what happened."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from core import ids
from core.cases.models import CaseKind
from core.cases.service import Option, open_case
from core.flows.ship.share import Line, Share
from core.ledgers import costs
from core.money import divide
from core.settings import service as settings

if TYPE_CHECKING:
    from core.flows.ship.record import ShipmentFact

SAME_PARCEL = Option("same_parcel", "It is one parcel, told twice", "Nothing changes.")
WRITE_OFF = Option(
    "write_off", "They left twice: write the units off", "Stock and its value go down by the units named."
)


def open_cases(session: Session, told: "Iterable[tuple[ShipmentFact, Share]]") -> None:
    """One case for each fact that has units too many. The same fact again is the same case."""
    for fact, share in told:
        if share.excess:
            _open(session, fact, share)


def _open(session: Session, fact: "ShipmentFact", share: Share) -> None:
    excess = share.excess
    twice = any(line.shipped for line in excess)
    missing = ", ".join(f"{units} {line.sku}" for line, units in excess.items())
    name = fact.external_id or fact.tracking_number or f"{fact.shipped_at:%Y-%m-%dT%H:%M:%S}"
    currency = settings.current(session).currency
    open_case(
        session,
        kind=CaseKind.SHIPMENT,
        code="duplicate_shipment" if twice else "shipped_after_cancellation",
        title="Shipped twice" if twice else "Shipped though it was cancelled",
        message=f"{missing} were reported as shipped ({name}), and the order has no such units left to ship.",
        subject=ids.encode("ord", fact.order_id),
        order_id=fact.order_id,
        same_as=f"duplicate_shipment:{fact.order_id}:{name}",
        data={
            "shipment": name,
            "location": fact.location_id,
            "lines": [
                {"lineId": ids.encode("orl", line.id), "sku": line.sku, "quantity": units}
                for line, units in excess.items()
            ],
        },
        cost_minor=_cost(session, excess, fact, currency),
        cost_currency=currency,
        options=(SAME_PARCEL, WRITE_OFF),
    )


def _cost(session: Session, excess: dict[Line, int], fact: "ShipmentFact", currency: str) -> int:
    """What the goods cost us on average, and the parcel where its price is known in the same currency."""
    items = [line.item_id for line in excess if line.item_id is not None]
    pools = costs.averages(session, items)
    goods = 0
    for line, units in excess.items():
        quantity, value = pools.get(line.item_id or 0, (0, 0))
        goods += divide(value * units, quantity) if quantity else 0
    return goods + (fact.cost_minor or 0 if fact.cost_currency == currency else 0)
