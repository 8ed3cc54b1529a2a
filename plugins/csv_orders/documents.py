"""Make documents of a draft: an order, a credit note, an adjustment, and what happened to stock beside it."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from crossdock import (
    Address,
    AdjustmentData,
    CreditNoteData,
    CustomerData,
    Document,
    FulfillmentData,
    LineKind,
    Money,
    OrderData,
    PaymentData,
    PaymentState,
    StockChangeData,
)
from plugins.csv_orders.mapping import Mapping
from plugins.csv_orders.rows import Draft


def documents(draft: Draft, mapping: Mapping, *, fingerprint: str, source: str) -> Iterator[Document]:
    """What a draft amounts to; nothing when all of its rows were rejected."""
    if draft.at is None:
        return
    if draft.lines and draft.kind == "sale":
        yield _order(draft, draft.at, mapping, fingerprint, source)
    elif draft.lines and draft.kind == "credit":
        yield _credit_note(draft, draft.at, mapping, fingerprint, source)
    elif draft.lines:
        yield AdjustmentData(
            external_id=draft.key,
            at=draft.at,
            currency=mapping.file.currency,
            lines=tuple(draft.lines),
            fingerprint=fingerprint,
            source=source,
        )
    if draft.stock:
        yield StockChangeData(
            external_id=draft.key, at=draft.at, lines=tuple(draft.stock), fingerprint=fingerprint, source=source
        )


def _order(draft: Draft, at: datetime, mapping: Mapping, fingerprint: str, source: str) -> OrderData:
    address = _address(draft.country)
    return OrderData(
        external_id=draft.key,
        external_number=draft.key,
        placed_at=at,
        currency=mapping.file.currency,
        lines=tuple(draft.lines),
        fingerprint=fingerprint,
        taxes_included=mapping.history.taxes_included,
        customer=CustomerData(key=draft.customer),
        shipping_address=address,
        billing_address=address,
        payments=_paid(draft, at, mapping) if mapping.history.paid else (),
        fulfillments=_shipped(draft, at) if mapping.history.shipped else (),
        source=source,
    )


def _credit_note(draft: Draft, at: datetime, mapping: Mapping, fingerprint: str, source: str) -> CreditNoteData:
    return CreditNoteData(
        external_id=draft.key,
        issued_at=at,
        currency=mapping.file.currency,
        lines=tuple(draft.lines),
        customer=CustomerData(key=draft.customer),
        address=_address(draft.country),
        fingerprint=fingerprint,
        restocked=mapping.history.restocked,
        source=source,
    )


def _paid(draft: Draft, at: datetime, mapping: Mapping) -> tuple[PaymentData, ...]:
    total = Money.sum((line.gross for line in draft.lines), mapping.file.currency)
    if not total:
        return ()
    state = PaymentState.CAPTURED
    return (PaymentData(reference=draft.key, gateway="file", state=state, amount=total, at=at),)


def _shipped(draft: Draft, at: datetime) -> tuple[FulfillmentData, ...]:
    goods = any(line.kind is LineKind.GOODS for line in draft.lines)
    return (FulfillmentData(external_id=draft.key, shipped_at=at),) if goods else ()


@lru_cache(maxsize=300)
def _address(country: str | None) -> Address | None:
    return Address(country=country) if country else None
