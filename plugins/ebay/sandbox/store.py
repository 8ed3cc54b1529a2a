"""One seller's account: its state, and what shoppers and eBay do to it."""

import threading
from collections.abc import Sequence
from itertools import count
from typing import Any

from crossdock import Money, Stage
from plugins.ebay.sandbox import catalogue, writing
from plugins.ebay.sandbox.money import Books
from plugins.ebay.sandbox.notices import Signer, letter
from plugins.ebay.settings import EbaySettings
from plugins.ebay.wire import Said, amount, money, spoken

SELLER = "crossdock_goods"


class Store:
    """Everything is in eBay's own words, by eBay's own ids. `done`: (verb, order id) of what was asked over the API."""

    def __init__(self, settings: EbaySettings, stage: Stage) -> None:
        self.stage = stage
        self.marketplace = settings.marketplace_id
        self.currency = catalogue.CURRENCIES.get(self.marketplace, "EUR")
        self.items = catalogue.items(stage.seed, stage.wares)
        self.offers = catalogue.offers(stage.seed, self.marketplace, stage.wares)
        self.orders: dict[str, dict[str, Any]] = {}
        self.fulfillments: dict[str, list[dict[str, Any]]] = {}
        self.returns: dict[str, dict[str, Any]] = {}
        self.destinations: dict[str, dict[str, Any]] = {}
        self.subscriptions: dict[str, dict[str, Any]] = {}
        self.books = Books(self.currency)
        self.signer = Signer()
        self.done: list[tuple[str, str]] = []
        self.lock = threading.RLock()
        self._numbers = count(1 + stage.run)

    def number(self) -> int:
        return next(self._numbers)

    def place_order(
        self,
        goods: Sequence[tuple[str, int]] | None = None,
        *,
        shipping_minor: int = 399,
        discount_minor: int = 0,
        **facts: Any,
    ) -> str:
        """A shopper buys `goods`, (SKU, quantity); without any two of the first offer. Facts as in `writing.Basket`."""
        with self.lock:
            by_sku = {offer["sku"]: offer for offer in self.offers.values()}
            wanted = goods or [(next(iter(by_sku)), 2)]
            basket = writing.Basket(
                goods=[(by_sku[sku], self.items[sku]["product"]["title"], quantity) for sku, quantity in wanted],
                shipping=Money(shipping_minor, self.currency),
                discount=Money(discount_minor, self.currency),
                **facts,
            )
            serial = self.number()
            name = f"{serial % 90 + 10:02}-{serial // 100_000:05}-{serial % 100_000:05}"
            lines = [f"{10_000_000_000 + serial * 100 + place}" for place in range(len(wanted))]
            self.orders[name] = writing.order(name, lines, basket, SELLER, self.stage.now())
            self.fulfillments[name] = []
            for sku, quantity in wanted:
                available = self.items[sku]["availability"]["shipToLocationAvailability"]
                available["quantity"] = max(0, available["quantity"] - quantity)
                by_sku[sku]["availableQuantity"] = max(0, by_sku[sku]["availableQuantity"] - quantity)
            if basket.paid:
                self.books.sold(self.orders[name], spoken(self.stage.now()))
        for line in lines:
            self.tell("ORDER_CONFIRMATION", {"orderId": name, "lineItemId": line})
        return name

    def pay(self, order_id: str) -> None:
        """The shopper pays for what was ordered without."""
        with self.lock:
            order = self.orders[order_id]
            order["orderPaymentStatus"] = order["paymentSummary"]["payments"][0]["paymentStatus"] = "PAID"
            self.books.sold(order, spoken(self.stage.now()))
            self.touch(order_id)
        self.tell("ORDER_CONFIRMATION", {"orderId": order_id})

    def ask_cancel(self, order_id: str) -> str:
        """The shopper asks eBay to cancel; the request's id."""
        with self.lock:
            return self._cancel_request(order_id, "Buyer", "ORDER_MISTAKE", "REQUESTED")

    def cancel_order(self, order_id: str, *, by: str = "Seller", reason: str = "OUT_OF_STOCK") -> str:
        """It is cancelled on eBay's own pages, and what was paid is given back; the cancellation's id."""
        with self.lock:
            name = self._cancel_request(order_id, by, reason, "REQUESTED")
            self.close_cancel(order_id, name, accepted=True)
            return name

    def close_cancel(self, order_id: str, name: str, *, accepted: bool) -> None:
        """The end of a cancellation request."""
        now = spoken(self.stage.now())
        status = self.orders[order_id]["cancelStatus"]
        for each in status["cancelRequests"]:
            if each["cancelRequestId"] == name:
                each["cancelRequestState"] = "COMPLETED" if accepted else "REJECTED"
                each["cancelCompletedDate"] = now
        status["cancelState"] = "CANCELED" if accepted else "NONE_REQUESTED"
        if accepted:
            status["cancelledDate"] = now
            left = self.left(order_id)
            if left and self.orders[order_id]["orderPaymentStatus"] != "PENDING":
                self.give_back(order_id, left)
        self.touch(order_id)

    def give_back(self, order_id: str, value: Money, lines: Sequence[tuple[str, Money]] = ()) -> str:
        """A refund of an order, or of some of its lines; its id."""
        with self.lock:
            order, now = self.orders[order_id], spoken(self.stage.now())
            name = str(5_000_000_000 + self.number())
            for line, part in lines:
                item = next(each for each in order["lineItems"] if each["lineItemId"] == line)
                item["refunds"].append({"refundId": name, "amount": amount(part), "refundDate": now})
            if not lines:
                order["paymentSummary"]["refunds"].append(
                    {"refundId": name, "amount": amount(value), "refundDate": now, "refundStatus": "REFUNDED"}
                )
            whole = not self.left(order_id)
            order["orderPaymentStatus"] = "FULLY_REFUNDED" if whole else "PARTIALLY_REFUNDED"
            self.books.refunded(order, name, value, now)
            self.touch(order_id)
            return name

    def left(self, order_id: str) -> Money:
        """What the seller has been paid for an order and has not given back."""
        order = self.orders[order_id]
        given = [money(each["amount"]) for each in order["paymentSummary"]["refunds"]]
        given += [money(each["amount"]) for line in order["lineItems"] for each in line["refunds"]]
        return money(order["paymentSummary"]["totalDueSeller"]) - Money.sum(given, self.currency)

    def ask_return(self, order_id: str, *, quantity: int = 1, reason: str = "DEFECTIVE_ITEM") -> str:
        """The shopper asks to send a line back; the return's id."""
        with self.lock:
            order, now = self.orders[order_id], self.stage.now()
            line = order["lineItems"][0]
            name = str(5_100_000_000 + self.number())
            self.returns[name] = {
                "returnId": name,
                "orderId": order_id,
                "buyerLoginName": order["buyer"]["username"],
                "sellerLoginName": SELLER,
                "currentType": "MONEY_BACK",
                "state": "RETURN_REQUESTED",
                "status": "RETURN_REQUESTED",
                "creationInfo": {
                    "item": {
                        "itemId": line["legacyItemId"],
                        "transactionId": line["lineItemId"],
                        "returnQuantity": quantity,
                    },
                    "type": "MONEY_BACK",
                    "reason": reason,
                    "comments": {"content": "It does not work."},
                    "creationDate": {"value": spoken(now)},
                },
            }
            return name

    def pay_out(self) -> str:
        """EBay pays out all that has come together; the payout's id."""
        with self.lock:
            return self.books.pay_out(str(6_000_000_000 + self.number()), spoken(self.stage.now()))

    def revoke(self) -> None:
        """The seller takes the consent back."""
        self.tell("AUTHORIZATION_REVOCATION", {"username": SELLER, "userId": "u-1"})

    def touch(self, order_id: str) -> None:
        self.orders[order_id]["lastModifiedDate"] = spoken(self.stage.now())

    def tell(self, topic: str, data: Said) -> None:
        """Send a notification to whoever has subscribed."""
        for each in list(self.subscriptions.values()):
            destination = self.destinations.get(each["destinationId"], {})
            if each["topicId"] == topic and each["status"] == destination.get("status") == "ENABLED":
                body = letter(topic, f"n-{self.number()}", spoken(self.stage.now()), data)
                self.stage.send("POST", destination["deliveryConfig"]["endpoint"], self.signer.headers(body), body)

    def _cancel_request(self, order_id: str, by: str, reason: str, state: str) -> str:
        name = str(5_200_000_000 + self.number())
        status = self.orders[order_id]["cancelStatus"]
        status["cancelState"] = "IN_PROGRESS"
        status["cancelRequests"].append(
            {
                "cancelRequestId": name,
                "cancelInitiator": by,
                "cancelReason": reason,
                "cancelRequestState": state,
                "cancelRequestedDate": spoken(self.stage.now()),
            }
        )
        self.touch(order_id)
        return name
