"""What a channel lists, for people to map; and what it believes that it may sell, compared with what it was told."""

from typing import TYPE_CHECKING

import orjson
import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.actor import acting_as
from core.catalog import service as catalog
from core.catalog.models import Channel, Listing, PublishState
from core.flows import publish_stock
from core.flows.channels import fetch
from core.flows.channels.windows import quarantine
from core.integrations import runs
from core.integrations.models import Integration
from core.integrations.runs import Counts
from core.jobs.registry import enqueue
from core.settings import service as settings
from core.stock import service as stock
from crossdock import BadData, ChannelStock, ListingPage, Pending

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

LISTINGS, STOCK = "listings", "stock"
_MOST_PAGES = 2_000
_AT_ONCE = 200

_DRIFTED = text(
    """
    update listings listing set publish_state = 'PENDING', published_sequence = published_sequence + 1,
        published_at = :now
    from unnest(cast(:ids as bigint[]), cast(:sequences as bigint[])) as given(id, sequence)
    where listing.id = given.id and listing.published_sequence = given.sequence
    returning listing.id
    """
)


def fetch_listings(hub: "Hub", key: str) -> int:
    """Read all listings, page by page; the run's id. Raises Pending where a report is written first."""
    provider = hub.provider(key, "channel")
    with hub.transaction() as session:
        integration = session.scalars(select(Integration).where(Integration.key == key)).one()
        kept = orjson.loads(runs.cursor_of(session, integration.id, LISTINGS) or "{}")
        run_id = kept.get("run") or runs.begin(session, integration.id, LISTINGS)
    cursor, handle, error = kept.get("cursor"), kept.get("handle"), None
    seen: set[str] = set()
    try:
        while True:
            page: ListingPage = provider.fetch_listings(hub.context(key, cursor=cursor, handle=handle))
            handle = None
            with hub.transaction() as session, acting_as(f"channel:{key}"):
                counts = _take_in(session, key, page)
                counts += quarantine(session, integration.id, page.quarantined)
                runs.count(session, run_id, counts, cursor=page.cursor)
                _keep(session, integration.id, run_id=run_id if page.cursor else None, cursor=page.cursor)
            cursor = page.cursor
            if cursor is None:
                break
            if cursor in seen or len(seen) == _MOST_PAGES:
                error = "Its pages do not come to an end."
                break
            seen.add(cursor)
    except Pending as pending:
        with hub.transaction() as session:
            _keep(session, integration.id, run_id=run_id, cursor=cursor, handle=pending.handle)
        raise
    except BadData as bad:
        error = bad.message
        with hub.transaction() as session:
            fetch.set_aside(session, integration.id, None, bad)
            runs.count(session, run_id, Counts(seen=1, rejected=1))
    except Exception as failure:
        with hub.transaction() as session:
            _keep(session, integration.id)
            runs.end(session, run_id, error=str(failure) or type(failure).__name__)
        raise
    with hub.transaction() as session:
        _keep(session, integration.id)
        runs.end(session, run_id, error=error, partial=error is not None)
    return run_id


def compare_stock(hub: "Hub", key: str) -> int:
    """Ask what the channel believes; where that is not what we told last, tell it again. The run's id."""
    provider = hub.provider(key, "channel")
    with hub.transaction() as session:
        integration = session.scalars(select(Integration).where(Integration.key == key)).one()
        run_id = runs.begin(session, integration.id, STOCK)
        told = _told(session, integration.id)
    counts, again = Counts(), dict[int, set[int]]()
    try:
        for start in range(0, len(told), _AT_ONCE):
            some = {each.external_sku or each.external_id: each for each in told[start : start + _AT_ONCE]}
            believed: list[ChannelStock] = list(provider.read_stock(hub.context(key), list(some)))
            counts.seen += len(believed)
            drifted = [each for each in believed if each.external_sku in some]
            drifted = [each for each in drifted if each.quantity != some[each.external_sku].published_quantity]
            counts.unchanged += len(believed) - len(drifted)
            counts.updated += len(drifted)
            for each in drifted:
                listing = some[each.external_sku]
                again.setdefault(listing.channel_id, set()).add(listing.id)
            with hub.transaction() as session:
                _tell_again(session, integration, [(some[each.external_sku], each) for each in drifted])
    except Exception as failure:
        with hub.transaction() as session:
            runs.count(session, run_id, counts)
            runs.end(session, run_id, error=str(failure) or type(failure).__name__)
        raise
    with hub.transaction() as session:
        runs.count(session, run_id, counts)
        runs.end(session, run_id)
    return run_id


