"""The page at / of the sandbox: its orders, with buttons for what shoppers do."""

from collections.abc import Mapping
from html import escape

from plugins.ebay.sandbox.store import Store

_BUTTONS = {
    "ask_cancel": "Ask to cancel",
    "cancel": "Cancel",
    "ask_return": "Ask for a return",
    "refund": "Refund what is left",
}


def show(store: Store) -> str:
    """HTML."""
    found = "".join(_row(store, name) for name in reversed(store.orders))
    return (
        "<!doctype html><meta charset=utf-8><title>eBay sandbox</title>"
        "<style>body{font:15px/1.5 system-ui;margin:2rem}td,th{padding:.3rem .8rem;text-align:left}</style>"
        "<h1>eBay, played</h1>"
        f"{_button('place', 'Place an order')}{_button('pay_out', 'Pay out')}{_button('revoke', 'Take consent back')}"
        f"<table><tr><th>Order<th>Total<th>Paid<th>Shipped<th>Cancelled<th></tr>{found}</table>"
    )


def press(store: Store, form: Mapping[str, str]) -> None:
    """Do what a button says. What does not fit the order does nothing."""
    order = form.get("order", "")
    match form.get("do"):
        case "place":
            store.place_order()
        case "pay_out":
            store.pay_out()
        case "revoke":
            store.revoke()
        case what if order in store.orders:
            cancelled = store.orders[order]["cancelStatus"]["cancelState"] != "NONE_REQUESTED"
            if what == "ask_return":
                store.ask_return(order)
            elif what == "refund" and store.left(order):
                store.give_back(order, store.left(order))
            elif what == "ask_cancel" and not cancelled:
                store.ask_cancel(order)
            elif what == "cancel" and not cancelled:
                store.cancel_order(order)


def _row(store: Store, name: str) -> str:
    order = store.orders[name]
    total = order["pricingSummary"]["total"]
    cells = (
        name,
        f"{total['value']} {total['currency']}",
        order["orderPaymentStatus"],
        order["orderFulfillmentStatus"],
        order["cancelStatus"]["cancelState"],
    )
    buttons = "".join(_button(what, label, name) for what, label in _BUTTONS.items())
    return f"<tr>{''.join(f'<td>{escape(str(cell))}' for cell in cells)}<td>{buttons}</tr>"


def _button(what: str, label: str, order: str = "") -> str:
    return (
        f'<form method=post style="display:inline"><input type=hidden name=order value="{escape(order)}">'
        f"<button name=do value={what}>{label}</button></form> "
    )
