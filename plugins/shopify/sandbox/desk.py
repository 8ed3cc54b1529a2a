"""What people do in the played store by hand."""

from collections.abc import Callable, Mapping, Sequence

from crossdock import Money, Sale, Ware
from plugins.shopify.sandbox.records import Record, amount_of
from plugins.shopify.sandbox.store import Bought, Store


class ShopDesk:
    """The store's people and its shoppers."""

    acts: Mapping[str, str] = {"pay_out": "Pay out"}

    def __init__(self, store: Store) -> None:
        self.store = store

    @property
    def name(self) -> str:
        return self.store.settings.shop

    def wares(self) -> Sequence[Ware]:
        with self.store.lock:
            return [self._ware(each) for each in self.store.variants]

    def sales(self) -> Sequence[Sale]:
        with self.store.lock:
            return [_sale(each) for each in reversed(self.store.orders.values())]

    def sell(self, sku: str, units: int) -> str:
        with self.store.lock:
            if not any(each["sku"] == sku for each in self.store.variants):
                raise KeyError(sku)
            return str(self.store.place_order(Bought(sku=sku, quantity=units))["id"])

    def act(self, what: str, sale_id: str = "") -> None:
        with self.store.lock:
            order = self.store.orders.get(sale_id)
            if what == "pay_out":
                self.store.pay_out()
            elif order is not None and what in _acts(order):
                _ACTS[what](self.store, order)

    def _ware(self, variant: Record) -> Ware:
        price = Money.parse(variant["price"], self.store.currency)
        available = variant["inventoryItem"]["available"].get(self.store.location, 0)
        return Ware(sku=variant["sku"], title=variant["displayName"], price=price, available=available)


def _send_one_back(store: Store, order: Record) -> None:
    store.request_return(order, _sent(order)[0]["sku"])


_ACTS: dict[str, Callable[[Store, Record], object]] = {
    "cancel": Store.cancel_order,
    "ask_cancel": Store.ask_to_stop,
    "return": _send_one_back,
}


def _acts(order: Record) -> dict[str, str]:
    if order["cancelledAt"] is not None:
        return {}
    if not order["fulfillments"]:
        return {"cancel": "Cancel", "ask_cancel": "Ask to stop"}
    return {"return": "Send one back"} if _sent(order) and not order["returns"] else {}


def _sent(order: Record) -> list[Record]:
    return [each["lineItem"] for parcel in order["fulfillments"] for each in parcel["fulfillmentLineItems"]]


def _sale(order: Record) -> Sale:
    total = amount_of(order["transactions"][0]["amountSet"])
    return Sale(
        id=order["id"],
        number=order["name"],
        goods=", ".join(f"{each['quantity']} x {each['sku']}" for each in order["lineItems"]),
        total=Money.parse(str(total), order["presentmentCurrencyCode"]),
        state=_state(order),
        acts=_acts(order),
    )


def _state(order: Record) -> str:
    numbers = [str(each["number"]) for parcel in order["fulfillments"] for each in parcel["trackingInfo"]]
    asked = sorted({each["requestStatus"] for each in order["fulfillmentOrders"]} - {"UNSUBMITTED", "SUBMITTED"})
    state = "cancelled" if order["cancelledAt"] else "shipped" if order["fulfillments"] else "open"
    returns = [f"return {_words(each['status'])}" for each in order["returns"]]
    money = ["refunded in part or whole"] if order["refunds"] and state != "cancelled" else []
    return ", ".join([" ".join([state, *numbers]), *map(_words, asked), *returns, *money])


def _words(status: str) -> str:
    return status.lower().replace("_", " ")
