"""What channels call our items: looked up for many order lines at once, and mapped by people."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock, outbox
from core.catalog.models import Item, Listing, PublishState
from core.errors import Invalid

Called = tuple[str | None, str | None]
"""What a channel calls a thing: (its id there, its SKU there). One of them is known."""


class Meaning(NamedTuple):
    """What that is here; without item, nobody has mapped it yet."""

    listing_id: int
    item_id: int | None


_KNOWN = text(
    """
    select id, external_id, external_sku, item_id from listings
    where channel_id = :channel
      and (external_id = any(cast(:externals as text[])) or external_sku = any(cast(:skus as text[])))
    order by item_id is null, id
    """
)

# A listing that is new and says one of our SKUs means that item.
_ADD = text(
    """
    insert into listings (channel_id, external_id, external_sku, item_id, mapped_at, created_at)
    select :channel, added.external_id, added.sku, items.id, case when items.id is not null then :now end, :now
    from unnest(cast(:externals as text[]), cast(:skus as text[])) as added(external_id, sku)
    left join items on items.sku = added.sku
    order by added.external_id
    on conflict (channel_id, external_id) do nothing
    """
)


# Only where one listing has that SKU can it be the one that an order spoke of.
_ADOPT = text(
    """
    update listings listing set external_id = given.external_id, external_sku = given.sku
    from (
        select min(external_id) as external_id, sku
        from unnest(cast(:externals as text[]), cast(:skus as text[])) as listed(external_id, sku)
        where sku is not null group by sku having count(*) = 1
    ) given
    where listing.channel_id = :channel and listing.external_id = given.sku and given.external_id <> given.sku
      and not exists (
        select from listings other where other.channel_id = :channel and other.external_id = given.external_id)
    returning listing.id
    """
)

_RETITLE = text(
    """
    update listings listing set external_sku = coalesce(given.sku, listing.external_sku),
        title = coalesce(given.title, listing.title)
    from unnest(cast(:externals as text[]), cast(:skus as text[]), cast(:titles as text[]))
        as given(external_id, sku, title)
    where listing.channel_id = :channel and listing.external_id = given.external_id
      and (listing.external_sku is distinct from coalesce(given.sku, listing.external_sku)
        or listing.title is distinct from coalesce(given.title, listing.title))
    returning listing.id
    """
)


def resolve_skus(session: Session, channel_id: int, called: Iterable[Called]) -> dict[Called, Meaning]:
    """What each of these means: a listing, made where the channel never said it before, and its item if known.

    A thing without an id is the listing with that SKU, a mapped one before others; where there is none, it goes by its
    SKU as its id. One statement where all are known, three otherwise.
    """
    names = {pair: pair[0] or pair[1] or "" for pair in called}
    known = _known(session, channel_id, names)
    new = {name: pair[1] for pair, name in names.items() if name not in known}
    if new:
        externals = sorted(new)
        skus = [new[name] for name in externals]
        session.execute(_ADD, {"channel": channel_id, "externals": externals, "skus": skus, "now": clock.now()})
        known |= _known(session, channel_id, names)
    return {pair: known[name] for pair, name in names.items()}


class Listed(NamedTuple):
    """One listing as its channel lists it."""

    external_id: str
    sku: str | None
    title: str | None


def take_in(session: Session, channel_id: int, listed: Sequence[Listed]) -> tuple[int, int]:
    """Write down what a channel lists, in three statements; how many listings are new, and how many changed.

    One that we knew by its SKU alone, from an order, gets its id. What a listing is mapped to stays as it is.
    """
    given = list({each.external_id: each for each in listed}.values())
    columns = {
        "channel": channel_id,
        "externals": [each.external_id for each in given],
        "skus": [each.sku for each in given],
        "titles": [each.title for each in given],
        "now": clock.now(),
    }
    adopted = len(session.execute(_ADOPT, columns).all())
    before = {row.external_id for row in session.execute(_KNOWN, {**columns, "skus": []})}
    session.execute(_ADD, columns)
    changed = len(session.execute(_RETITLE, columns).all())
    new = len([each for each in given if each.external_id not in before])
    return new, adopted + max(0, changed - new)


def upsert_listing(
    session: Session, channel_id: int, external_id: str, given: Mapping[str, Any]
) -> tuple[Listing, set[int]]:
    """Make or change a listing; what is not given stays. Says which items its figures must be published anew for.

    `given` may hold `item` (an Item or None), `buffer` and `cap`. Order lines keep the item that they were placed for.
    """
    if not external_id.strip():
        raise Invalid("A listing needs the channel's own id.", path=("externalId",))
    _check_units(given, "buffer", "cap")
    resolve_skus(session, channel_id, [(external_id, None)])
    query = select(Listing).where(Listing.channel_id == channel_id, Listing.external_id == external_id)
    listing = session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()
    touched = {listing.item_id} if listing.item_id is not None else set()
    if "item" in given:
        _map(session, listing, given["item"])
    if "buffer" in given:
        listing.buffer = given["buffer"] or 0
    if "cap" in given:
        listing.cap = given["cap"]
    session.flush()
    return listing, touched | ({listing.item_id} if listing.item_id is not None else set())


def unmapped_by_sku(session: Session, sku: str) -> Sequence[Listing]:
    """Listings without item that say this SKU of ours."""
    query = select(Listing).where(Listing.item_id.is_(None), Listing.external_sku == sku).order_by(Listing.id)
    return session.scalars(query.with_for_update()).all()


def _map(session: Session, listing: Listing, item: Item | None) -> None:
    if listing.item_id == (item.id if item else None):
        return
    listing.item_id = item.id if item else None
    listing.mapped_at = clock.now() if item else None
    if item is None and listing.published_quantity:
        # Nobody knows what it is, so nothing of it can be promised any more.
        listing.published_quantity, listing.published_at = 0, clock.now()
        listing.published_sequence = (listing.published_sequence or 0) + 1
        listing.publish_state = PublishState.PENDING if listing.publish_state else None
    means = f"means {item.sku}" if item else "means no item any more"
    data = {"item": f"itm_{item.id}" if item else None}
    outbox.record(session, "listing.mapped", f"lst_{listing.id}", f"{listing.external_id} {means}.", data=data)


def _check_units(given: Mapping[str, Any], *names: str) -> None:
    for name in names:
        value = given.get(name)
        if value is not None and value < 0:
            raise Invalid(f"{value} cannot be: a {name} is 0 or more units.", path=(name,))


def _known(session: Session, channel_id: int, names: Mapping[Called, str]) -> dict[str, Meaning]:
    """By the name that each thing goes by."""
    by_sku = {pair[1] for pair in names if pair[0] is None and pair[1] is not None}
    given = {"channel": channel_id, "externals": sorted(set(names.values())), "skus": sorted(by_sku)}
    found: dict[str, Meaning] = {}
    for listing_id, external, sku, item_id in session.execute(_KNOWN, given):
        meaning = Meaning(listing_id, item_id)
        if sku in by_sku:
            found.setdefault(sku, meaning)
        found.setdefault(external, meaning)
    return found
