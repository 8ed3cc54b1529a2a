"""The account that the sandbox plays: its listings, orders, feeds, payouts and queue, and what people do in it."""

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crossdock import Ware
from plugins.amazon.mapping.marketplaces import usual_currency
from plugins.amazon.sandbox import earnings
from plugins.amazon.sandbox.returned import Returned
from plugins.amazon.sandbox.warehouse import Warehouse

Said = dict[str, Any]
"""A piece of JSON."""

_TITLES = ("Tea, Assam, 250 g", "Tea, Darjeeling, 250 g", "Teapot, white", "Cup and saucer", "Tea towel", "Sugar bowl")
_WHOLE_UNITS = {"JPY", "KRW"}


@dataclass(slots=True)
class Listed:
    """One listing. `channel`: DEFAULT where the seller ships it, else the network of Amazon's own stock."""

    sku: str
    asin: str
    title: str
    price: Decimal
    quantity: int
    channel: str = "DEFAULT"


@dataclass(slots=True)
class Message:
    """One message of the queue, hidden from others until `visible`."""

    message_id: str
    body: str
    visible: datetime
    receipt: str = ""


@dataclass(slots=True, kw_only=True)
class Store:
    """What the account holds, and what shoppers and Amazon do in it.

    faults: what becomes of the next requests of an operation, in turn: a status ("429", "500", "503"), "500 after" the
    effect, "html", or "truncated"; "" is none. feed_takes: so long a feed is worked through, and a report written.
    plan: so many times the default usage plan, as large accounts have it. refuses_login: what is said to whoever asks
    for a token. closed: the account sells no more.
    """

    seller_id: str
    marketplace: str
    now: Callable[[], datetime]
    seed: int = 0
    wares: Sequence[Ware] = ()
    run: int = 0
    notify: Callable[[Said, str], None] = lambda _order, _kind: None
    feed_takes: timedelta = timedelta(seconds=20)
    plan: float = 1
    refuses_login: Said | None = None
    closed: bool = False
    listings: dict[str, Listed] = field(default_factory=dict)
    orders: dict[str, Said] = field(default_factory=dict)
    feeds: dict[str, Said] = field(default_factory=dict)
    documents: dict[str, bytes | None] = field(default_factory=dict)
    reports: dict[str, Said] = field(default_factory=dict)
    returned: list[Returned] = field(default_factory=list)
    transactions: list[Said] = field(default_factory=list)
    payouts: list[Said] = field(default_factory=list)
    destinations: dict[str, Said] = field(default_factory=dict)
    subscriptions: dict[str, Said] = field(default_factory=dict)
    queue: list[Message] = field(default_factory=list)
    faults: dict[str, list[str]] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    lock: threading.RLock = field(default_factory=threading.RLock)
    warehouse: Warehouse = field(init=False)
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)  # noqa: S311  # a world that repeats, not a key
        for listed in [self._given(each) for each in self.wares] or self._own():
            self.listings[listed.sku] = listed
        stock = {each.sku: each.quantity for each in self.listings.values() if each.channel != "DEFAULT"}
        self.warehouse = Warehouse(now=self.now, name=self.name, stock=stock)
        if self.run:
            self.dice = random.Random(f"{self.seed} {self.run}")  # noqa: S311  # the same goods, other names

    @property
    def currency(self) -> str:
        return usual_currency(self.marketplace)

    def name(self, what: str) -> str:
        """A new name, of the seed's making."""
        return f"{what}-{self.dice.randrange(16**12):012x}"

    def place_order(
        self,
        *lines: tuple[str, int],
        fulfilled_by: str = "MERCHANT",
        pending: bool = False,
        shipping: Decimal = Decimal(0),
        discount: Decimal = Decimal(0),
        tax_rate: Decimal = Decimal(0),
        tax_collected: bool = False,
        gift_message: str | None = None,
        buyer: str = "Ada Lovelace",
    ) -> str:
        """An order by SKU and units; its id. Tax comes on top. `pending`: its payment is not authorized yet."""
        order_id = f"202-{self.dice.randrange(10**7):07d}-{self.dice.randrange(10**7):07d}"
        items = []
        for number, (sku, units) in enumerate(lines, start=1):
            first = number == 1
            costs = (shipping, discount) if first else (Decimal(0), Decimal(0))
            self.listings[sku].quantity = max(0, self.listings[sku].quantity - units)
            item = self._item(f"{order_id[4:11]}{number:07d}", self.listings[sku], units, *costs, tax_rate)
            if tax_collected:
                held = [{"model": "MARKETPLACE_FACILITATOR", "responsibleParty": "Amazon Services Europe S.a.r.l."}]
                item["tax"] = {"taxCollections": held}
            if gift_message and first:
                item["fulfillment"]["packing"] = {"giftOption": {"giftMessage": gift_message}}
            items.append(item)
        order: Said = {
            "orderId": order_id,
            "createdTime": self.instant(),
            "lastUpdatedTime": self.instant(),
            "salesChannel": {"channelName": "AMAZON", "marketplaceId": self.marketplace},
            "buyer": {"buyerName": buyer, "buyerEmail": f"{order_id[-7:]}@marketplace.amazon.co.uk"},
            "recipient": {
                "deliveryAddress": {
                    "name": buyer,
                    "addressLine1": "12 St James's Square",
                    "city": "London",
                    "postalCode": "SW1Y 4JH",
                    "countryCode": "GB",
                    "phone": "+44 20 7946 0018",
                    "addressType": "RESIDENTIAL",
                }
            },
            "fulfillment": {
                "fulfillmentStatus": "PENDING" if pending else "UNSHIPPED",
                "fulfilledBy": fulfilled_by,
                "fulfillmentServiceLevel": "STANDARD",
                "shipByWindow": {
                    "earliestDateTime": self.instant(),
                    "latestDateTime": self.instant(timedelta(days=2)),
                },
            },
            "orderItems": items,
        }
        self.orders[order_id] = order
        self._total(order)
        self.changed(order, "OrderStatusChange")
        return order_id

    def authorize(self, order_id: str) -> None:
        """The payment of a pending order went through."""
        order = self.orders[order_id]
        order["fulfillment"]["fulfillmentStatus"] = "UNSHIPPED"
        self.changed(order, "OrderStatusChange")

    def request_cancellation(self, order_id: str, reason: str = "Ordered by mistake") -> None:
        """The buyer asks for all that has not left."""
        order = self.orders[order_id]
        for item in order["orderItems"]:
            if item["fulfillment"]["quantityUnfulfilled"]:
                said = item.setdefault("cancellation", {})
                said["cancellationRequest"] = {"requester": "BUYER", "cancelReason": reason}
        self.changed(order, "BuyerRequestedChange")

    def cancel_order(self, order_id: str, *, by: str = "AMAZON", reason: str = "Payment declined") -> None:
        """All of it, before anything has left."""
        order = self.orders[order_id]
        for item in order["orderItems"]:
            execution = {"cancelledBy": by, "cancelReason": reason}
            item.setdefault("cancellation", {})["cancellationExecution"] = execution
            item["fulfillment"]["quantityUnfulfilled"] = 0
        order["fulfillment"]["fulfillmentStatus"] = "CANCELLED"
        self.changed(order, "OrderStatusChange")

    def ship_from_amazon(self, order_id: str) -> None:
        """Amazon ships all of an order that it fulfills."""
        order = self.orders[order_id]
        for item in order["orderItems"]:
            units = item["fulfillment"]
            units["quantityFulfilled"], units["quantityUnfulfilled"] = item["quantityOrdered"], 0
        self.shipped(order)

    def shipped(self, order: Said) -> None:
        """Its status after something has left; what is wholly shipped is posted to the next payout."""
        left = sum(item["fulfillment"]["quantityUnfulfilled"] for item in order["orderItems"])
        order["fulfillment"]["fulfillmentStatus"] = "PARTIALLY_SHIPPED" if left else "SHIPPED"
        if not left:
            self.transactions.append(earnings.shipment(self, order))
        self.changed(order, "OrderStatusChange")

    def request_return(
        self, order_id: str, units: int = 1, *, reason: str = "CR-DEFECTIVE", status: str = "Approved"
    ) -> str:
        """The buyer sends units of the first item back, which Amazon mostly approves by itself; the return's name."""
        order = self.orders[order_id]
        sku, by = order["orderItems"][0]["product"]["sellerSku"], order["fulfillment"]["fulfilledBy"]
        name = self.name("D")
        row = {"order_id": order_id, "name": name, "sku": sku, "units": units, "reason": reason, "by": by}
        self.returned.append(Returned(**row, requested=self.now(), status=status))
        return name

    def post_refund(self, order: Said, amount: Decimal) -> None:
        self.transactions.append(earnings.refund(self, order, amount))

    def pay_out(self) -> str:
        """Close the payout with all that was posted since the last one; its id."""
        group = self.name("payout")
        self.payouts.append(earnings.payout(self, group))
        return group

    def changed(self, order: Said, kind: str) -> None:
        order["lastUpdatedTime"] = self.instant()
        self.notify(order, kind)

    def instant(self, later: timedelta = timedelta(0)) -> str:
        return (self.now() + later).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def money(self, amount: Decimal) -> Said:
        places = Decimal(1) if self.currency in _WHOLE_UNITS else Decimal("0.01")
        return {"amount": f"{amount.quantize(places, ROUND_HALF_UP)}", "currencyCode": self.currency}

    def _given(self, ware: Ware) -> Listed:
        return Listed(ware.sku, self._asin(), ware.title, ware.price.amount, ware.available)

    def _own(self) -> Iterator[Listed]:
        for number, title in enumerate(_TITLES, start=1):
            price = Decimal(self.dice.randrange(400, 4000)) / 100
            asin, channel = self._asin(), "AMAZON_EU" if number == len(_TITLES) else "DEFAULT"
            yield Listed(f"AMZ-{number}", asin, title, price, self.dice.randrange(5, 50), channel)

    def _asin(self) -> str:
        return f"B0{self.dice.randrange(10**8):08d}"

    def _item(
        self, item_id: str, listed: Listed, units: int, shipping: Decimal, discount: Decimal, tax_rate: Decimal
    ) -> Said:
        goods = listed.price * units
        tax = ((goods + shipping - discount) * tax_rate).quantize(Decimal("0.01"), ROUND_HALF_UP)
        parts = [("ITEM", goods), ("SHIPPING", shipping), ("DISCOUNT", -discount), ("TAX", tax)]
        return {
            "orderItemId": item_id,
            "quantityOrdered": units,
            "product": {
                "asin": listed.asin,
                "title": listed.title,
                "sellerSku": listed.sku,
                "price": {"unitPrice": self.money(listed.price)},
            },
            "proceeds": {
                "proceedsTotal": self.money(sum((amount for _, amount in parts), Decimal(0))),
                "breakdowns": [{"type": kind, "subtotal": self.money(amount)} for kind, amount in parts if amount],
            },
            "fulfillment": {"quantityFulfilled": 0, "quantityUnfulfilled": units},
        }

    def _total(self, order: Said) -> None:
        totals = [Decimal(item["proceeds"]["proceedsTotal"]["amount"]) for item in order["orderItems"]]
        order["proceeds"] = {"grandTotal": self.money(sum(totals, Decimal(0)))}
