"""What shipping would cost: every carrier is asked, and the answers are kept until the next asking."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

import crossdock
from core import clock
from core.db import insert_rows
from core.errors import CrossdockError, PluginRejected, PluginUnavailable
from core.flows.labels.parcels import Parcels, read
from core.flows.shipment_lock import locked
from core.shipments.models import ShippingRate

if TYPE_CHECKING:
    from core.hub import Hub

_COLUMNS = [
    ShippingRate.shipment_id,
    ShippingRate.carrier,
    ShippingRate.service,
    ShippingRate.cost_minor,
    ShippingRate.currency,
    ShippingRate.eta_days,
    ShippingRate.expires_at,
    ShippingRate.external_id,
    ShippingRate.quoted_at,
]


def fetch(hub: "Hub", shipment_id: int) -> list[CrossdockError]:
    """Ask every carrier and keep the quotes. A carrier that fails is an error in the answer, and the others count.

    Raises NotFound, IllegalState and Invalid for a shipment that cannot be quoted.
    """
    with hub.transaction() as session:
        parcels = read(session, locked(session, [shipment_id], path=("shipmentId",))[0])
    quotes, errors = ask(hub, parcels)
    with hub.transaction() as session:
        locked(session, [shipment_id])
        keep(session, shipment_id, quotes)
    return errors


def ask(hub: "Hub", parcels: Parcels) -> tuple[list[tuple[str, crossdock.Rate]], list[CrossdockError]]:
    """(carrier, rate) of every carrier that serves it, and what went wrong with the others. No transaction is open."""
    quotes, errors = list[tuple[str, crossdock.Rate]](), list[CrossdockError]()
    for key, carrier in hub.providers("carrier", "rates"):
        try:
            quotes += [(key, rate) for rate in carrier.rates(hub.context(key), parcels.request)]
        except crossdock.Rejected as error:
            errors.append(PluginRejected(f"{key}: {error.message}", path=("shipmentId",)))
        except Exception as error:  # noqa: BLE001  # a plugin may raise anything; the other carriers still count
            errors.append(PluginUnavailable(f"{key} did not answer: {error}", path=("shipmentId",)))
    return quotes, errors


def keep(session: Session, shipment_id: int, quotes: Iterable[tuple[str, crossdock.Rate]]) -> None:
    """Write the quotes of the latest asking, and forget those before."""
    now = clock.now()
    session.execute(delete(ShippingRate).where(ShippingRate.shipment_id == shipment_id))
    rows = [
        (
            shipment_id,
            carrier,
            rate.service,
            rate.cost.minor,
            rate.cost.currency,
            rate.eta_days,
            rate.expires_at,
            rate.reference,
            now,
        )
        for carrier, rate in quotes
    ]
    insert_rows(session, ShippingRate, _COLUMNS, rows)


def cheapest(session: Session, shipment_id: int, method: str | None, now: datetime) -> ShippingRate | None:
    """The cheapest quote that still holds, of those of the method where some are; None where none holds."""
    rates = session.scalars(
        select(ShippingRate)
        .where(ShippingRate.shipment_id == shipment_id)
        .order_by(ShippingRate.cost_minor, ShippingRate.id)
    )
    valid = [rate for rate in rates if rate.expires_at is None or rate.expires_at > now]
    fitting = [rate for rate in valid if method is not None and fits(rate.service, method)]
    return next(iter(fitting or valid), None)


def fits(service: str, method: str) -> bool:
    """Whether a carrier's service is what the shopper chose: the same words, whatever their case and punctuation."""
    return _words(service) == _words(method)


def _words(text: str) -> Sequence[str]:
    return "".join(letter if letter.isalnum() else " " for letter in text.casefold()).split()
