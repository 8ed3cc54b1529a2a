"""Who is asking."""

from typing import Annotated

import strawberry

from schema.catalog.types import Channel
from schema.context import Context
from schema.engine import Refs, query
from schema.stock.types import Location


@strawberry.type
class Viewer:
    """Who is asking."""

    name: str
    scopes: list[str]
    channels: list[Annotated["Channel", strawberry.lazy("schema.catalog.types")]]
    locations: list[Annotated["Location", strawberry.lazy("schema.stock.types")]]


@query()
def viewer(ctx: Context) -> Viewer:
    """Who is asking, and what they may do. Empty `channels` or `locations`: all of them."""
    return Viewer(
        name=ctx.viewer.name,
        scopes=sorted(ctx.viewer.scopes),
        channels=Refs(Channel, ctx.viewer.channels),
        locations=Refs(Location, ctx.viewer.locations),
    )
