"""The account's page: its orders, and buttons for what a shopper, or Amazon, may do about each."""

from collections.abc import Callable
from html import escape

from starlette.responses import HTMLResponse

from plugins.amazon.sandbox.store import Said, Store

_STYLE = "body{font:16px/1.5 system-ui;margin:2rem;max-width:60rem}td,th{padding:.3rem .8rem;text-align:left}"
_BUTTONS = {
    "UNSHIPPED": (("ask", "Buyer asks to cancel"), ("cancel", "Cancel")),
    "PARTIALLY_SHIPPED": (("ask", "Buyer asks to cancel"),),
    "PENDING": (("authorize", "Authorize payment"), ("cancel", "Cancel")),
}


def show(store: Store) -> HTMLResponse:
    rows = "".join(_row(order) for order in reversed(store.orders.values()))
    stock = ", ".join(f"{escape(each.sku)}: {each.quantity}" for each in store.listings.values())
    return HTMLResponse(
        f"<!doctype html><title>Amazon, played</title><style>{_STYLE}</style><h1>{escape(store.seller_id)}</h1>"
        f"{_button('place', 'Place an order')}{_button('place-amazon', 'Place an order that Amazon ships')}"
        f"{_button('pay', 'Pay out')}<p>{stock}</p>"
        f"<table><tr><th>Order<th>Status<th>Items<th>Total<th></tr>{rows}</table>"
    )


def press(store: Store, act: str, order_id: str) -> None:
    """What a button does; an order that is not there, or an act that nobody knows, does nothing."""
    if act == "place":
        store.place_order(("AMZ-1", 1), ("AMZ-2", 2))
    elif act == "place-amazon":
        store.place_order(("AMZ-6", 1), fulfilled_by="AMAZON")
    elif act == "pay":
        store.pay_out()
    elif order_id in store.orders:
        acts: dict[str, Callable[[str], None]] = {
            "ask": store.request_cancellation,
            "cancel": store.cancel_order,
            "authorize": store.authorize,
            "ship": store.ship_from_amazon,
        }
        if act in acts:
            acts[act](order_id)


def _row(order: Said) -> str:
    status = order["fulfillment"]["fulfillmentStatus"]
    items = ", ".join(
        f"{item['quantityOrdered']} of {escape(item['product']['title'])}" for item in order["orderItems"]
    )
    total = order["proceeds"]["grandTotal"]
    buttons = list(_BUTTONS.get(status, ()))
    if order["fulfillment"]["fulfilledBy"] == "AMAZON" and status == "UNSHIPPED":
        buttons.append(("ship", "Amazon ships"))
    acts = "".join(_button(act, words, order["orderId"]) for act, words in buttons)
    return (
        f"<tr><td>{escape(order['orderId'])}<td>{status}<td>{items}<td>{total['amount']} {total['currencyCode']}"
        f"<td>{acts}</tr>"
    )


def _button(act: str, words: str, order_id: str = "") -> str:
    return (
        f'<form method="post" action="/page/{act}" style="display:inline">'
        f'<input type="hidden" name="order" value="{escape(order_id)}"><button>{words}</button></form> '
    )
