"""What people do in the played account by hand."""

from collections.abc import Callable, Mapping, Sequence

from crossdock import Money, Sale, Ware
from plugins.amazon.sandbox.returned import Returned
from plugins.amazon.sandbox.store import Said, Store

_ASK, _CANCEL = ("ask_cancel", "Buyer asks to cancel"), ("cancel", "Cancel")
_BUTTONS = {
    "UNSHIPPED": (_ASK, _CANCEL),
    "PARTIALLY_SHIPPED": (_ASK,),
    "PENDING": (("authorize", "Authorize payment"), _CANCEL),
}


class AccountDesk:
    """Buyers, and Amazon itself."""

    def __init__(self, store: Store) -> None:
        self.store = store

    @property
    def name(self) -> str:
        return f"{self.store.seller_id} on Amazon"

    @property
    def acts(self) -> Mapping[str, str]:
        acts = {"pay_out": "Pay out"}
        if self._from_amazon():
            acts["place_amazon"] = "Place an order that Amazon ships"
        if self.store.warehouse.open:
            acts["work"] = "Ship what other channels sold"
        return acts

    def wares(self) -> Sequence[Ware]:
        with self.store.lock:
            return [
                Ware(
                    sku=each.sku,
                    title=each.title,
                    price=Money.parse(f"{each.price:f}", self.store.currency),
                    available=each.quantity,
                )
                for each in self.store.listings.values()
            ]

    def sales(self) -> Sequence[Sale]:
        with self.store.lock:
            return [self._sale(each) for each in reversed(self.store.orders.values())]

    def sell(self, sku: str, units: int) -> str:
        with self.store.lock:
            by = "MERCHANT" if self.store.listings[sku].channel == "DEFAULT" else "AMAZON"
            return self.store.place_order((sku, units), fulfilled_by=by)

    def act(self, what: str, sale_id: str = "") -> None:
        with self.store.lock:
            order = self.store.orders.get(sale_id)
            if what == "pay_out":
                self.store.pay_out()
            elif what == "work":
                self.store.warehouse.work()
            elif what == "place_amazon" and self._from_amazon():
                self.sell(self._from_amazon()[0], 1)
            elif order is not None and what in self._acts(order):
                _ACTS[what](self.store, sale_id)

    def _from_amazon(self) -> list[str]:
        return [each.sku for each in self.store.listings.values() if each.channel != "DEFAULT"]

    def _acts(self, order: Said) -> dict[str, str]:
        status, by = order["fulfillment"]["fulfillmentStatus"], order["fulfillment"]["fulfilledBy"]
        acts = dict(_BUTTONS.get(status, ()))
        if _asked(order):
            acts.pop("ask_cancel", None)
        if status == "SHIPPED" and not self._returned(order):
            acts["return"] = "Send one back"
        return acts | ({"ship": "Amazon ships"} if (status, by) == ("UNSHIPPED", "AMAZON") else {})

    def _sale(self, order: Said) -> Sale:
        total, items = order["proceeds"]["grandTotal"], order["orderItems"]
        states = [order["fulfillment"]["fulfillmentStatus"], *(["buyer asked to cancel"] if _asked(order) else [])]
        numbers = [str(each.get("trackingNumber", "")) for each in order.get("packages", ())]
        back = [f"return {each.status.lower()}" for each in self._returned(order)]
        return Sale(
            id=order["orderId"],
            number=order["orderId"],
            goods=", ".join(f"{item['quantityOrdered']} x {item['product']['sellerSku']}" for item in items),
            total=Money.parse(total["amount"], total["currencyCode"]),
            state=", ".join([*states, *filter(None, numbers), *back]),
            acts=self._acts(order),
        )

    def _returned(self, order: Said) -> list[Returned]:
        return [each for each in self.store.returned if each.order_id == order["orderId"]]


_ACTS: dict[str, Callable[[Store, str], object]] = {
    "ask_cancel": Store.request_cancellation,
    "cancel": Store.cancel_order,
    "authorize": Store.authorize,
    "ship": Store.ship_from_amazon,
    "return": Store.request_return,
}


def _asked(order: Said) -> bool:
    return any("cancellationRequest" in item.get("cancellation", {}) for item in order["orderItems"])
