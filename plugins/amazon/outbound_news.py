"""What became of the orders that Amazon ships for other channels.

Amazon lists orders whose status changed. A shipment changes no status, so orders that are being picked are looked at
again each time. The cursor holds what was told of each, so that nothing is told twice.
"""

import json
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from crossdock import BadData, Quarantined, SupplierUpdate, Updates
from plugins.amazon.client import Ctx, ask, held, listed, must_hold
from plugins.amazon.mapping.outbound import OPEN, reference_of, untracked, updates_of
from plugins.amazon.operations import GET_TRACKING, LIST_OUTBOUND
from plugins.amazon.orders import instant
from plugins.amazon.outbound import fetched
from plugins.amazon.wire.base import read
from plugins.amazon.wire.outbound import Outbound, OutboundPackage, Tracking

_AT_ONCE = 25
"""Orders that are asked for in one go: the usage plan takes thirty at once."""
_OVERLAP = timedelta(minutes=10)
_MOST_PAGES = 2_000
_PICKED = "processing"
_STALE = timedelta(hours=6)
"""So long a place is kept where nothing is told; then it is told as well, so that the list stays short."""


class _Known(BaseModel):
    """What was told of an order: its status, and the names of its news."""

    status: str
    changed: AwareDatetime
    told: list[str] = Field(default_factory=list)


class _Place(BaseModel):
    """How far the news was told."""

    since: AwareDatetime
    orders: dict[str, _Known] = Field(default_factory=dict)


def news(ctx: Ctx) -> Updates:
    """What is new since `ctx.cursor`; nothing where Amazon ships its own orders alone."""
    if not ctx.settings.multi_channel:
        return Updates()
    place = _place(ctx)
    found, bad = _changed(ctx, place)
    some = {each.name: each for each in found[:_AT_ONCE]}
    items, orders = list[SupplierUpdate](), dict(place.orders)
    for name in [*some, *_in_turn(ctx, place, some)][:_AT_ONCE]:
        try:
            orders[name], fresh = _heard(ctx, name, orders.get(name))
        except BadData as error:
            bad.append(_set_aside(f"getFulfillmentOrder {name}", error, error.payload))
            if name in some:  # asked for again once it changes
                orders[name] = _Known(status=some[name].status, changed=some[name].changed)
            continue
        items += fresh
    if not items and not bad and ctx.cursor is not None and place.since > ctx.now() - _STALE:
        return Updates(cursor=ctx.cursor)
    since = ctx.now() if len(found) <= _AT_ONCE else found[_AT_ONCE - 1].changed
    kept = {name: each for name, each in orders.items() if each.status in OPEN or each.changed >= since - 2 * _OVERLAP}
    cursor = _Place(since=since, orders=kept).model_dump_json()
    return Updates(
        items=tuple(sorted(items, key=lambda update: update.sequence)), quarantined=tuple(bad), cursor=cursor
    )


def _place(ctx: Ctx) -> _Place:
    if ctx.cursor is None:
        return _Place(since=ctx.now() - timedelta(days=ctx.settings.backfill_days))
    try:
        return _Place.model_validate_json(ctx.cursor)
    except ValidationError:
        raise BadData("The place where news of Amazon's orders goes on is unreadable.", ctx.cursor) from None


def _changed(ctx: Ctx, place: _Place) -> tuple[list[Outbound], list[Quarantined]]:
    """Our orders with another status than was told, the oldest change first."""
    found, bad = dict[str, Outbound](), list[Quarantined]()
    for each in _listed(ctx, place.since - _OVERLAP):
        try:
            said = read(Outbound, each, "The fulfillment order")
        except BadData as error:
            bad.append(_set_aside("listAllFulfillmentOrders", error, json.dumps(each)[:10_000]))
            continue
        known = place.orders.get(said.name)
        ours = reference_of(said.name, said.displayed) is not None
        if ours and (known is None or (known.status, known.changed) != (said.status, said.changed)):
            found[said.name] = said
    return sorted(found.values(), key=lambda said: said.changed), bad


def _listed(ctx: Ctx, since: datetime) -> Iterator[Any]:
    token: str | None = None
    for _ in range(_MOST_PAGES):
        params = {"queryStartDate": instant(since)} if token is None else {"nextToken": token}
        said = ask(ctx, LIST_OUTBOUND, params=params)
        must_hold(said, "payload")
        yield from listed(held(said, "payload"), "fulfillmentOrders")
        token = held(said, "payload").get("nextToken") or None
        if token is None:
            return
    raise BadData(f"Amazon's list of fulfillment orders has more than {_MOST_PAGES} pages.")


def _in_turn(ctx: Ctx, place: _Place, some: Collection[str]) -> list[str]:
    """Orders that are being picked, and are not asked for already. Each minute others come first."""
    names = [name for name, known in place.orders.items() if known.status == _PICKED and name not in some]
    start = int(ctx.now().timestamp() // 60) * _AT_ONCE % len(names) if names else 0
    return names[start:] + names[:start]


def _heard(ctx: Ctx, name: str, known: _Known | None) -> tuple[_Known, list[SupplierUpdate]]:
    """One order as it is now, and what was not told of it yet. Tracking numbers that it lacks are asked for."""
    said = fetched(ctx, name)
    reference = reference_of(said.order.name, said.order.displayed) or ""
    told = list(known.told) if known is not None else []
    fresh = [each for each in updates_of(said, reference, {}) if each.update_id not in told]
    if fresh:
        packages = {number: package for number in untracked(said) if (package := _tracked(ctx, number)) is not None}
        fresh = [each for each in updates_of(said, reference, packages) if each.update_id not in told]
    told += [each.update_id for each in fresh]
    return _Known(status=said.order.status, changed=said.order.changed, told=told), fresh


def _tracked(ctx: Ctx, number: int) -> OutboundPackage | None:
    """A package with the number that its carrier gave it, where there is one by now."""
    payload = held(ask(ctx, GET_TRACKING, params={"packageNumber": number}), "payload")
    said = read(Tracking, payload, "The tracking")
    if not said.tracking_number:
        return None
    package = {"packageNumber": number, "carrierCode": said.carrier_code or "", "trackingNumber": said.tracking_number}
    return read(OutboundPackage, package, "The tracking")


def _set_aside(source: str, error: BadData, payload: str | bytes) -> Quarantined:
    text = payload.decode(errors="replace") if isinstance(payload, bytes) else payload
    return Quarantined(source=source, reason=error.message, payload=text)
