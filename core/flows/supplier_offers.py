"""What suppliers ask for their goods: fetched whole, and taken as their offers.

What a supplier told of before and names no more is withdrawn: its price stays known, but nothing more is bought or
routed by it. An answer in which nothing is known withdraws nothing, for then it is rather the feed that broke.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import actor, clock, ids, outbox
from core.flows import stock
from core.flows.supplied import TakenIn, items_named, look
from core.inbox import service as inbox
from core.inbox.models import InboxMessage
from core.inbox.service import Raw
from core.integrations.models import Integration
from core.integrations.runs import Counts
from core.money import LARGEST, exponent
from core.purchasing import offers
from core.purchasing.models import Supplier
from core.purchasing.offers import Changed, Told
from core.stock.service import MOST_UNITS
from crossdock import SupplierOfferData

if TYPE_CHECKING:
    from core.hub import Hub

JOB = "offers"
KIND = "supplier_offer"
"""The kind of messages that hold an offer of something that is no item yet, or one that cannot be."""
EVERY = timedelta(hours=6)

_OFFER = TypeAdapter(SupplierOfferData)
_LONGEST = timedelta(days=3650)
_NAMED = 100
"""Items that an event names; it says how many there are."""


def fetch(hub: "Hub", key: str) -> int:
    """Take in all that one integration's suppliers offer; the run's id. Raises what the verb raises."""
    asked_at = clock.now()
    return look(
        hub,
        key,
        JOB,
        lambda provider, ctx: list(provider.fetch_offers(ctx)),
        lambda session, integration_id, told: take_in(session, integration_id, told, as_of=asked_at),
    )


def take_in(session: Session, integration_id: int, told: Sequence[SupplierOfferData], *, as_of: datetime) -> TakenIn:
    """Take all that is offered now. What is no item of ours, or cannot be, is set aside, each alone."""
    suppliers = _suppliers(session, integration_id)
    if not suppliers:
        said = "No supplier is behind this integration. Name it with supplierUpsert, by its key as `integration`."
        return TakenIn(counts=Counts(seen=len(told), unchanged=len(told)), error=said)
    good, bad, named = _sorted_out(session, integration_id, told)
    changed = _write(session, suppliers, good, as_of)
    if named:
        changed.withdrawn = offers.withdraw_others(session, [supplier.id for supplier in suppliers], named)
    _tell(session, suppliers, changed)
    rejected = _set_aside(session, integration_id, bad)
    counts = Counts(seen=len(told), created=len(changed.created), updated=len(changed.updated), rejected=rejected)
    counts.unchanged = counts.seen - counts.created - counts.updated - counts.rejected
    return TakenIn(counts=counts)


def apply(hub: "Hub", key: str, messages: Sequence[InboxMessage]) -> None:
    """Take offers that were set aside until there was an item for them. What was offered since still holds."""
    with hub.transaction() as session, actor.acting_as(f"supplier:{key}"):
        integration_id = session.scalars(select(Integration.id).where(Integration.key == key)).one()
        suppliers = _suppliers(session, integration_id)
        waiting = inbox.waiting(session, [message.id for message in messages])
        rows = [_OFFER.validate_json(message.payload) for message in waiting]
        items = items_named(session, integration_id, _names(rows))
        known = {
            message.id: (item_id, row)
            for message, row in zip(waiting, rows, strict=True)
            if (item_id := _item(row, items)) is not None and _why_not(row) is None and suppliers
        }
        latest = {item_id: _told(item_id, row) for item_id, row in known.values()}
        new = offers.unoffered(session, [supplier.id for supplier in suppliers], latest)
        _tell(session, suppliers, _write(session, suppliers, [latest[item_id] for item_id in sorted(new)], clock.now()))
        settled = [(message, "UPDATED" if item_id in new else "STALE") for message, (item_id, _) in known.items()]
        inbox.settle(session, [(message_id, None, change) for message_id, change in settled])


def _suppliers(session: Session, integration_id: int) -> list[Supplier]:
    query = select(Supplier).where(Supplier.integration_id == integration_id).order_by(Supplier.id)
    return list(session.scalars(query))


def _sorted_out(
    session: Session, integration_id: int, told: Sequence[SupplierOfferData]
) -> tuple[list[Told], list[tuple[SupplierOfferData, str]], set[int]]:
    """Offers that can be taken, those that cannot with the reason, and the items that either names."""
    items = items_named(session, integration_id, _names(told))
    good: dict[int, Told] = {}
    bad: list[tuple[SupplierOfferData, str]] = []
    named: set[int] = set()
    for row in told:
        item_id = _item(row, items)
        if item_id is None:
            bad.append((row, f"There is no item {row.sku!r}. Add it; the next run takes the offer."))
            continue
        named.add(item_id)
        why = _why_not(row)
        if why is None and item_id in good:
            why = f"{row.sku!r} is offered twice: what is named first counts. Ask for one offer of each."
        if why is None:
            good[item_id] = _told(item_id, row)
        else:
            bad.append((row, why))
    return list(good.values()), bad, named


def _write(session: Session, suppliers: Sequence[Supplier], good: Sequence[Told], as_of: datetime) -> Changed:
    """Write offers, and how many there are to the locations that their suppliers ship from."""
    changed = offers.take_in(session, [supplier.id for supplier in suppliers], good)
    figures = [stock.Figure(offer.item_id, offer.stock) for offer in good if offer.stock is not None]
    for supplier in suppliers:
        if supplier.location_id is not None and figures:
            stock.snapshot(session, supplier.location_id, figures, as_of=as_of, reference=f"sup_{supplier.id}")
    if any(supplier.location_id is not None for supplier in suppliers):
        stock.promote(session, sorted(changed.created | changed.updated))
    return changed


def _tell(session: Session, suppliers: Sequence[Supplier], changed: Changed) -> None:
    """One event for each supplier whose offers are others now."""
    numbers = {"created": len(changed.created), "updated": len(changed.updated), "withdrawn": len(changed.withdrawn)}
    if not any(numbers.values()):
        return
    items = sorted(changed.created | changed.updated | changed.withdrawn)
    data = {**numbers, "items": [ids.encode("itm", item_id) for item_id in items[:_NAMED]]}
    said = f"{numbers['created']} new, {numbers['updated']} changed, {numbers['withdrawn']} withdrawn."
    for supplier in suppliers:
        outbox.record(session, "supplier.offers_changed", f"sup_{supplier.id}", f"{supplier.name}: {said}", data=data)


def _names(rows: Sequence[SupplierOfferData]) -> set[str]:
    return {name for row in rows for name in (row.sku, row.supplier_sku) if name}


def _item(row: SupplierOfferData, items: dict[str, int]) -> int | None:
    return items.get(row.sku, items.get(row.supplier_sku or ""))


def _why_not(row: SupplierOfferData) -> str | None:
    """Why an offer cannot be, whatever it is of."""
    try:
        exponent(row.unit_cost.currency)
    except ValueError as error:
        return f"{row.sku!r}: {error}"
    if not 0 <= row.unit_cost.minor <= LARGEST:
        return f"{row.sku!r} cannot cost {row.unit_cost}."
    if not 0 <= row.lead_time_days <= _LONGEST.days:
        return f"{row.sku!r} cannot take {row.lead_time_days} days: 0 to {_LONGEST.days:,}."
    for what, units, least in (
        ("minimum_quantity", row.minimum_quantity, 1),
        ("pack_size", row.pack_size, 1),
        ("stock", row.stock or 0, 0),
    ):
        if not least <= units <= MOST_UNITS:
            return f"{row.sku!r}: {what} cannot be {units:,}: {least} to {MOST_UNITS:,}."
    return None


def _told(item_id: int, row: SupplierOfferData) -> Told:
    whole_days = row.lead_time_days.to_integral_value(rounding="ROUND_CEILING")
    return Told(
        item_id=item_id,
        sku=row.sku,
        supplier_sku=row.supplier_sku,
        currency=row.unit_cost.currency,
        cost_minor=row.unit_cost.minor,
        stock=row.stock,
        min_quantity=row.minimum_quantity,
        pack_size=row.pack_size,
        lead_time_days=int(whole_days),
    )


def _set_aside(session: Session, integration_id: int, bad: Sequence[tuple[SupplierOfferData, str]]) -> int:
    """Each once, as long as it says the same; how many are new."""
    messages = [_raw(row) for row, _ in bad]
    new = 0
    for message, (_, why) in zip(inbox.keep(session, integration_id, messages), bad, strict=True):
        if message.new:
            new += 1
            inbox.quarantine(session, message.id, why)
    return new


def _raw(row: SupplierOfferData) -> Raw:
    payload = _OFFER.dump_json(row).decode()
    return Raw(kind=KIND, external_id=row.sku, version=inbox.digest(payload), payload=payload)
