"""Drawing a purchase order as PDF."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from core.money import spoken, to_decimal

if TYPE_CHECKING:
    from fpdf import FPDF

_WIDTHS = (38, 82, 18, 26, 26)
_HEAD = ("Item", "Description", "Quantity", "Unit cost", "Amount")
_ROW = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line; `sku` is the supplier's own where it is known. Costs in minor units."""

    sku: str
    name: str
    quantity: int
    unit_cost_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    number: str
    sent_at: datetime
    expected_at: datetime | None
    buyer: str
    supplier: str
    ship_to: Sequence[str]
    currency: str
    total_minor: int
    note: str | None
    lines: Sequence[Row]


def draw(order: Contents) -> bytes:
    """The same contents give the same bytes."""
    from fpdf import FPDF  # noqa: PLC0415  # slow to import, and most processes never draw

    pdf = FPDF(format="A4")
    pdf.set_creation_date(order.sent_at)
    pdf.set_title(f"Purchase order {order.number}")
    pdf.add_page()
    _line(pdf, f"Purchase order {order.number}", size=18, bold=True)
    _line(pdf, f"{order.buyer}, {order.sent_at:%Y-%m-%d}")
    _line(pdf, f"To: {order.supplier}")
    _line(pdf, f"Deliver to: {', '.join(order.ship_to)}")
    if order.expected_at is not None:
        _line(pdf, f"Expected on {order.expected_at:%Y-%m-%d}")
    pdf.ln(4)
    _row(pdf, _HEAD, bold=True)
    for line in order.lines:
        amount = to_decimal(line.quantity * line.unit_cost_minor, order.currency)
        cost = to_decimal(line.unit_cost_minor, order.currency)
        _row(pdf, (line.sku, line.name, f"{line.quantity:,}", f"{cost:,f}", f"{amount:,f}"))
    pdf.ln(2)
    _line(pdf, f"Total: {spoken(order.total_minor, order.currency)}", bold=True)
    if order.note:
        pdf.multi_cell(0, 6, _printable(order.note))
    return bytes(pdf.output())


def address(name: str, parts: Mapping[str, Any] | None) -> list[str]:
    """A location's name and what is known of its address, line by line."""
    known = parts or {}
    names = ("company", "line1", "line2", "postal_code", "city", "region", "country")
    return [name, *(str(known[part]) for part in names if known.get(part))]


def _line(pdf: "FPDF", text: str, *, size: int = 11, bold: bool = False) -> None:
    pdf.set_font("Helvetica", "B" if bold else "", size)
    pdf.cell(0, size * 0.6, _printable(text), new_x="LMARGIN", new_y="NEXT")


def _row(pdf: "FPDF", cells: Sequence[str], *, bold: bool = False) -> None:
    pdf.set_font("Helvetica", "B" if bold else "", 9)
    for place, (width, cell) in enumerate(zip(_WIDTHS, cells, strict=True)):
        pdf.cell(width, _ROW, _fitting(pdf, cell, width), border="B", align="L" if place < 2 else "R")  # noqa: PLR2004  # words
    pdf.ln(_ROW)


def _fitting(pdf: "FPDF", text: str, width: float) -> str:
    shown = _printable(text)
    while shown and pdf.get_string_width(shown) > width - 2:
        shown = shown[:-1]
    return shown


def _printable(text: str) -> str:
    """What the PDF's built-in fonts can show: letters outside Latin-1 lose their accents, others become '?'."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        plain = unicodedata.normalize("NFKD", text)
        return "".join(c for c in plain if not unicodedata.combining(c)).encode("latin-1", "replace").decode("latin-1")
    return text
