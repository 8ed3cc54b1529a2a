"""Draw a label: 100 by 150 mm, with addresses, service and a Code 128 barcode."""

import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING

from barcode.codex import Code128

from crossdock import Address, LabelRequest

if TYPE_CHECKING:
    from fpdf import FPDF

_WIDTH, _HEIGHT, _MARGIN = 100, 150, 6
_BAR_TOP, _BAR_HEIGHT = 104, 26

# Letters without a decomposition, as postal services write them in Latin letters.
_LATIN = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "œ": "oe",
        "Œ": "OE",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{EN DASH}": "-",
        "\N{EM DASH}": "-",
    }
)


def draw(request: LabelRequest, *, carrier: str, service: str, number: str, at: datetime) -> bytes:
    """The label as PDF. The same request, number and time give the same bytes."""
    from fpdf import FPDF  # noqa: PLC0415  # slow to import, and most processes never draw

    pdf = FPDF(unit="mm", format=(_WIDTH, _HEIGHT))
    pdf.set_auto_page_break(auto=False)
    pdf.set_margin(_MARGIN)
    pdf.set_creation_date(at)
    pdf.set_title(f"Label {number}")
    pdf.add_page()

    _text(pdf, 8, 16, carrier, bold=True)
    _text(pdf, 16, 11, service)
    pdf.line(_MARGIN, 23, _WIDTH - _MARGIN, 23)
    _text(pdf, 25, 7, "From: " + ", ".join(request.ship_from.lines), width=_WIDTH - 2 * _MARGIN)
    pdf.line(_MARGIN, 36, _WIDTH - _MARGIN, 36)
    _address(pdf, request.ship_to)
    pdf.line(_MARGIN, 98, _WIDTH - _MARGIN, 98)
    barcode(pdf, number, left=_MARGIN, top=_BAR_TOP, width=_WIDTH - 2 * _MARGIN, height=_BAR_HEIGHT)
    _text(pdf, _BAR_TOP + _BAR_HEIGHT + 2, 11, number, bold=True)
    weight = f"{request.parcel.weight_grams / 1000:.3f} kg"
    _text(pdf, 140, 8, f"{request.order_number}   {request.reference}   {weight}   {at:%Y-%m-%d}")
    return bytes(pdf.output())


def _address(pdf: "FPDF", address: Address) -> None:
    top = 41.0
    for line in address.lines:
        _text(pdf, top, 13, line, bold=line == address.country, width=_WIDTH - 2 * _MARGIN)
        top = max(top + 7, pdf.get_y() + 1)


def _text(pdf: "FPDF", top: float, size: int, text: str, *, bold: bool = False, width: float = 0) -> None:
    pdf.set_font("Helvetica", "B" if bold else "", size)
    pdf.set_xy(_MARGIN, top)
    pdf.multi_cell(width, size * 0.45, printable(text), align="L")


def barcode(pdf: "FPDF", number: str, *, left: float, top: float, width: float, height: float) -> None:
    """Code 128. Dark modules side by side are drawn as one bar, so that no viewer shows hairlines between them."""
    modules = Code128(number).build()[0]
    module = width / len(modules)
    start = None
    for place, dark in enumerate(modules + "0"):
        if dark == "1" and start is None:
            start = place
        elif dark == "0" and start is not None:
            pdf.rect(left + start * module, top, (place - start) * module, height, style="F")
            start = None


def printable(text: str) -> str:
    """The text in the letters that the printer's own font has; accents beyond them are dropped, others are `?`."""
    letters = []
    for letter in text.translate(_LATIN):
        if _fits(letter):
            letters.append(letter)
            continue
        plain = "".join(each for each in unicodedata.normalize("NFKD", letter) if _fits(each))
        letters.append(plain or ("" if unicodedata.combining(letter) else "?"))
    return "".join(letters)


def _fits(letter: str) -> bool:
    return letter.isprintable() and ord(letter) < 256  # noqa: PLR2004  # Latin-1
