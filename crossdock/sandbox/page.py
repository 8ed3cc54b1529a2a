"""The page of a played store: what it sells, and its orders with buttons for what shoppers and the store do."""

from collections.abc import Mapping, Sequence
from html import escape

from crossdock.sandbox.desk import Desk, Sale
from crossdock.sandbox.stage import Ware

STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem;color:#1c1e21}"
    "table{width:100%;border-collapse:collapse;margin:1rem 0}"
    "td,th{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #ddd;vertical-align:top}"
    "form{display:inline}pre{background:#f4f4f5;padding:.8rem;overflow:auto}small{color:#666}"
)
_SHOWN = 50


def document(title: str, body: str) -> str:
    """A page in the look that all of them have. The title is text, the body HTML."""
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title><style>{STYLE}</style>"
        f"<h1>{escape(title)}</h1>{body}</html>"
    )


def render(desk: Desk) -> str:
    """The whole page."""
    wares, sales = desk.wares(), desk.sales()
    return document(
        desk.name,
        f"<p>{_place(wares)} {_buttons(desk.acts)}</p>"
        "<table><tr><th>SKU<th>Title<th>Price<th>May be sold</tr>"
        f"{''.join(_ware(each) for each in wares)}</table>"
        f"<h2>Orders</h2>{_few(len(sales))}"
        "<table><tr><th>Order<th>Goods<th>Total<th>State<th></tr>"
        f"{''.join(_sale(each) for each in sales[:_SHOWN])}</table>",
    )


def _few(there: int) -> str:
    return f"<p><small>The last {_SHOWN} of {there:,}.</small></p>" if there > _SHOWN else ""


def _place(wares: Sequence[Ware]) -> str:
    options = "".join(f"<option>{escape(each.sku)}</option>" for each in wares)
    return (
        f'<form method=post action="do/place"><select name=sku>{options}</select> '
        "<input name=units type=number value=1 min=1 max=99> <button>Place an order</button></form>"
    )


def _ware(ware: Ware) -> str:
    return _row(ware.sku, ware.title, str(ware.price), str(ware.available))


def _sale(sale: Sale) -> str:
    cells = _row(sale.number, sale.goods, str(sale.total), sale.state)
    return f"{cells.removesuffix('</tr>')}<td>{_buttons(sale.acts, sale.id)}</tr>"


def _row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{escape(cell)}' for cell in cells)}</tr>"


def _buttons(acts: Mapping[str, str], sale: str = "") -> str:
    return " ".join(
        f'<form method=post action="do/{escape(name)}"><input type=hidden name=order value="{escape(sale)}">'
        f"<button>{escape(words)}</button></form>"
        for name, words in acts.items()
    )
