"""What a person is asked about the receipts of 3PLs: what could not be booked, came beyond the order, or changed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from core import ids
from core.cases import service as cases
from core.cases.models import CaseKind
from core.purchasing.models import PurchaseOrder
from crossdock import ReceiptData


def unbooked(session: Session, message_id: int, receipt: ReceiptData, units: Mapping[str, int], why: str) -> None:
    """Units that came, and of which the stock knows nothing. The message waits until somebody has it applied again."""
    name = ids.encode("inb", message_id)
    mend = f"Mend that and replay {name} with inboxReplay, or bring the units in with stockAdjust."
    _ask(
        session,
        "receipt_unbooked",
        f"Receipt {receipt.external_id} is not booked",
        f"{why} It tells of {_spoken(units)}. {mend}",
        subject=name,
        same_as=_unbooked(message_id),
        data={"units": dict(units)},
    )


def booked(session: Session, message_id: int) -> None:
    """All of a receipt is booked by now."""
    cases.settle(session, _unbooked(message_id), "It was booked.")


def over(
    session: Session, message_id: int, receipt: ReceiptData, order: PurchaseOrder, units: Mapping[str, int]
) -> None:
    """More came than was ordered; it was taken in at the cost of the order."""
    _ask(
        session,
        "receipt_over",
        f"More came than {order.number} orders",
        f"With receipt {receipt.external_id} there are {_spoken(units)} too many. They were taken in at the cost of "
        "the order: pay for them, or send them back and take them off with stockAdjust.",
        subject=ids.encode("po", order.id),
        same_as=f"receipt_over:{message_id}",
        data={"units": dict(units)},
    )


def retold(session: Session, message_id: int, before: ReceiptData, now: ReceiptData) -> None:
    """A receipt that was booked is told in other words: only a person knows which of them hold."""
    said = f"It was {_told(before)} when it was booked, and is {_told(now)} now."
    _ask(
        session,
        "receipt_retold",
        f"Receipt {now.external_id} was changed after it was booked",
        f"{said} Put the difference right with stockAdjust.",
        subject=ids.encode("inb", message_id),
        same_as=f"receipt_retold:{message_id}:{_told(now)}",
        data={"lines": [list(line) for line in now.lines], "purchase_order": now.purchase_order},
    )


def _ask(
    session: Session, code: str, title: str, message: str, *, subject: str, same_as: str, data: dict[str, Any]
) -> None:
    cases.open_case(
        session,
        kind=CaseKind.SUPPLIER,
        code=code,
        title=title,
        message=message,
        subject=subject,
        same_as=same_as,
        data=data,
    )


def _unbooked(message_id: int) -> str:
    return f"receipt_unbooked:{message_id}"


def _spoken(units: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {sku}" for sku, count in units.items()) or "nothing"


def _told(receipt: ReceiptData) -> str:
    lines = ", ".join(f"{count} {sku}" for sku, count in receipt.lines) or "nothing"
    return f"{lines} of {receipt.purchase_order or 'no purchase order'}"
