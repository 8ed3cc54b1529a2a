"""The store's page for people: its orders, with buttons for what shoppers and the shop do."""

from collections.abc import Callable, Mapping
from html import escape

from plugins.shopify.sandbox.records import Record, amount_of
from plugins.shopify.sandbox.store import Bought, Store

_HEAD = """<!doctype html><meta charset="utf-8"><title>{title}</title>
<style>body{{font:15px/1.5 system-ui;margin:2rem auto;max-width:60rem}}table{{width:100%;border-collapse:collapse}}
td,th{{text-align:left;padding:.4rem;border-bottom:1px solid #ddd;vertical-align:top}}form{{display:inline}}</style>
<h1>{title}</h1>"""


def render(store: Store) -> str:
    """The whole page."""
    goods = "".join(f"<option>{escape(each['sku'])}</option>" for each in store.variants)
    place = (
        '<form method="post" action="/do/place"><select name="sku">' + goods + "</select> "
        '<input name="units" type="number" value="1" min="1" max="99"> <button>Place an order</button></form>'
    )
    rows = "".join(_row(each) for each in reversed(store.orders.values()))
    head = "<tr><th>Order</th><th>What</th><th>State</th><th></th></tr>"
    pay_out = '<form method="post" action="/do/pay-out"><button>Pay out</button></form>'
    stock = "".join(f"<li>{escape(each['sku'])}: {_available(store, each)}</li>" for each in store.variants)
    title = _HEAD.format(title=escape(store.settings.shop))
    table = f"<table>{head}{rows}</table>"
    return f"{title}<p>{place} {pay_out}</p>{table}<h2>Stock</h2><ul>{stock}</ul>"


def act(store: Store, what: str, said: Mapping[str, str]) -> None:
    """One button. What makes no sense is left alone."""
    order = store.orders.get(said.get("order", ""))
    units = said.get("units", "1")
    known = any(each["sku"] == said.get("sku") for each in store.variants)
    if what == "place" and known and units.isdecimal() and int(units) > 0:
        store.place_order(Bought(sku=said["sku"], quantity=int(units)))
    elif what == "pay-out":
        store.pay_out()
    elif order is not None and what in _ACTS:
        _ACTS[what](store, order)


def _return_one(store: Store, order: Record) -> None:
    sent = [each["lineItem"] for parcel in order["fulfillments"] for each in parcel["fulfillmentLineItems"]]
    if sent:
        store.request_return(order, sent[0]["sku"])


def _cancel(store: Store, order: Record) -> None:
    if order["cancelledAt"] is None and not order["fulfillments"]:
        store.cancel_order(order)


_ACTS: dict[str, Callable[[Store, Record], None]] = {
    "cancel": _cancel,
    "stop": Store.ask_to_stop,
    "return": _return_one,
}


def _row(order: Record) -> str:
    what = ", ".join(f"{each['quantity']} x {escape(each['sku'])}" for each in order["lineItems"])
    total = amount_of(order["transactions"][0]["amountSet"])
    parcels = ", ".join(
        escape(str(each["number"])) for parcel in order["fulfillments"] for each in parcel["trackingInfo"]
    )
    state = "cancelled" if order["cancelledAt"] else (f"shipped {parcels}" if order["fulfillments"] else "open")
    returns = ", ".join(f"{escape(each['name'])} {each['status'].lower()}" for each in order["returns"])
    buttons = "".join(_button(name, order["id"]) for name in _ACTS)
    money = f"{total} {escape(order['presentmentCurrencyCode'])}"
    cells = (escape(order["name"]), f"{what}<br>{money}", f"{state} {returns}", buttons)
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _button(name: str, order: str) -> str:
    hidden = f'<input type="hidden" name="order" value="{escape(order)}">'
    return f'<form method="post" action="/do/{name}">{hidden}<button>{name}</button></form> '


def _available(store: Store, variant: Record) -> int:
    found: int = variant["inventoryItem"]["available"].get(store.location, 0)
    return found
