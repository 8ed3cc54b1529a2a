"""Demo: orders of the sample come in again, one after the other and as new, so that a newcomer sees them travel.

They take the way of every order: kept as they came, captured, checked, promised, routed, shipped and booked. Goods that
ran out are bought in first, save for every eighth order, which waits for them as a backorder.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.actor import acting_as
from core.catalog import service as catalog
from core.flows import catalog as catalog_flows
from core.flows.capture import capture
from core.flows.deliveries import buy_in
from core.inbox import service as inbox
from core.inbox.models import InboxMessage
from core.inbox.service import Raw
from core.integrations.models import Integration, SyncCursor
from core.jobs.registry import periodic
from core.stock.models import Location
from crossdock import Address, FileImport
from crossdock.orders import OrderData

if TYPE_CHECKING:
    from core.hub import Hub

CHANNEL, LOCATION = "uk-shop", "main"
KIND = "sample_order"
_JOB = "feed"
_LARGEST = 12
"""Lines: larger orders are left out, for they are dull to watch."""
_WAITS = 8
_HOME = Address(name="A. Shopper", line1="12 St James's Square", city="London", postal_code="SW1Y 4JH", country="GB")
_read: dict[Path, tuple[tuple[OrderData, str], ...]] = {}
_DEPOT = {"line1": "1 Dock Street", "city": "London", "postal_code": "E1 8JN", "country": "GB"}


@periodic("sample.feed", every=timedelta(seconds=10), queue="channels", only_if=lambda config: config.sample)
def feed(hub: "Hub") -> None:
    """Bring the next order in. Nothing happens until the sample was loaded."""
    for key, reader in hub.providers("channel", "files"):
        orders = _orders(reader)
        if orders:
            with hub.transaction() as session, acting_as(f"channel:{CHANNEL}"):
                _bring_in(session, key, orders, warehouse=_warehouse(hub))
            return


def _orders(reader: FileImport) -> tuple[tuple[OrderData, str], ...]:
    """The sample's orders that are good to watch, each with its rows; read once in a process."""
    sample = reader.sample()
    if sample is None:
        return ()
    if sample.path not in _read:
        documents = (each for batch in reader.open(sample.path, sample.mapping) for each in batch.documents)
        found = ((each.document, each.raw) for each in documents if isinstance(each.document, OrderData))
        _read[sample.path] = tuple((order, raw) for order, raw in found if _is_good_to_watch(order))
    return _read[sample.path]


def _is_good_to_watch(order: OrderData) -> bool:
    address = order.shipping_address
    at_home = address is not None and address.country == "GB"
    return at_home and 0 < len(order.lines) <= _LARGEST and all(line.unit_price.minor > 0 for line in order.lines)


def _warehouse(hub: "Hub") -> str | None:
    """Who works at the sample's location: the first integration that reports work, if there is one."""
    return next(iter(hub.able("supplier", "work")), None)


def _bring_in(session: Session, key: str, orders: tuple[tuple[OrderData, str], ...], *, warehouse: str | None) -> None:
    integration_id = session.scalar(select(Integration.id).where(Integration.key == key))
    location = session.scalar(select(Location).where(Location.code == LOCATION))
    if integration_id is None or location is None:
        return
    if location.integration_id is None and warehouse is not None:
        columns = {"integration": warehouse, "address": _DEPOT, "timezone": "Europe/London"}
        catalog_flows.upsert_location(session, LOCATION, columns)
    number = _next(session, integration_id)
    known, raw = orders[number % len(orders)]
    data = _as_new(known, number, clock.now())
    if number % _WAITS != _WAITS - 1:
        _buy_in(session, data, location.id)
    channel = catalog.channel_by_key(session, CHANNEL)
    (kept,) = inbox.keep(session, integration_id, [Raw(kind=KIND, payload=raw, external_id=data.external_id)])
    capture(session, channel, [data], inbox_ids=[kept.id])


def apply(hub: "Hub", key: str, messages: Sequence[InboxMessage]) -> None:
    """Take orders of the feed in again, from the rows that were kept of them."""
    reader = dict(hub.providers("channel", "reread")).get(key)
    sample = dict(hub.providers("channel", "files"))[key].sample() if reader else None
    if reader is None or sample is None:
        return
    orders, numbers = list[OrderData](), list[int]()
    for message in messages:
        read = (each.document for each in reader.reread(message.payload, sample.mapping)) if message.payload else ()
        for document in read:
            if isinstance(document, OrderData):
                number = int((message.external_id or "").removeprefix("live-")) - 1
                orders.append(_as_new(document, number, message.received_at))
                numbers.append(message.id)
    with hub.transaction() as session, acting_as(f"channel:{CHANNEL}"):
        capture(session, catalog.channel_by_key(session, CHANNEL), orders, inbox_ids=numbers)


def _next(session: Session, integration_id: int) -> int:
    """The number of the order that comes next; it goes on where the hub stopped."""
    cursor = session.get(SyncCursor, (integration_id, _JOB), with_for_update=True)
    if cursor is None:
        session.add(SyncCursor(integration_id=integration_id, job=_JOB, cursor="1", updated_at=clock.now()))
        return 0
    number = int(cursor.cursor)
    cursor.cursor, cursor.updated_at = str(number + 1), clock.now()
    return number


def _as_new(known: OrderData, number: int, now: datetime) -> OrderData:
    """The same goods, ordered today by somebody at an address, and not shipped yet."""
    return replace(
        known,
        external_id=f"live-{number + 1}",
        external_number=f"L{number + 1:05}",
        placed_at=now,
        fingerprint=f"live-{number + 1}",
        version=None,
        shipping_address=_HOME,
        billing_address=_HOME,
        payments=tuple(replace(payment, at=now) for payment in known.payments),
        fulfillments=(),
        cancellations=(),
        refunds=(),
        fees=(),
    )


def _buy_in(session: Session, data: OrderData, location_id: int) -> None:
    """Receive whatever the order needs and the location lacks."""
    wanted: dict[str, int] = {}
    for line in data.lines:
        wanted[line.sku] = wanted.get(line.sku, 0) + line.quantity
    buy_in(session, wanted, {line.sku: line.unit_price for line in data.lines}, LOCATION, location_id)
