"""Asking the database which orders and customers the clues lead to. Each way in has an index of its own."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

import phonenumbers
from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    bindparam,
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


def hits(kinds: Collection[LookupMatch], seen: Where, customers_seen: Where) -> Way:
    """Rows of Hit for clues of these kinds at once, the latest orders first; `best` has yet to compare phone numbers.

    `seen` and `customers_seen` are the conditions on Order and Customer of what the caller may see. The clues are
    parameters, which `sought` gives: the statement is built once for each set of kinds.
    """
    ways = [way for kind in LookupMatch if kind in kinds for way in _WAYS[kind](seen)]
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


def others(seen: Where) -> Way:
    """Ids of all orders of a shopper, the latest first, by customer and by email. `shopper` gives its parameters."""
    theirs = union(
        select(Order.id).where(Order.id.in_(_any("orders"))),
        select(Order.id).where(Order.customer_id.in_(_any("customers"))),
        select(Order.id).where(func.lower(Order.email).in_(_any("emails"))),
    )
    newest = (Order.placed_at.desc(), Order.id.desc())
    return select(Order.id).where(Order.id.in_(theirs), *seen).order_by(*newest).limit(MOST)


def shopper(found: Sequence[Hit]) -> dict[str, list[Any]]:
    """The parameters of `others`: whoever the first hit leads to."""
    first = found[0]
    customers = {hit.customer_id for hit in found if hit.kind in _ALIKE} | {first.customer_id}
    return {
        "orders": [hit.order_id for hit in found if hit.order_id is not None],
        "customers": [one for one in customers if one is not None],
        "emails": list(
            {hit.email.lower() for hit in found if hit.email and (hit is first or hit.kind is LookupMatch.EMAIL)}
        ),
    }


def sought(clues: Sequence[Clue]) -> dict[str, Any]:
    """The parameters of `hits`: each clue in the forms in which it is looked for."""
    texts: dict[LookupMatch, set[str]] = {kind: set() for kind in LookupMatch}
    for clue in clues:
        texts[clue.kind].add(clue.text)
    numbers = texts[LookupMatch.ORDER_NUMBER]
    lower = {number.lower() for number in numbers}
    return {
        "numbers": list(numbers | {number.upper() for number in numbers}),
        "external_numbers": list(lower | {f"#{number}" for number in lower}),
        "external_ids": list(numbers),
        "codes": list(texts[LookupMatch.TRACKING_NUMBER]),
        "tickets": list(texts[LookupMatch.TICKET]),
        "helpdesk": next((clue.helpdesk for clue in clues if clue.helpdesk), None),
        "emails": list(texts[LookupMatch.EMAIL]),
        "tails": list({tail_of(phone) for phone in texts[LookupMatch.PHONE]}),
    }


def _any(name: str) -> Any:
    """A parameter that is a list."""
    return bindparam(name, expanding=True)


def _hit(kind: LookupMatch, found: Any, *, order: Any = None, customer: Any = None) -> Way:
    nothing = cast(null(), BigInteger)
    return select(
        literal(kind.value, String).label("kind"),
        found.label("found"),
        (nothing if order is None else order).label("order_id"),
        (nothing if customer is None else customer).label("customer_id"),
    )


def _by_number(_seen: Where) -> list[Way]:
    kind = LookupMatch.ORDER_NUMBER
    return [
        _hit(kind, Order.number, order=Order.id).where(Order.number.in_(_any("numbers"))),
        _hit(kind, Order.external_number, order=Order.id).where(
            func.lower(Order.external_number).in_(_any("external_numbers")), Order.external_number.is_not(None)
        ),
        _hit(kind, Order.external_id, order=Order.id)
        .join(Channel, Channel.id == Order.channel_id)  # the index on external ids begins with the channel
        .where(Order.external_id.in_(_any("external_ids"))),
    ]


def _by_tracking(_seen: Where) -> list[Way]:
    def among(model: Any) -> tuple[ColumnElement[bool], ...]:
        folded = literal_column(folded_code(f"{model.__tablename__}.tracking_number"), String)
        return folded.in_(_any("codes")), model.tracking_number.is_not(None)

    of_package = select(Shipment.order_id).where(Shipment.id == Package.shipment_id).scalar_subquery()
    of_label = select(Return.order_id).where(Return.label_id == Label.id).limit(1).scalar_subquery()
    kind = LookupMatch.TRACKING_NUMBER
    return [
        _hit(kind, Shipment.tracking_number, order=Shipment.order_id).where(*among(Shipment)),
        _hit(kind, Package.tracking_number, order=of_package).where(*among(Package)),
        _hit(kind, Label.tracking_number, order=of_label).where(*among(Label)),
    ]


def _by_ticket(_seen: Where) -> list[Way]:
    helpdesk = bindparam("helpdesk", type_=String)
    return [
        _hit(LookupMatch.TICKET, TicketLink.external_id, order=TicketLink.order_id).where(
            TicketLink.external_id.in_(_any("tickets")), or_(helpdesk.is_(None), TicketLink.helpdesk == helpdesk)
        )
    ]


def _by_email(seen: Where) -> list[Way]:
    kind = LookupMatch.EMAIL
    return [
        _hit(kind, Order.email, order=Order.id).where(func.lower(Order.email).in_(_any("emails")), *seen),
        _hit(kind, Customer.email, customer=Customer.id).where(func.lower(Customer.email).in_(_any("emails"))),
    ]


def _by_phone(seen: Where) -> list[Way]:
    def ends_alike(model: Any) -> tuple[ColumnElement[bool], ...]:
        tail = literal_column(phone_tail(f"{model.__tablename__}.phone"), String)
        return tail.in_(_any("tails")), model.phone.is_not(None)

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
