"""Drawing a packing slip: what is in the parcels of a shipment, for whoever packs and opens them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fpdf import FPDF

_MARGIN, _LINE = 15, 6
_WIDTHS = (35, 115, 30)
_FONT = "Helvetica"


@dataclass(frozen=True, slots=True)
class SlipLine:
    """Units of one item in one parcel."""

    sku: str
    name: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What a packing slip says. `parcels`: the lines of each, in order."""

    seller: str
    order_number: str
    shipment: str
    ship_to: Sequence[str]
    parcels: Sequence[Sequence[SlipLine]]
    at: datetime


def draw(slip: Slip) -> bytes:
    """The slip as PDF, A4. The same slip gives the same bytes. Letters that the font lacks become question marks."""
    from fpdf import FPDF  # noqa: PLC0415  # slow to import, and most processes never draw

    pdf = FPDF(unit="mm", format="A4")
    pdf.set_margin(_MARGIN)
    pdf.set_creation_date(slip.at)
    pdf.set_title(f"Packing slip {slip.shipment}")
    pdf.add_page()
    _row(pdf, slip.seller, size=16, bold=True)
    _row(pdf, f"Packing slip for order {slip.order_number}", size=12)
    _row(pdf, f"{slip.shipment}, {slip.at:%Y-%m-%d}", size=9)
    pdf.ln(_LINE)
    for line in slip.ship_to:
        _row(pdf, line, size=11)
    for number, parcel in enumerate(slip.parcels, start=1):
        pdf.ln(_LINE)
        _row(pdf, f"Parcel {number} of {len(slip.parcels)}", size=11, bold=True)
        _table(pdf, parcel)
    return bytes(pdf.output())


def _row(pdf: "FPDF", text: str, *, size: int, bold: bool = False) -> None:
    pdf.set_font(_FONT, "B" if bold else "", size)
    pdf.cell(0, _LINE, _printable(text), new_x="LMARGIN", new_y="NEXT")


def _table(pdf: "FPDF", lines: Sequence[SlipLine]) -> None:
    pdf.set_font(_FONT, "", 10)
    with pdf.table(col_widths=_WIDTHS, text_align=("LEFT", "LEFT", "RIGHT"), line_height=_LINE) as table:
        for cells in [("SKU", "Item", "Quantity"), *((line.sku, line.name, str(line.quantity)) for line in lines)]:
            row = table.row()
            for cell in cells:
                row.cell(_printable(cell))


def _printable(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")
