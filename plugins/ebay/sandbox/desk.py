"""What people do in the played account by hand."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crossdock import Sale, Ware
from plugins.ebay.sandbox.store import SELLER, Store
from plugins.ebay.wire import money


class SellerDesk:
    """Shoppers, the seller on eBay's own pages, and eBay."""

    acts: Mapping[str, str] = {"pay_out": "Pay out", "revoke": "Take consent back"}

    def __init__(self, store: Store) -> None:
        self.store = store

    @property
    def name(self) -> str:
        return f"{SELLER} on {self.store.marketplace}"

    def wares(self) -> Sequence[Ware]:
        with self.store.lock:
            return [self._ware(each) for each in self.store.offers.values()]

    def sales(self) -> Sequence[Sale]:
        with self.store.lock:
            return [self._sale(each) for each in reversed(self.store.orders.values())]

    def sell(self, sku: str, units: int) -> str:
        return self.store.place_order([(sku, units)])

    def act(self, what: str, sale_id: str = "") -> None:
        with self.store.lock:
            order = self.store.orders.get(sale_id)
            if what == "pay_out":
                self.store.pay_out()
            elif what == "revoke":
                self.store.revoke()
            elif order is not None and what in self._acts(order):
                _ACTS[what](self.store, sale_id)

    def _ware(self, offer: Mapping[str, Any]) -> Ware:
        return Ware(
            sku=offer["sku"],
            title=self.store.items[offer["sku"]]["product"]["title"],
            price=money(offer["pricingSummary"]["price"]),
            available=offer["availableQuantity"],
        )

    def _sale(self, order: Mapping[str, Any]) -> Sale:
        name = order["orderId"]
        states = [order["orderPaymentStatus"], order["orderFulfillmentStatus"]]
        numbers = [str(each.get("shipmentTrackingNumber", "")) for each in self.store.fulfillments[name]]
        if order["cancelStatus"]["cancelState"] != "NONE_REQUESTED":
            states.append(order["cancelStatus"]["cancelState"])
        states += [each["status"] for each in self.store.returns.values() if each["orderId"] == name]
        return Sale(
            id=name,
            number=name,
            goods=", ".join(f"{line['quantity']} x {line['sku']}" for line in order["lineItems"]),
            total=money(order["pricingSummary"]["total"]),
            state=", ".join([*states, *filter(None, numbers)]),
            acts=self._acts(order),
        )

    def _acts(self, order: Mapping[str, Any]) -> dict[str, str]:
        acts = {}
        name = order["orderId"]
        if order["orderFulfillmentStatus"] == "NOT_STARTED":
            if order["cancelStatus"]["cancelState"] == "NONE_REQUESTED":
                acts = {"cancel": "Cancel", "ask_cancel": "Ask to cancel"}
        elif not any(each["orderId"] == name for each in self.store.returns.values()):
            acts = {"return": "Ask for a return"}
        if self.store.left(name) and order["orderPaymentStatus"] != "PENDING":
            acts["refund"] = "Refund what is left"
        return acts


def _refund(store: Store, order_id: str) -> None:
    store.give_back(order_id, store.left(order_id))


_ACTS: dict[str, Callable[[Store, str], object]] = {
    "cancel": Store.cancel_order,
    "ask_cancel": Store.ask_cancel,
    "return": Store.ask_return,
    "refund": _refund,
}
