"""The state of a played store, and what shoppers and its people do there. What is done over the API is beside."""

import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from itertools import count
from typing import Any

from graphql import GraphQLResolveInfo

from crossdock import Stage
from plugins.shopify.sandbox import hooks, paying, selling
from plugins.shopify.sandbox.bucket import Bucket
from plugins.shopify.sandbox.records import Record, amount_of, gid, number_of, remaining, stamp
from plugins.shopify.sandbox.selling import Bought as Bought
from plugins.shopify.settings import ShopifySettings


class Store:
    """One shop. Names are as in the API; `now`, the address of webhooks and how they are sent come from the stage.

    faults: what becomes of the next requests, by the operation's name or "*": "429", "throttled", "500", "500 after",
        "html", "truncated". asked: the operations that came, in order.
    """

    def __init__(self, settings: ShopifySettings, stage: Stage) -> None:
        self.settings, self.stage, self.lock = settings, stage, threading.RLock()
        self.currency = "GBP"
        self.location = settings.location_id or gid("Location", 1)
        self.locations: list[Record] = [self._place(self.location, "Shop")]
        self.variants: list[Record] = []
        self.orders: dict[str, Record] = {}
        self.returns: dict[str, Record] = {}
        self.has_payments = True
        self.payouts: list[Record] = []
        self.rows: list[Record] = []
        self.subscriptions: dict[str, Record] = {}
        self.jobs: dict[str, bool] = {}
        self.answers: dict[str, tuple[str, Any]] = {}
        self.scopes: list[str] | None = None
        self.tokens: set[str] = set()
        self.faults: dict[str, list[str]] = {}
        self.asked: list[str] = []
        self.bucket = Bucket(settings.points_per_second)
        self._numbers = count(1001 + stage.seed * 10_000)

    def new(self, kind: str) -> str:
        """A name that was never used."""
        return gid(kind, next(self._numbers))

    def count_on(self, by: int) -> None:
        """What is made from here on has names that are so much higher."""
        self._numbers = count(next(self._numbers) + by)

    def add_product(self, sku: str, price: str = "10.00", *, stock: int = 100, title: str | None = None) -> Record:
        """A product with one variant, stocked at the shop's location."""
        with self.lock:
            name = title or sku.replace("-", " ").title()
            item: Record = {
                "id": self.new("InventoryItem"),
                "tracked": True,
                "available": {self.location: stock},
                "measurement": {"weight": {"unit": "GRAMS", "value": 250.0}},
            }
            variant: Record = {
                "id": self.new("ProductVariant"),
                "sku": sku,
                "barcode": None,
                "displayName": name,
                "price": price,
                "product": {"status": "ACTIVE"},
                "inventoryItem": item,
            }
            self.variants.append(variant)
            self.tell("products/create", {"id": number_of(variant["id"])})
            return variant

    def place_order(
        self,
        *bought: Bought,
        name: str = "Ada Lovelace",
        currency: str | None = None,
        shipping: str = "5.00",
        tax_rate: str = "0.20",
        tax_included: bool = True,
        tax_collected: bool = False,
        paid: bool = True,
        test: bool = False,
        note: str | None = None,
        notes: Mapping[str, str] | None = None,
        country: str = "GB",
        service: str | None = None,
    ) -> Record:
        """An order, paid by card or only authorised. `service`: the id of a fulfilment service that ships it."""
        with self.lock:
            order = selling.order_of(
                self,
                bought,
                selling.Terms(
                    name=name,
                    currency=currency or self.currency,
                    shipping=Decimal(shipping),
                    tax_rate=Decimal(tax_rate),
                    tax_included=tax_included,
                    tax_collected=tax_collected,
                    paid=paid,
                    test=test,
                    note=note,
                    notes=notes or {},
                    country=country,
                    service=service,
                ),
            )
            self.orders[order["id"]] = order
            for each in bought:
                self._move(each.sku, -each.quantity)
            self.tell("orders/create", {"id": number_of(order["id"])})
            return order

    def pay(self, order: Record) -> None:
        """Capture what is authorised."""
        with self.lock:
            first = order["transactions"][0]
            taken = self.transaction("CAPTURE", amount_of(first["amountSet"]), order["presentmentCurrencyCode"], first)
            order["transactions"].append(taken)
            self.changed(order)

    def cancel_order(self, order: Record, *, refund: bool = True) -> None:
        """The shop's people cancel it, and give the money back."""
        with self.lock:
            for work in order["fulfillmentOrders"]:
                for line in work["lineItems"]:
                    self.take_off(order, line["lineItem"]["id"], line["remainingQuantity"])
                work["status"] = "CANCELLED"
            if refund:
                self.give_back(order, self.paid(order), note="Cancelled")
            order["cancelledAt"], order["cancelReason"] = stamp(self.stage.now()), "CUSTOMER"
            self.changed(order, "orders/cancelled")

    def remove_units(self, order: Record, sku: str, units: int) -> None:
        """The shop's people take units off before they ship."""
        with self.lock:
            line = next(each for each in order["lineItems"] if each["sku"] == sku)
            self.take_off(order, line["id"], units)
            self.changed(order, "orders/edited", {"order_edit": {"order_id": number_of(order["id"])}})

    def ask_to_stop(self, order: Record) -> None:
        """The shop's people ask whoever ships it to stop."""
        with self.lock:
            for work in order["fulfillmentOrders"]:
                work["requestStatus"] = "CANCELLATION_REQUESTED"
            self.changed(order)

    def request_return(self, order: Record, sku: str, units: int = 1, *, reason: str = "defective") -> Record:
        """The shopper wants to send units back, which have left before."""
        with self.lock:
            line = next(each for each in order["lineItems"] if each["sku"] == sku)
            asked: Record = {
                "id": self.new("Return"),
                "name": f"{order['name']}-R{len(order['returns']) + 1}",
                "status": "REQUESTED",
                "createdAt": stamp(self.stage.now()),
                "order": order,
                "returnLineItems": [
                    {
                        "__typename": "ReturnLineItem",
                        "id": self.new("ReturnLineItem"),
                        "quantity": units,
                        "customerNote": "It does not work.",
                        "returnReasonNote": "",
                        "returnReasonDefinition": {"handle": reason},
                        "fulfillmentLineItem": {"lineItem": line},
                    }
                ],
            }
            order["returns"].append(asked)
            self.returns[asked["id"]] = asked
            self.changed(order)
            self.tell("returns/request", {"id": number_of(asked["id"]), "status": "requested"})
            return asked

    def pay_out(self) -> Record:
        """All that was paid and refunded since the last time, less the card fees."""
        with self.lock:
            return paying.pay_out(self)

    def transaction(self, kind: str, amount: Decimal, currency: str, parent: Record | None = None) -> Record:
        return paying.transaction(self, kind, amount, currency, parent)

    def paid(self, order: Record) -> Decimal:
        """What was taken and not given back."""
        return paying.paid(order)

    def give_back(self, order: Record, amount: Decimal, *, note: str, lines: Sequence[Record] = ()) -> Record:
        """A refund of an amount, by the first payment."""
        return paying.give_back(self, order, amount, note=note, lines=lines)

    def take_off(self, order: Record, line_id: str, units: int) -> None:
        """Units that will not ship any more."""
        line = next(each for each in order["lineItems"] if each["id"] == line_id)
        left = units
        for work in order["fulfillmentOrders"]:
            for each in work["lineItems"]:
                part = min(left, each["remainingQuantity"]) if each["lineItem"]["id"] == line_id else 0
                each["remainingQuantity"] -= part
                left -= part
        done = units - left
        line["currentQuantity"] -= done
        line["refundableQuantity"] -= done
        line["nonFulfillableQuantity"] += done
        self._move(line["sku"], done)
        self.close(order)

    def close(self, order: Record) -> None:
        """Work of which nothing is left is over."""
        for work in order["fulfillmentOrders"]:
            if work["status"] == "OPEN" and not any(each["remainingQuantity"] for each in work["lineItems"]):
                work["status"] = "CLOSED"

    def changed(self, order: Record, topic: str = "orders/updated", body: Record | None = None) -> None:
        order["updatedAt"] = stamp(self.stage.now())
        self.tell(topic, body or {"id": number_of(order["id"])})

    def tell(self, topic: str, body: Record) -> None:
        """Send a webhook to whoever subscribed to it."""
        hooks.send(self, topic, body)

    def waiting(self, order: Record, line: str) -> int:
        return remaining(order["fulfillmentOrders"], line)

    def variant(self, sku: str) -> Record:
        return next(each for each in self.variants if each["sku"] == sku)

    def _move(self, sku: str, units: int) -> None:
        with suppress(StopIteration):
            levels = self.variant(sku)["inventoryItem"]["available"]
            levels[self.location] = levels.get(self.location, 0) + units

    @staticmethod
    def _place(name: str, title: str) -> Record:
        return {
            "id": name,
            "name": title,
            "isActive": True,
            "fulfillsOnlineOrders": True,
            "isFulfillmentService": False,
        }


Info = GraphQLResolveInfo[Store]
"""What a resolver is told: its `context` is the store."""
