"""What a key of some channels or locations may act on: what it may not see, it may not change either."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.sql.elements import ColumnElement

from core.catalog.models import Channel
from core.errors import NotFound
from core.ids import decode, encode
from core.stock.models import Location
from schema.context import Context
from schema.engine.registry import Registry, TypeInfo, product


async def require_seen(ctx: Context, identifier: str, *path: str, registry: Registry = product) -> None:
    """Raises NotFound where the caller may not see the object of this id."""
    parts = decode(identifier)
    info = registry.prefixes.get(parts.prefix) if parts else None
    if parts is not None and info is not None:
        await require_rows(ctx, info, [parts.number], [path])


async def require_rows(ctx: Context, info: TypeInfo, numbers: Sequence[int], paths: Sequence[tuple[str, ...]]) -> None:
    """Raises NotFound at the place of the first number whose row the caller may not see."""
    if info.visible is None or not ctx.viewer.limited:
        return
    key = info.table.c[info.key]
    seen = await _values(ctx, select(key).where(key.in_(numbers), *info.visible(ctx)))
    for number, path in zip(numbers, paths, strict=True):
        if number not in seen:
            raise NotFound(f"There is no {encode(info.prefix or info.name, number)}.", path=path)


async def require_channels(ctx: Context, keys: Iterable[tuple[str, ...]]) -> None:
    """Raises NotFound for a channel that is not the caller's. Each is its key and the path of where it was named."""
    if ctx.viewer.channels:
        await _require(ctx, keys, select(Channel.key), Channel.id.in_(ctx.viewer.channels), "channel has the key")


async def require_locations(ctx: Context, codes: Iterable[tuple[str, ...]]) -> None:
    """The same for locations by their codes."""
    if ctx.viewer.locations:
        theirs = Location.id.in_(ctx.viewer.locations)
        await _require(ctx, codes, select(Location.code), theirs, "location has the code")


async def _require(
    ctx: Context, named: Iterable[tuple[str, ...]], found: Select[Any], theirs: ColumnElement[bool], what: str
) -> None:
    seen = await _values(ctx, found.where(theirs))
    for name, *path in named:
        if name not in seen:
            raise NotFound(f"No {what} {name!r}.", path=tuple(path))


async def _values(ctx: Context, query: Select[Any]) -> set[Any]:
    return {row[0] for row in await ctx.select(query)}
