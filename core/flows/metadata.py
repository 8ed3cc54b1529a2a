"""Facts of other systems, kept beside an order, an order line, an item or a customer."""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.catalog.models import Item
from core.customers.models import Customer
from core.errors import Invalid, NotFound
from core.flows import statuses
from core.orders import queries
from core.orders.models import Order, OrderLine

_MODELS: dict[str, type[Order | OrderLine | Item | Customer]] = {
    "ord": Order,
    "orl": OrderLine,
    "itm": Item,
    "cus": Customer,
}
_LARGEST = 64 * 1024
"""Bytes of JSON on one object: notes of other systems, not a store of files."""


def set_values(session: Session, identifier: str, values: Mapping[str, Any]) -> str:
    """Merge values in by key; null takes a key away. The id again. Raises NotFound, Invalid."""
    parts = ids.decode(identifier)
    model = _MODELS.get(parts.prefix) if parts else None
    if parts is None or model is None:
        raise NotFound(f"Nothing that keeps metadata has the id {identifier!r}.", path=("id",))
    order_id = _lock_order(session, parts)
    found: Any = session.get(model, parts.number, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(f"Nothing has the id {identifier}.", path=("id",))
    kept = {key: value for key, value in {**found.extra, **values}.items() if value is not None}
    if kept == found.extra:
        return identifier
    if len(orjson.dumps(kept)) > _LARGEST:
        raise Invalid(f"More than {_LARGEST // 1024} KiB of metadata on one object.", path=("values",))
    found.extra = kept
    if isinstance(found, Item):
        found.updated_at = clock.now()
    keys = ", ".join(sorted(values))
    outbox.record(
        session, "metadata.set", identifier, f"Metadata was set: {keys}.", order_id=order_id, data=dict(values)
    )
    if order_id is not None:
        statuses.refresh(session, [order_id])
    return identifier


def _lock_order(session: Session, parts: ids.GlobalId) -> int | None:
    """Orders are locked before anything of theirs, here as everywhere."""
    order_id: int | None = None
    if parts.prefix == "ord":
        order_id = parts.number
    elif parts.prefix == "orl":
        order_id = session.scalar(select(OrderLine.order_id).where(OrderLine.id == parts.number))
    if order_id is not None:
        queries.locked(session, [order_id])
    return order_id
