"""Write what the supplier reads: an order, or the wish to cancel one. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from crossdock import Address, FileAct, OutFile, Sending, SupplierOrder


def render(sending: Sending) -> OutFile:
    """The file that asks for an order, or to cancel it."""
    rendered = cancellation if sending.act is FileAct.CANCEL else order
    text = rendered(sending.order, sequence=sending.sequence, key=sending.key, at=sending.at)
    return OutFile(name=f"{sending.stem}.csv", content=text.encode())


def order(order: SupplierOrder, *, sequence: int, key: str, at: datetime) -> str:
    """An order file: HEADER, SHIP_TO, one LINE each, TRAILER with the number of lines and a checksum."""
    method, due = order.shipping_method or "", _time(order.ship_by)
    header = ["HEADER", "ORDER", str(sequence), order.reference, order.order_number, key, _time(at), method, due]
    lines = [
        ["LINE", line.line, line.sku, line.supplier_sku or "", str(line.quantity), line.name] for line in order.lines
    ]
    return sealed([header, ["SHIP_TO", *_address(order.ship_to)], *lines], len(lines))


def cancellation(order: SupplierOrder, *, sequence: int, key: str, at: datetime) -> str:
    """The wish to cancel all that has not left."""
    header = ["HEADER", "CANCEL", str(sequence), order.reference, order.order_number, key, _time(at), "", ""]
    lines = [["LINE", line.line, line.sku, line.supplier_sku or "", str(line.quantity), ""] for line in order.lines]
    return sealed([header, *lines], len(lines))


def sealed(rows: Iterable[Sequence[str]], count: int) -> str:
    """Rows as CSV, closed by a trailer: how many lines, and the SHA-256 of all that stands above."""
    body = as_csv(rows)
    return body + as_csv([["TRAILER", str(count), checksum(body)]])


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def checksum(content: str) -> str:
    """SHA-256 of the text as UTF-8, in hexadecimal."""
    return sha256(content.encode()).hexdigest()


def sequence_of(content: str) -> int:
    """The sequence that a file of ours carries in its header."""
    return int(content.split(",", 3)[2])


def _address(address: Address | None) -> list[str]:
    return [value or "" for value in (address or Address()).as_dict().values()]


def _time(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
