"""What a key limited to channels or locations may act on: only what it may see.

Every id, location, channel and supplier in the arguments of a mutation, or of a query that is computed, is looked up
with the caller's own eyes before the core is asked. What it may not see is NOT_FOUND to it, as in reading.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from sqlalchemy import func, select

from core.catalog.models import Channel
from core.catalog.service import MANUAL
from core.errors import NotFound
from core.ids import decode, encode
from core.purchasing.models import Supplier
from core.stock.models import Location
from schema.context import Context
from schema.engine.registry import Registry


@dataclass(frozen=True, slots=True)
class Named:
    """A plain value in the arguments, the name it stands under, and the way there."""

    name: str
    value: Any
    path: tuple[str, ...]


_LOCATIONS = {"location", "locations", "from_", "to"}
_CHANNELS = {"channel", "channels"}
_FREE = {"values", "metadata", "note", "reason", "message", "description", "idempotency_key"}
"""What people and programs write as they like: an id in it names nothing to act on."""
_OWN_NAMES = {
    ("location_upsert", "code"): "location",
    ("channel_update", "key"): "channel",
    ("supplier_upsert", "key"): "supplier",
}
"""Arguments that name a location, a channel or a supplier by another word."""


async def check(ctx: Context, field: str, arguments: Mapping[str, Any], registry: Registry) -> None:
    """Raises NotFound for the first thing that is not there for this caller. A key without limits may name all."""
    viewer = ctx.viewer
    if not viewer.limited:
        return
    named = [
        Named(_OWN_NAMES.get((field, one.name), one.name), one.value, one.path) for one in _walk(arguments, "", ())
    ]
    if field == "order_create" and not any(one.name == "channel" and one.value for one in named):
        named.append(Named("channel", MANUAL, ("input", "channel")))
    if viewer.locations:
        theirs = Location.id.in_(viewer.locations)
        await _check_names(ctx, Location.code, theirs, [one for one in named if one.name in _LOCATIONS], "location")
        own = Supplier.location_id.in_(viewer.locations)
        await _check_names(ctx, Supplier.key, own, [one for one in named if one.name == "supplier"], "supplier")
    if viewer.channels:
        sold = Channel.id.in_(viewer.channels)
        await _check_names(ctx, Channel.key, sold, [one for one in named if one.name in _CHANNELS], "channel")
    await _check_ids(ctx, named, registry)


def _walk(value: Any, name: str, path: tuple[str, ...]) -> Iterator[Named]:
    """Every plain value in arguments, lists and inputs that may name something."""
    if name in _FREE:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk(inner, str(key), (*path, str(key).rstrip("_")))
    elif is_dataclass(value):
        for field in fields(value):
            yield from _walk(getattr(value, field.name), field.name, (*path, field.name.rstrip("_")))
    elif isinstance(value, (list, tuple)):
        for place, inner in enumerate(value):
            yield from _walk(inner, name, (*path, str(place)))
    else:
        yield Named(name, value, path)


async def _check_names(ctx: Context, key: Any, theirs: Any, named: Sequence[Named], what: str) -> None:
    asked = [one for one in named if isinstance(one.value, str)]
    if not asked:
        return
    rows = await ctx.select(select(key.label("key")).where(key.in_([one.value for one in asked]), theirs))
    seen = {row.key for row in rows}
    for one in asked:
        if one.value not in seen:
            raise NotFound(f"There is no {what} {one.value!r} for this key.", path=one.path)


async def _check_ids(ctx: Context, named: Sequence[Named], registry: Registry) -> None:
    asked: dict[str, dict[int, tuple[str, ...]]] = {}
    for one in named:
        parts = decode(one.value) if isinstance(one.value, str) else None
        if parts is not None and parts.prefix in registry.prefixes:
            asked.setdefault(parts.prefix, {}).setdefault(parts.number, one.path)
    for prefix, numbers in asked.items():
        info = registry.prefixes[prefix]
        conditions = list(info.visible(ctx)) if info.visible is not None else []
        if not conditions:
            continue
        found = select(func.array_agg(info.model.id).label("ids")).where(info.model.id.in_(list(numbers)), *conditions)
        (row,) = await ctx.select(found)
        for number in sorted(numbers.keys() - set(row.ids or ())):
            raise NotFound(f"There is no object {encode(prefix, number)} for this key.", path=numbers[number])
