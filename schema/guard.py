"""What a key limited to channels or locations may change: only what it may see.

Every id, location and channel in a mutation's arguments is looked up with the caller's own eyes before the core is
asked. What it may not see is NOT_FOUND to it, as in reading.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from sqlalchemy import func, select

from core.catalog.models import Channel
from core.catalog.service import MANUAL
from core.errors import NotFound
from core.ids import decode, encode
from core.stock.models import Location
from schema.context import Context
from schema.engine.registry import Registry

Named = tuple[str, Any]
"""The name of an argument, or of a field within one, and its value."""

_LOCATIONS = {"location", "locations", "from_", "to"}
_CHANNELS = {"channel", "channels"}
_OWN_NAMES = {("location_upsert", "code"): "location", ("channel_update", "key"): "channel"}
"""Arguments that name a location or a channel by another word."""


async def check(ctx: Context, mutation: str, arguments: Mapping[str, Any], registry: Registry) -> None:
    """Raises NotFound for the first thing that is not there for this caller. A key without limits may change all."""
    if not ctx.viewer.channels and not ctx.viewer.locations:
        return
    named = [(_OWN_NAMES.get((mutation, name), name), value) for name, value in _walk(arguments)]
    if mutation == "order_create" and not any(name == "channel" and value for name, value in named):
        named.append(("channel", MANUAL))
    await _check_names(ctx, Location, Location.code, ctx.viewer.locations, _texts(named, _LOCATIONS), "location")
    await _check_names(ctx, Channel, Channel.key, ctx.viewer.channels, _texts(named, _CHANNELS), "channel")
    await _check_ids(ctx, [value for _, value in named], registry)


def _walk(value: Any, name: str = "") -> Iterator[Named]:
    """Every plain value in arguments, lists and inputs, with the name it stands under."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _walk(inner, str(key))
    elif is_dataclass(value):
        for field in fields(value):
            yield from _walk(getattr(value, field.name), field.name)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _walk(inner, name)
    else:
        yield name, value


def _texts(named: Iterable[Named], names: set[str]) -> set[str]:
    return {value for name, value in named if name in names and isinstance(value, str)}


async def _check_names(
    ctx: Context, model: Any, key: Any, allowed: tuple[int, ...], asked: set[str], what: str
) -> None:
    if not allowed or not asked:
        return
    rows = await ctx.select(select(key.label("key")).where(key.in_(sorted(asked)), model.id.in_(allowed)))
    hidden = asked - {row.key for row in rows}
    if hidden:
        raise NotFound(f"There is no {what} {min(hidden)!r} for this key.", path=(what,))


async def _check_ids(ctx: Context, values: Iterable[Any], registry: Registry) -> None:
    asked: dict[str, set[int]] = {}
    for value in values:
        parts = decode(value) if isinstance(value, str) else None
        if parts is not None and parts.prefix in registry.prefixes:
            asked.setdefault(parts.prefix, set()).add(parts.number)
    for prefix, numbers in asked.items():
        info = registry.prefixes[prefix]
        conditions = list(info.visible(ctx)) if info.visible is not None else []
        if not conditions:
            continue
        found = select(func.array_agg(info.model.id).label("ids")).where(
            info.model.id.in_(sorted(numbers)), *conditions
        )
        (row,) = await ctx.select(found)
        hidden = numbers - set(row.ids or ())
        if hidden:
            raise NotFound(f"There is no object {encode(prefix, min(hidden))} for this key.", path=("id",))
