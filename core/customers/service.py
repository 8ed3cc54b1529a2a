"""Knowing who buys: by the channel's own key, else by email."""

from collections.abc import Iterable, Sequence

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.customers.models import Customer, CustomerIdentity
from core.db import insert_rows, next_ids
from crossdock.orders import CustomerData

_FIND = text(
    """
    select 'key', external_id, customer_id from customer_identities
    where channel_id = :channel and external_id = any(:keys)
    union all
    select 'email', lower(email), min(id) from customers
    where lower(email) = any(:emails) and erased_at is null group by lower(email)
    """
)

# What is known stays: a channel's word fills gaps and corrects nothing silently.
_FILL = text(
    """
    update customers set email = coalesce(customers.email, given.email), name = coalesce(customers.name, given.name),
        phone = coalesce(customers.phone, given.phone)
    from (
        select id, min(email) as email, min(name) as name, min(phone) as phone
        from jsonb_to_recordset(cast(:given as jsonb)) as given(id bigint, email text, name text, phone text)
        group by id
    ) given
    where customers.id = given.id and erased_at is null and (
        customers.email is null and given.email is not null or customers.name is null and given.name is not null
        or customers.phone is null and given.phone is not null)
    """
)


def handle(person: CustomerData) -> str | None:
    """What two mentions of one person have in common; None for a guest who left neither key nor email."""
    if person.key:
        return f"key {person.key}"
    return f"email {person.email.lower()}" if person.email else None


def known(session: Session, channel_id: int, people: Sequence[CustomerData]) -> list[int | None]:
    """The customer of each person by the channel's key, else by email; None where nobody is known. Makes nobody."""
    by_key, by_email = _find(session, channel_id, people)
    return [by_key.get(person.key or "") or by_email.get((person.email or "").lower()) for person in people]


def identify(session: Session, channel_id: int, people: Sequence[CustomerData]) -> list[int | None]:
    """The customer of each person, made where nobody is known by key or email; None for guests.

    Callers hold locks on the handles of these people, so that two transactions never make the same one.
    """
    asked = {name: person for person in people if (name := handle(person))}
    if not asked:
        return [None] * len(people)
    by_key, by_email = _find(session, channel_id, asked.values())
    found: dict[str, int] = {}
    unlinked: list[tuple[int, str, int]] = []
    strangers: list[str] = []
    for name, person in asked.items():
        customer_id = by_key.get(person.key or "") or by_email.get((person.email or "").lower())
        if customer_id is None:
            strangers.append(name)
            continue
        found[name] = customer_id
        if person.key and person.key not in by_key:
            unlinked.append((channel_id, person.key, customer_id))
    if found:
        _fill(session, [(customer_id, asked[name]) for name, customer_id in found.items()])
    found |= _add(session, strangers, asked, unlinked, channel_id)
    if unlinked:
        columns = [CustomerIdentity.channel_id, CustomerIdentity.external_id, CustomerIdentity.customer_id]
        insert_rows(session, CustomerIdentity, columns, unlinked)
    return [found[name] if (name := handle(person)) else None for person in people]


def _find(session: Session, channel_id: int, people: Iterable[CustomerData]) -> tuple[dict[str, int], dict[str, int]]:
    """Who is known, by key and by email."""
    asked = list(people)
    keys = [person.key for person in asked if person.key]
    emails = [person.email.lower() for person in asked if person.email]
    if not keys and not emails:
        return {}, {}
    found = session.execute(_FIND, {"channel": channel_id, "keys": keys, "emails": emails}).all()
    by_key = {name: customer_id for how, name, customer_id in found if how == "key"}
    return by_key, {name: customer_id for how, name, customer_id in found if how == "email"}


def _add(
    session: Session,
    strangers: Sequence[str],
    asked: dict[str, CustomerData],
    unlinked: list[tuple[int, str, int]],
    channel_id: int,
) -> dict[str, int]:
    """New customers by handle; their keys are added to `unlinked`. Strangers who share an email are one."""
    ids = iter(next_ids(session, Customer, len(strangers)))
    by_email: dict[str, int] = {}
    added: dict[str, int] = {}
    rows = []
    for name in strangers:
        person = asked[name]
        email = (person.email or "").lower()
        customer_id = by_email.get(email) if email else None
        if customer_id is None:
            customer_id = next(ids)
            rows.append((customer_id, person.email, person.name, person.phone))
            by_email[email] = customer_id
        added[name] = customer_id
        if person.key:
            unlinked.append((channel_id, person.key, customer_id))
    if rows:
        insert_rows(session, Customer, [Customer.id, Customer.email, Customer.name, Customer.phone], rows)
    return added


def _fill(session: Session, known: Iterable[tuple[int, CustomerData]]) -> None:
    given = [
        {"id": customer_id, "email": person.email, "name": person.name, "phone": person.phone}
        for customer_id, person in known
        if person.email or person.name or person.phone
    ]
    if given:
        session.execute(_FILL, {"given": orjson.dumps(given).decode()})
