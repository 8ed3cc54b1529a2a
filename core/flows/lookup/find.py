"""Asking the database which orders and customers the clues lead to. Each way in has an index of its own."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

import phonenumbers
from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.types import BigInteger

from core.catalog.models import Channel
from core.customers.models import Customer
from core.flows.lookup.clues import Clue, LookupMatch
from core.folding import folded_code, phone_tail, tail_of
from core.helpdesk.models import TicketLink
from core.orders.models import Order
from core.returns.models import Return
from core.shipments.models import Label, Package, Shipment

MOST = 250
"""Orders that one lookup leads to at most, the latest."""
_WIDEST = 4 * MOST
"""What one way in leads to at most: who shares an address with more orders is told from these."""

Way: TypeAlias = Select[*tuple[Any, ...]]
Where: TypeAlias = Sequence[ColumnElement[bool]]

_SAME = {phonenumbers.MatchType.EXACT_MATCH, phonenumbers.MatchType.NSN_MATCH}
_ALIKE = (LookupMatch.EMAIL, LookupMatch.PHONE)


class Hit(NamedTuple):
    """What a clue led to: an order, or a customer without one. `found` is the text that matched, as it is kept."""

    kind: LookupMatch
    found: str
    order_id: int | None
    customer_id: int | None
    number: str | None
    """Of the order."""
    email: str | None
    country: str | None


def hits(clues: Sequence[Clue], seen: Where, customers_seen: Where) -> Way:
    """Rows of Hit for every clue at once, the latest orders first; phone numbers are yet to be compared by `best`.

    `seen` and `customers_seen` are the conditions on Order and Customer of what the caller may see.
    """
    asked = {kind: [clue for clue in clues if clue.kind is kind] for kind in LookupMatch}
    ways = [way for kind, of_kind in asked.items() if of_kind for way in _WAYS[kind](of_kind, seen)]
    # Each way in is bounded, so that none is ever thought so wide that a whole table is read to follow it.
    found = union_all(*(select(way.limit(_WIDEST).subquery()) for way in ways)).cte("found")
    order = select(
        found.c.kind, found.c.found, Order.id.label("order_id"), Order.customer_id, Order.number, Order.email,
        Order.country, Order.placed_at,
    ).join_from(found, Order, Order.id == found.c.order_id).where(*seen)  # fmt: skip
    person = select(
        found.c.kind, found.c.found, null().label("order_id"), Customer.id, cast(null(), String), Customer.email,
        cast(null(), String), cast(null(), Order.placed_at.type),
    ).join_from(found, Customer, Customer.id == found.c.customer_id).where(*customers_seen)  # fmt: skip
    both = union_all(order, person).subquery("hits")
    names = ("kind", "found", "order_id", "customer_id", "number", "email", "country")
    # The surest clue first; customers without the order that led to them come last of their kind.
    surest = func.array_position(literal_column(_KINDS), both.c.kind)
    newest = both.c.placed_at.desc().nulls_last()
    return select(*(both.c[name] for name in names)).order_by(surest, newest, both.c.order_id.desc()).limit(_WIDEST)


_KINDS = "array[" + ", ".join(f"'{kind.value}'" for kind in LookupMatch) + "]"


def best(clues: Sequence[Clue], rows: Iterable[Any]) -> list[Hit]:
    """The hits of the surest kind of clue that led to anything; phone numbers that only end alike are left out."""
    phones = [clue.text for clue in clues if clue.kind is LookupMatch.PHONE]
    chosen: list[Hit] = []
    for row in rows:
        hit = Hit(LookupMatch(row.kind), row.found, row.order_id, row.customer_id, row.number, row.email, row.country)
        if chosen and hit.kind is not chosen[0].kind:
            break
        if hit.kind is not LookupMatch.PHONE or any(_same(hit, phone) for phone in phones):
            chosen.append(hit)
    return chosen


def others(found: Sequence[Hit], seen: Where) -> Way:
    """Ids of all orders of the shopper that the first hit leads to, the latest first, by customer and by email."""
    first = found[0]
    customers = {hit.customer_id for hit in found if hit.kind in _ALIKE} | {first.customer_id}
    emails = {hit.email.lower() for hit in found if hit.email and (hit is first or hit.kind is LookupMatch.EMAIL)}
    theirs = union(
        select(Order.id).where(Order.id.in_([hit.order_id for hit in found if hit.order_id is not None])),
        select(Order.id).where(Order.customer_id.in_([one for one in customers if one is not None])),
        select(Order.id).where(func.lower(Order.email).in_(emails)),
    )
    newest = (Order.placed_at.desc(), Order.id.desc())
    return select(Order.id).where(Order.id.in_(theirs), *seen).order_by(*newest).limit(MOST)


def _hit(kind: LookupMatch, found: Any, *, order: Any = None, customer: Any = None) -> Way:
    nothing = cast(null(), BigInteger)
    return select(
        literal(kind.value, String).label("kind"),
        found.label("found"),
        (nothing if order is None else order).label("order_id"),
        (nothing if customer is None else customer).label("customer_id"),
    )


def _by_number(clues: Sequence[Clue], _seen: Where) -> list[Way]:
    words = {clue.text for clue in clues}
    lower = {word.lower() for word in words}
    kind = LookupMatch.ORDER_NUMBER
    return [
        _hit(kind, Order.number, order=Order.id).where(Order.number.in_(words | {word.upper() for word in words})),
        _hit(kind, Order.external_number, order=Order.id).where(
            func.lower(Order.external_number).in_(lower | {f"#{word}" for word in lower}),
            Order.external_number.is_not(None),
        ),
        _hit(kind, Order.external_id, order=Order.id)
        .join(Channel, Channel.id == Order.channel_id)  # the index on external ids begins with the channel
        .where(Order.external_id.in_(words)),
    ]


def _by_tracking(clues: Sequence[Clue], _seen: Where) -> list[Way]:
    codes = [clue.text for clue in clues]

    def among(model: Any) -> tuple[ColumnElement[bool], ...]:
        folded = literal_column(folded_code(f"{model.__tablename__}.tracking_number"), String)
        return folded.in_(codes), model.tracking_number.is_not(None)

    of_package = select(Shipment.order_id).where(Shipment.id == Package.shipment_id).scalar_subquery()
    of_label = select(Return.order_id).where(Return.label_id == Label.id).limit(1).scalar_subquery()
    kind = LookupMatch.TRACKING_NUMBER
    return [
        _hit(kind, Shipment.tracking_number, order=Shipment.order_id).where(*among(Shipment)),
        _hit(kind, Package.tracking_number, order=of_package).where(*among(Package)),
        _hit(kind, Label.tracking_number, order=of_label).where(*among(Label)),
    ]


def _by_ticket(clues: Sequence[Clue], _seen: Where) -> list[Way]:
    named = [
        (TicketLink.external_id == clue.text) & (TicketLink.helpdesk == clue.helpdesk)
        if clue.helpdesk
        else TicketLink.external_id == clue.text
        for clue in clues
    ]
    return [_hit(LookupMatch.TICKET, TicketLink.external_id, order=TicketLink.order_id).where(or_(*named))]


def _by_email(clues: Sequence[Clue], seen: Where) -> list[Way]:
    addresses = [clue.text for clue in clues]
    kind = LookupMatch.EMAIL
    return [
        _hit(kind, Order.email, order=Order.id).where(func.lower(Order.email).in_(addresses), *seen),
        _hit(kind, Customer.email, customer=Customer.id).where(func.lower(Customer.email).in_(addresses)),
    ]


def _by_phone(clues: Sequence[Clue], seen: Where) -> list[Way]:
    tails = [tail_of(clue.text) for clue in clues]

    def ends_alike(model: Any) -> tuple[ColumnElement[bool], ...]:
        tail = literal_column(phone_tail(f"{model.__tablename__}.phone"), String)
        return tail.in_(tails), model.phone.is_not(None)

    kind = LookupMatch.PHONE
    return [
        _hit(kind, Order.phone, order=Order.id).where(*ends_alike(Order), *seen),
        _hit(kind, Customer.phone, customer=Customer.id).where(*ends_alike(Customer)),
    ]


_WAYS = {
    LookupMatch.ORDER_NUMBER: _by_number,
    LookupMatch.TRACKING_NUMBER: _by_tracking,
    LookupMatch.TICKET: _by_ticket,
    LookupMatch.EMAIL: _by_email,
    LookupMatch.PHONE: _by_phone,
}


def _same(hit: Hit, phone: str) -> bool:
    """Whether two ways of writing a phone number mean one, in the order's country where they name none."""
    kept, given = _international(hit.found), _international(phone)
    if hit.country and not (kept.startswith("+") and given.startswith("+")):
        try:
            numbers = [phonenumbers.parse(one, hit.country) for one in (kept, given)]
        except phonenumbers.NumberParseException:
            return False
        return phonenumbers.is_number_match(*numbers) in _SAME
    return phonenumbers.is_number_match(kept, given) in _SAME


def _international(phone: str) -> str:
    phone = phone.strip()
    return f"+{phone[2:]}" if phone.startswith("00") else phone