def _take_in(session: Session, key: str, page: ListingPage) -> Counts:
    channel = channel_of(session, key)
    listed = [catalog.Listed(each.external_id, each.external_sku, each.title) for each in page.listings]
    new, changed = catalog.take_in(session, channel.id, listed)
    if new:
        stock.note_change(session, _untold(session, channel.id, [each.external_id for each in listed]))
    return Counts(seen=len(listed), created=new, updated=changed, unchanged=max(0, len(listed) - new - changed))


def _untold(session: Session, channel_id: int, external_ids: list[str]) -> list[int]:
    """Items of which these listings were never told how many there are."""
    mine = Listing.channel_id == channel_id, Listing.external_id.in_(external_ids)
    query = select(Listing.item_id).where(*mine, Listing.published_quantity.is_(None), Listing.item_id.is_not(None))
    return [item_id for item_id in session.scalars(query) if item_id is not None]


def channel_of(session: Session, key: str) -> Channel:
    """The channel that an integration feeds, made where it is not there yet."""
    integration_id = session.scalars(select(Integration.id).where(Integration.key == key)).one()
    query = select(Channel).where(Channel.integration_id == integration_id).order_by(Channel.id).limit(1)
    known = session.scalars(query).first()
    currency = settings.current(session).currency
    return known or catalog.ensure_channel(session, key, currency=currency, integration_id=integration_id)


def _keep(
    session: Session,
    integration_id: int,
    *,
    run_id: int | None = None,
    cursor: str | None = None,
    handle: str | None = None,
) -> None:
    said = {"run": run_id, "cursor": cursor, "handle": handle} if run_id is not None else {}
    runs.keep_cursor(session, integration_id, LISTINGS, orjson.dumps(said).decode())


def _told(session: Session, integration_id: int) -> list[Listing]:
    """Listings whose last word the channel has confirmed."""
    query = (
        select(Listing)
        .join(Channel, Channel.id == Listing.channel_id)
        .where(Channel.integration_id == integration_id, Listing.publish_state == PublishState.CONFIRMED)
        .order_by(Listing.id)
    )
    found = list(session.scalars(query))
    session.expunge_all()
    return found


def _tell_again(session: Session, integration: Integration, drifted: list[tuple[Listing, ChannelStock]]) -> None:
    """With the next sequence, unless something newer was published meanwhile."""
    if not drifted:
        return
    columns = {"ids": [each.id for each, _ in drifted], "sequences": [each.published_sequence for each, _ in drifted]}
    moved = set(session.execute(_DRIFTED, {**columns, "now": clock.now()}).scalars())
    for listing, believed in drifted:
        if listing.id in moved:
            name = listing.external_sku or listing.external_id
            said = f"{name} was told {listing.published_quantity}, and the channel believes {believed.quantity}."
            data = {"told": listing.published_quantity, "believed": believed.quantity}
            outbox.record(session, "listing.stock_drifted", ids.encode("lst", listing.id), said, data=data)
    for channel_id in sorted({listing.channel_id for listing, _ in drifted if listing.id in moved}):
        told = str(channel_id)
        enqueue(session, publish_stock.tell, same_as=told, integration_id=integration.id, channel_id=channel_id)
