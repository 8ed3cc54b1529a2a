"""A marketplace outside the hub: it tells of orders in words of its own, and hears what it may sell."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy import select

import crossdock
from core import clock
from core.catalog.service import ensure_channel
from core.flows import inbox
from core.hub import Hub
from core.integrations.mirror import mirror
from core.integrations.models import Integration
from core.plugins.bound import BoundProvider
from core.plugins.registry import LoadedIntegration, LoadedPlugin
from crossdock import LineData, Money, OrderData, PaymentData, PaymentState, RawOrder, StockAnswer, StockLevelUpdate
from tests.api import Api

PLUGIN = "marketplace"
ADDRESS = {"name": "Ada", "line1": "1 High Street", "city": "London", "postalCode": "N1 9GU", "country": "GB"}

_numbers = count(1)
_LISTING = """
mutation ($channel: String!, $sku: String!) {
  listingMap(channel: $channel, externalId: $sku, sku: $sku) { listing { id } userErrors { message path } }
}
"""
_CHANNEL = """
mutation ($key: String!, $shortage: ShortagePolicy, $priority: Int) {
  channelUpdate(key: $key, shortage: $shortage, priority: $priority) { userErrors { message path } }
}
"""
_ORDER = """
query ($channel: String!, $id: String!) { order(channel: $channel, externalId: $id) { id } }
"""


class Market:
    """One marketplace. `told` is (SKU, quantity, sequence) in the order it heard.

    `on_hearing` is called with each quantity before it answers, and may take its time.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self.told: list[tuple[str, int, int]] = []
        self.on_hearing: Callable[[int], None] = lambda _quantity: None

    def map_order(self, raw: RawOrder) -> OrderData:
        said = json.loads(raw.payload)
        currency, placed = said["currency"], datetime.fromisoformat(said["placed"])
        nothing = Money.zero(currency)
        lines = tuple(
            LineData(
                external_id=str(number),
                sku=line["sku"],
                name=line["sku"].title(),
                quantity=line["quantity"],
                unit_price=Money(line["pence"], currency),
                discount=nothing,
                tax=nothing,
            )
            for number, line in enumerate(said["lines"], start=1)
        )
        paid = PaymentData(
            reference=f"pay-{raw.external_id}",
            gateway=self.key,
            state=PaymentState.CAPTURED,
            amount=Money.sum((line.total for line in lines), currency),
            at=placed,
        )
        return OrderData(
            external_id=raw.external_id,
            version=raw.version,
            placed_at=placed,
            currency=currency,
            lines=lines,
            payments=(paid,),
            shipping_address=crossdock.Address(
                name="Ada", line1="1 High Street", city="London", postal_code="N1 9GU", country="GB"
            ),
        )

    def acknowledge(self, _ctx: object, _external_ids: Sequence[str]) -> None:
        """It does not mind."""

    def publish_stock(self, _ctx: object, updates: Sequence[StockLevelUpdate]) -> Sequence[StockAnswer]:
        self.told += [(each.external_sku, each.quantity, each.sequence) for each in updates]
        for each in updates:
            self.on_hearing(each.quantity)
        return [StockAnswer(external_sku=each.external_sku) for each in updates]


def open_markets(hub: Hub, *keys: str) -> list[Market]:
    """Marketplaces that are connected, each with a channel of its name in GBP."""
    markets = [Market(key) for key in keys]
    for market in markets:
        provider = crossdock.Provider(
            PLUGIN, "channel", crossdock.Settings, partial(_itself, market), capabilities=frozenset({"orders", "stock"})
        )
        hub.registry.plugins[PLUGIN] = LoadedPlugin(
            name=PLUGIN, version="1", distribution=PLUGIN, providers=(provider,)
        )
        hub.registry.integrations[market.key] = LoadedIntegration(
            key=market.key,
            plugin=PLUGIN,
            settings=crossdock.Settings(),
            providers=(BoundProvider(provider, market),),
        )
    with hub.transaction() as session:
        mirror(session, hub.registry)
        for key in keys:
            integration_id = session.scalars(select(Integration.id).where(Integration.key == key)).one()
            ensure_channel(session, key, integration_id=integration_id)
    return markets


def _itself(market: Market, _integration: crossdock.Integration[crossdock.Settings]) -> Market:
    return market


def trades(api: Api, market: Market, *skus: str, shortage: str = "BACKORDER", priority: int = 0) -> None:
    """It lists these items by our own SKUs, and this is what becomes of its orders when they run short."""
    api.done(_CHANNEL, key=market.key, shortage=shortage, priority=priority)
    for sku in skus:
        api.done(_LISTING, channel=market.key, sku=sku)


def sells(hub: Hub, market: Market, units: Mapping[str, int] | Sequence[tuple[str, int]], *, pence: int = 1000) -> str:
    """It tells of a new order, paid, at 10.00 a unit; its own number of it. The hub has kept it, no more."""
    lines = units.items() if isinstance(units, Mapping) else units
    number = f"{market.key}-{next(_numbers)}"
    said: dict[str, Any] = {
        "currency": "GBP",
        "placed": clock.now().isoformat(),
        "lines": [{"sku": sku, "quantity": quantity, "pence": pence} for sku, quantity in lines],
    }
    raw = RawOrder(external_id=number, payload=json.dumps(said), version=1)
    with hub.transaction() as session:
        integration = session.scalars(select(Integration).where(Integration.key == market.key)).one()
        inbox.receive(session, integration, [raw])
    return number


def order_of(api: Api, market: Market, number: str) -> str:
    """Our id of an order that it told of."""
    found: str = api(_ORDER, channel=market.key, id=number)["order"]["id"]
    return found
