"""Which orders a ticket means.

An order that is named, by its number or by that of a parcel, is taken where it is the requester's, or where the name
leads to one order alone: people write from other addresses, but `1001` may be the order of many shops. Where none is
named, it is the requester's latest order, by email and then by phone number.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from core.flows import lookup
from core.flows.lookup import Clue, Hit, LookupMatch
from crossdock import Ticket

MOST = 5
"""Orders that one telling of a ticket leads to."""
_NAMES = {LookupMatch.ORDER_NUMBER, LookupMatch.TRACKING_NUMBER}


def orders_meant(session: Session, ticket: Ticket) -> list[int]:
    """The orders that it names; else the requester's latest."""
    known = _requester(session, ticket)
    return _named(session, ticket, known) or _latest(session, known)


def orders_named(session: Session, ticket: Ticket) -> list[int]:
    """The orders that it names, for a ticket of which others are known already."""
    return _named(session, ticket, _requester(session, ticket))


def clues_of(ticket: Ticket) -> list[list[Clue]]:
    """All that leads from a ticket to a shopper, the surest first: fields, what is written, who asks."""
    fields = [clue for each in ticket.order_numbers for clue in lookup.clues_of(LookupMatch.ORDER_NUMBER, each)]
    written = [clue for clue in lookup.clues_in(f"{ticket.subject}\n{ticket.text}") if clue.kind in _NAMES]
    email = lookup.clues_of(LookupMatch.EMAIL, ticket.requester_email or "")
    phone = lookup.clues_of(LookupMatch.PHONE, ticket.requester_phone or "")
    return [clues for clues in (fields, written, email, phone) if clues]


def _named(session: Session, ticket: Ticket, requester: Sequence[Hit]) -> list[int]:
    for clues in clues_of(ticket):
        if not {clue.kind for clue in clues} <= _NAMES:
            continue
        hits = _found(session, clues)
        meant = _orders(hit for hit in hits if _is_theirs(hit, requester)) or _orders(hits)
        theirs = any(_is_theirs(hit, requester) for hit in hits)
        if meant and (theirs or len(meant) == 1):
            return meant[:MOST]
    return []


def _latest(session: Session, requester: Sequence[Hit]) -> list[int]:
    if not requester:
        return []
    found = session.scalars(lookup.others(()).limit(1), lookup.shopper(requester))
    return list(found)


def _requester(session: Session, ticket: Ticket) -> list[Hit]:
    """What their address leads to; where it leads nowhere, their phone number."""
    for clues in clues_of(ticket):
        if {clue.kind for clue in clues} & _NAMES:
            continue
        if found := _found(session, clues):
            return found
    return []


def _found(session: Session, clues: Sequence[Clue]) -> list[Hit]:
    kinds = {clue.kind for clue in clues}
    return lookup.best(clues, session.execute(lookup.hits(kinds, (), ()), lookup.sought(clues)))


def _orders(hits: Iterable[Hit]) -> list[int]:
    return list(dict.fromkeys(hit.order_id for hit in hits if hit.order_id is not None))


def _is_theirs(hit: Hit, requester: Sequence[Hit]) -> bool:
    return any(
        hit.order_id == each.order_id or (hit.customer_id is not None and hit.customer_id == each.customer_id)
        for each in requester
    )
