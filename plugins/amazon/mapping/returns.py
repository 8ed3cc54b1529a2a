"""Reports of returns, row by row. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from crossdock import BadData, ChannelReturn, ChannelReturnState, Quarantined, ReturnedLine

_STATES = {
    "pending": ChannelReturnState.REQUESTED,
    "pending approval": ChannelReturnState.REQUESTED,
    "pending action": ChannelReturnState.REQUESTED,
    "approved": ChannelReturnState.APPROVED,
    "authorized": ChannelReturnState.APPROVED,
    "completed": ChannelReturnState.APPROVED,
    "closed": ChannelReturnState.CLOSED,
    "denied": ChannelReturnState.DECLINED,
    "declined": ChannelReturnState.DECLINED,
    "rejected": ChannelReturnState.DECLINED,
    "cancelled": ChannelReturnState.CANCELLED,
    "canceled": ChannelReturnState.CANCELLED,
}
_REASONS = (
    ("CARRIER", "DAMAGED_IN_TRANSIT"),
    ("DAMAGED", "DAMAGED_IN_TRANSIT"),
    ("DEFECTIVE", "DEFECTIVE"),
    ("QUALITY", "DEFECTIVE"),
    ("MISSING_PARTS", "DEFECTIVE"),
    ("BAD-DESC", "NOT_AS_DESCRIBED"),
    ("NOT_AS_DESCRIBED", "NOT_AS_DESCRIBED"),
    ("SWITCHEROO", "WRONG_ITEM"),
    ("EXTRA_ITEM", "WRONG_ITEM"),
    ("TOO-LATE", "TOO_LATE"),
    ("MISSED_ESTIMATED_DELIVERY", "TOO_LATE"),
    ("UNDELIVERABLE", "UNDELIVERABLE"),
    ("UNWANTED", "CHANGED_MIND"),
    ("MISORDERED", "CHANGED_MIND"),
    ("ORDERED_WRONG", "CHANGED_MIND"),
    ("BETTER_PRICE", "CHANGED_MIND"),
    ("NOT_COMPATIBLE", "CHANGED_MIND"),
    ("TOO-SMALL", "CHANGED_MIND"),
    ("TOO-LARGE", "CHANGED_MIND"),
)
"""What is in one of Amazon's codes to the hub's reason; the first that fits. Codes of no kind known are OTHER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A report's type and its columns, by what they hold. `state` None: Amazon has the goods already."""

    report: str
    order: str
    name: str
    sku: str
    units: str
    reason: str
    at: str
    state: str | None = None
    item: str = ""
    tracking: str = ""
    note: str = ""

    @property
    def needed(self) -> set[str]:
        return {self.order, self.name, self.sku, self.units, self.at, *([self.state] if self.state else [])}


TO_SELLER = Table(
    report="GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE",
    order="order id",
    name="amazon rma id",
    sku="merchant sku",
    units="return quantity",
    reason="return reason",
    at="return request date",
    state="return request status",
    item="order item id",
    tracking="tracking id",
    note="resolution",
)
TO_AMAZON = Table(
    report="GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA",
    order="order id",
    name="license plate number",
    sku="sku",
    units="quantity",
    reason="reason",
    at="return date",
    note="customer comments",
)


def returns_of(content: bytes, table: Table) -> tuple[list[ChannelReturn], list[Quarantined]]:
    """Returns, and rows that make no sense. Rows of one name are one return.

    Raises BadData for what is no table of this kind.
    """
    found: dict[tuple[str, str], ChannelReturn] = {}
    bad = list[Quarantined]()
    for number, line, row in _rows(content, table):
        try:
            said = _return(row, table)
        except ValueError as error:
            bad.append(Quarantined(source=table.report, line=number, reason=str(error), payload=line))
            continue
        key = (said.order_external_id, said.external_id)
        known = found.get(key)
        found[key] = said if known is None else replace(known, lines=(*known.lines, *said.lines))
    return list(found.values()), bad


def _rows(content: bytes, table: Table) -> Iterator[tuple[int, str, Mapping[str, str]]]:
    """(number, line, cells by column in small letters); cells that are missing at the end are empty."""
    if not content.strip():
        return
    lines = [line.rstrip("\r") for line in _text(content).split("\n")]
    columns = [_plain(name) for name in lines[0].split("\t")]
    missing = sorted(table.needed - set(columns))
    if missing:
        said = f"The report {table.report} has no column {', '.join(missing)}."
        raise BadData(said, content[:10_000], where="line 1")
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            yield number, line, dict(zip(columns, (cell.strip() for cell in line.split("\t")), strict=False))


def _text(content: bytes) -> str:
    """Amazon writes some marketplaces' reports in UTF-8 and the others' in Windows-1252."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().lower()


def _return(row: Mapping[str, str], table: Table) -> ChannelReturn:
    """One row as a return. Raises ValueError with what is wrong."""
    order, sku, units = (row.get(name, "") for name in (table.order, table.sku, table.units))
    if not order or not sku:
        raise ValueError("The row names no order, or no SKU.")
    if not units.isdecimal() or int(units) < 1:
        raise ValueError(f"{units!r} is no number of units.")
    at = _moment(row.get(table.at, ""))
    status = row.get(table.state, "") if table.state else "approved"
    if status.lower() not in _STATES:
        raise ValueError(f"{status!r} is no status of a return that is known here.")
    line = ReturnedLine(
        line_external_id=row.get(table.item, ""),
        sku=sku,
        quantity=int(units),
        reason=_reason(row.get(table.reason, "")),
        note=row.get(table.reason, ""),
    )
    return ChannelReturn(
        external_id=row.get(table.name) or f"{order}/{sku}/{at:%Y-%m-%d}",
        order_external_id=order,
        requested_at=at,
        lines=(line,),
        note=row.get(table.note, ""),
        state=_STATES[status.lower()],
        tracking_number=row.get(table.tracking) or None,
    )


def _reason(code: str) -> str:
    return next((reason for part, reason in _REASONS if part in code.upper()), "OTHER")


def _moment(text: str) -> datetime:
    """14-Jul-2025, 2025-07-14, or a whole moment. Raises ValueError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        try:
            found = datetime.strptime(text, "%d-%b-%Y").replace(tzinfo=UTC)
        except ValueError:
            raise ValueError(f"{text!r} is no date.") from None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
