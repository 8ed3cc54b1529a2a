"""Available to promise, explained."""

import strawberry
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.flows import catalog as flows
from core.stock.promise import Promise
from schema.acting import transact
from schema.catalog.types import Channel, Item
from schema.context import Context
from schema.engine import Ref, query
from schema.stock.types import SCOPE, Location


@strawberry.type
class AtpTerm:
    """One term of the sum, signed."""

    label: str
    location: Location | None
    quantity: int


@strawberry.type
class AtpExplanation:
    """Why a channel may sell this many: every term of the sum."""

    item: Item
    channel: Channel | None
    available: int
    terms: list[AtpTerm]


@query(scope=SCOPE)
async def available_to_promise(ctx: Context, sku: str, channel: str | None = None) -> AtpExplanation | None:
    """How many of an item a channel may sell now, or anybody where no channel is named; null for an unknown SKU."""
    try:
        item_id, channel_id, promised = await transact(ctx, _promised, sku, channel)
    except NotFound:
        return None
    return AtpExplanation(
        item=Ref(Item, item_id),
        channel=Ref(Channel, channel_id) if channel_id is not None else None,
        available=promised.available,
        terms=[
            AtpTerm(
                label=term.label,
                location=Ref(Location, term.location_id) if term.location_id is not None else None,
                quantity=term.quantity,
            )
            for term in promised.terms
        ],
    )


def _promised(session: Session, sku: str, channel: str | None) -> tuple[int, int | None, Promise]:
    item, seller, promised = flows.explain(session, sku, channel)
    return item.id, seller.id if seller is not None else None, promised
