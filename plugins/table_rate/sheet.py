"""Draw a manifest: A4, with the house that the parcels leave from, a barcode, and the number of each parcel."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from crossdock import Address
from plugins.table_rate.label import barcode, printable

if TYPE_CHECKING:
    from fpdf import FPDF

_MARGIN, _LINE = 15, 6
_BAR_WIDTH, _BAR_HEIGHT = 110, 18
_FONT = "Helvetica"


def draw(labels: Sequence[str], ship_from: Address, *, carrier: str, number: str, at: datetime) -> bytes:
    """The sheet as PDF, of as many pages as it takes. The same labels, number and time give the same bytes."""
    from fpdf import FPDF  # noqa: PLC0415  # slow to import, and most processes never draw

    pdf = FPDF(unit="mm", format="A4")
    pdf.set_margin(_MARGIN)
    pdf.set_creation_date(at)
    pdf.set_title(f"Manifest {number}")
    pdf.add_page()
    _row(pdf, carrier, size=16, bold=True)
    _row(pdf, f"Manifest of {len(labels)} parcels, {at:%Y-%m-%d %H:%M} UTC", size=12)
    _row(pdf, "From: " + ", ".join(ship_from.lines), size=9)
    top = pdf.get_y() + _LINE
    barcode(pdf, number, left=_MARGIN, top=top, width=_BAR_WIDTH, height=_BAR_HEIGHT)
    pdf.set_y(top + _BAR_HEIGHT + 2)
    _row(pdf, number, size=11, bold=True)
    pdf.ln(_LINE)
    _table(pdf, labels)
    pdf.ln(2 * _LINE)
    _row(pdf, "Collected by: ______________________________   Parcels: ________", size=11)
    return bytes(pdf.output())


def _row(pdf: "FPDF", text: str, *, size: int, bold: bool = False) -> None:
    pdf.set_font(_FONT, "B" if bold else "", size)
    pdf.multi_cell(0, _LINE, printable(text), align="L", new_x="LMARGIN", new_y="NEXT")


def _table(pdf: "FPDF", labels: Sequence[str]) -> None:
    pdf.set_font(_FONT, "", 10)
    with pdf.table(col_widths=(20, 160), text_align=("RIGHT", "LEFT"), line_height=_LINE) as table:
        for cells in [("", "Parcel"), *((str(place), label) for place, label in enumerate(labels, start=1))]:
            row = table.row()
            for cell in cells:
                row.cell(printable(cell))
