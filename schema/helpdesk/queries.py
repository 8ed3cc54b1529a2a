"""The shopper behind what an agent has in hand."""

from collections.abc import Callable, Sequence
from typing import Any

from core.errors import Invalid
from core.flows import lookup
from core.flows.lookup import Clue, Hit, LookupMatch
from core.flows.tickets import live, search
from schema.context import Context
from schema.customers.types import Customer, seen_by
from schema.engine import Ref, query
from schema.engine.sql import Prepared
from schema.errors import exactly_one
from schema.helpdesk.types import HelpdeskContext
from schema.orders.visible import orders_of

_NAMES = {
    LookupMatch.ORDER_NUMBER: "Order number",
    LookupMatch.TRACKING_NUMBER: "Tracking number",
    LookupMatch.TICKET: "Ticket",
    LookupMatch.EMAIL: "Email",
    LookupMatch.PHONE: "Phone number",
}

_MOST_PREPARED = 500


@query(scope="orders:read")
async def helpdesk_context(
    ctx: Context,
    order_number: str | None = None,
    tracking_number: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    ticket: str | None = None,
    helpdesk: str | None = None,
    text: str | None = None,
) -> HelpdeskContext | None:
    """The shopper by one of these, or by any of them in `text`: what is surest in it counts. Null for nobody known.

    An order number may be ours, the channel's or the channel's id; `helpdesk` says whose ticket it is. A ticket that is
    linked to no order is asked for there, for some seconds at most.
    """
    if helpdesk is not None and ticket is None:
        raise Invalid("`helpdesk` says whose ticket it is: give the ticket too.", path=("ticket",))
    exactly_one(
        order_number=order_number, tracking_number=tracking_number, email=email, phone=phone, ticket=ticket, text=text
    )
    given = {
        LookupMatch.ORDER_NUMBER: order_number,
        LookupMatch.TRACKING_NUMBER: tracking_number,
        LookupMatch.EMAIL: email,
        LookupMatch.PHONE: phone,
        LookupMatch.TICKET: ticket,
    }
    clues = [clue for kind, value in given.items() if value for clue in lookup.clues_of(kind, value, helpdesk=helpdesk)]
    if text is not None:
        clues = lookup.clues_in(text)
    found = await _behind(ctx, clues) if clues else None
    return await _as_written(ctx, helpdesk, ticket) if found is None and ticket else found


async def _as_written(ctx: Context, helpdesk: str | None, ticket: str) -> HelpdeskContext | None:
    """Whoever the ticket leads to by what stands in it."""
    written = await ctx.run(live.glance, ctx.hub, helpdesk, ticket.strip())
    for clues in search.clues_of(written) if written is not None else ():
        if (found := await _behind(ctx, clues)) is not None:
            return found
    return None


async def _behind(ctx: Context, clues: Sequence[Clue]) -> HelpdeskContext | None:
    kinds = frozenset(clue.kind for clue in clues)
    found = lookup.best(clues, await ctx.select(_hits(ctx, kinds), **lookup.sought(clues)))
    if not found:
        return None
    latest = [row.id for row in await ctx.select(_others(ctx), **lookup.shopper(found))]
    asked = [hit.order_id for hit in found if hit.order_id is not None]
    if found[0].kind in {LookupMatch.EMAIL, LookupMatch.PHONE}:
        asked = []  # these are the shopper's, not an order's: the latest come first
    customer = next((hit.customer_id for hit in found if hit.customer_id is not None), None)
    return HelpdeskContext(
        matched_by=found[0].kind,
        explanation=_explained(found),
        customer=Ref(Customer, customer) if customer is not None else None,
        order_ids=list(dict.fromkeys([*asked, *latest])),
    )


_prepared: dict[Any, Prepared] = {}
"""Statements by what they depend on: the kinds of the clues, and what the caller is limited to."""


def _hits(ctx: Context, kinds: frozenset[LookupMatch]) -> Prepared:
    return _once(ctx, kinds, lambda: lookup.hits(kinds, list(orders_of(ctx)), list(seen_by(ctx))))


def _others(ctx: Context) -> Prepared:
    return _once(ctx, None, lambda: lookup.others(list(orders_of(ctx))))


def _once(ctx: Context, kinds: frozenset[LookupMatch] | None, build: Callable[[], Any]) -> Prepared:
    key = (kinds, ctx.viewer.channels, ctx.viewer.locations)
    if (known := _prepared.get(key)) is None:
        if len(_prepared) >= _MOST_PREPARED:
            _prepared.clear()
        known = _prepared[key] = Prepared(build())
    return known


def _explained(found: Sequence[Hit]) -> str:
    """What the agent's words led to, such as: Tracking number JD014 600 leads to order CD-7."""
    words = list(dict.fromkeys(hit.found for hit in found))
    orders = list(dict.fromkeys(hit.number for hit in found if hit.number is not None))
    named = f"{_NAMES[found[0].kind]} {words[0]}"
    if not orders:
        return f"{named} leads to a customer without an order of that {_NAMES[found[0].kind].lower()}."
    if len(orders) == 1:
        return f"{named} leads to order {orders[0]}."
    return f"{named} leads to {len(orders)} orders, the latest of them {orders[0]}."
