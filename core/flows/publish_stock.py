"""What follows when stock, or demand for it, changed: backorders are promoted, and channels told what they may sell."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.catalog.models import BundleComponent, Channel, Listing, PublishState
from core.flows.channels.telling import keep_under_way, under_way
from core.flows.stock.backorders import promote
from core.integrations.models import Integration
from core.jobs.registry import enqueue, job
from core.stock.promise import UNLIMITED, Promise, less_listing, promised
from crossdock.channel import StockAnswer, StockLevelUpdate
from crossdock.errors import Pending, Rejected

if TYPE_CHECKING:
    from core.hub import Hub

_AT_ONCE = 500
"""Listings in one call to a channel."""

_PUBLISH = text(
    """
    update listings listing
    set published_quantity = changed.quantity, published_sequence = coalesce(listing.published_sequence, 0) + 1,
        published_at = :now,
        publish_state = case when changed.to_tell then 'PENDING' else listing.publish_state end
    from jsonb_to_recordset(cast(:changed as jsonb)) as changed(id bigint, quantity int, to_tell boolean)
    where listing.id = changed.id
    returning listing.id, listing.channel_id, coalesce(listing.external_sku, listing.external_id) as name,
              listing.published_quantity, listing.published_sequence
    """
)

# A lower sequence than the one published is a late answer: it may not speak for the newer figure.
_ANSWERED = text(
    """
    update listings listing
    set confirmed_quantity = case when answer.error is null then answer.quantity else listing.confirmed_quantity end,
        confirmed_sequence = case when answer.error is null then answer.sequence else listing.confirmed_sequence end,
        publish_error = case when answer.sequence < listing.published_sequence then listing.publish_error
                             else answer.error end,
        publish_state = case when answer.sequence < listing.published_sequence then listing.publish_state
                             when answer.error is null then 'CONFIRMED' else 'REJECTED' end
    from jsonb_to_recordset(cast(:answers as jsonb)) as answer(id bigint, quantity int, sequence bigint, error text)
    where listing.id = answer.id and answer.sequence > coalesce(listing.confirmed_sequence, 0)
    """
)


class Counted(NamedTuple):
    """Listings (ids) whose channel has changed its own figure: it took off what it sold, or put back what came back."""

    sold: Collection[int] = ()
    restocked: Collection[int] = ()

    def moved(self, listing: Listing, promise: Promise) -> bool:
        """Whether the channel may believe another figure than ours. Below nothing there is none."""
        return listing.id in self.restocked or (listing.id in self.sold and promise.available > 0)


_NOTHING_COUNTED = Counted()


@job("stock.changed", queue="stock", batch=200)
def stock_changed(hub: "Hub", batch: Sequence[dict[str, Any]]) -> None:
    """Promote backorders of what changed, then work out what each listing of it may sell now."""
    items = {item_id for arguments in batch for item_id in arguments["item_ids"]}
    counted = Counted(*(_listings(batch, name) for name in ("sold", "restocked")))
    with hub.transaction() as session:
        promote(session, items)
    with hub.transaction() as session:
        for channel_id, integration_id in republish(session, items, publishers(hub), counted):
            enqueue(session, tell, same_as=str(channel_id), integration_id=integration_id, channel_id=channel_id)


def _listings(batch: Sequence[dict[str, Any]], name: str) -> set[int]:
    return {listing_id for arguments in batch for listing_id in arguments.get(name, ())}


def publishers(hub: "Hub") -> set[str]:
    """Keys of the integrations that can be told of stock."""
    return set(hub.able("channel", "stock"))


def republish(
    session: Session, item_ids: Collection[int], told: Collection[str], counted: Counted = _NOTHING_COUNTED
) -> list[tuple[int, int]]:
    """Write what every listing of these items may sell, with the next sequence where it changed.

    Also of bundles that contain them. `told` are the integrations that are to be told; others keep the figures only.
    `counted` listings are told even where it did not: a figure that a cap holds is the same before a sale and after.
    Says which (channel, integration) have something to be told. Listings are locked before anything is computed, so
    that of two that do this at once the later knows more. Only what is told is an event: all else follows from others.
    """
    listings = _locked(session, item_ids)
    if not listings:
        return []
    figures = promised(session, [(listing.item_id, listing.channel_id) for listing in listings if listing.item_id])
    integrations = _integrations(session, {listing.channel_id for listing in listings}, told)
    changed = []
    for listing in listings:
        assert listing.item_id is not None
        promise = less_listing(figures[listing.item_id, listing.channel_id], buffer=listing.buffer, cap=listing.cap)
        to_tell = listing.channel_id in integrations
        drifted = to_tell and listing.publish_state is not PublishState.REJECTED and counted.moved(listing, promise)
        if promise.available != UNLIMITED and (drifted or promise.available != listing.published_quantity):
            changed.append({"id": listing.id, "quantity": promise.available, "to_tell": to_tell})
    if not changed:
        return []
    published = session.execute(_PUBLISH, {"changed": orjson.dumps(changed).decode(), "now": clock.now()}).all()
    for row in published:
        if row.channel_id in integrations:
            data = {"quantity": row.published_quantity, "sequence": row.published_sequence}
            message = f"{row.name} may sell {row.published_quantity}."
            outbox.record(session, "listing.stock_changed", ids.encode("lst", row.id), message, data=data)
    waiting = {row.channel_id for row in published} & integrations.keys()
    return [(channel_id, integrations[channel_id]) for channel_id in sorted(waiting)]


@job("stock.tell", queue="channels")
def tell(hub: "Hub", channel_id: int) -> None:
    """Tell a channel what it may sell, and write down how it answered. What it was told before, it may hear again.

    Raises Pending where the channel takes its time: the next run asks how that telling fared, before it tells more.
    """
    while True:
        with hub.transaction() as session:
            handle, key, updates = under_way(session, channel_id) or (None, *_due(session, channel_id))
        if not updates:
            return
        provider, context = hub.provider(key, "channel"), hub.context(key, handle=handle)
        try:
            answers = provider.publish_stock(context, list(updates.values()))
        except Pending as pending:
            with hub.transaction() as session:
                keep_under_way(session, channel_id, updates, pending.handle)
            raise
        except Rejected as error:
            answers = [StockAnswer(external_sku=update.external_sku, error=str(error)) for update in updates.values()]
        with hub.transaction() as session:
            note_answers(session, updates, answers)
            if handle is not None:
                keep_under_way(session, channel_id, {}, None)
        if handle is None and (len(answers) < len(updates) or len(updates) < _AT_ONCE):
            return


def note_answers(session: Session, updates: dict[int, StockLevelUpdate], answers: Sequence[StockAnswer]) -> None:
    """Write down how a channel took each update, by listing id; `answers` in the order of the updates."""
    session.flush()
    said = [
        {"id": listing_id, "quantity": update.quantity, "sequence": update.sequence, "error": answer.error}
        for (listing_id, update), answer in zip(updates.items(), answers, strict=False)
    ]
    session.execute(_ANSWERED, {"answers": orjson.dumps(said).decode()})


def _locked(session: Session, item_ids: Collection[int]) -> list[Listing]:
    bundles = select(BundleComponent.bundle_id).where(BundleComponent.item_id.in_(item_ids))
    query = (
        select(Listing)
        .where(Listing.item_id.in_(item_ids) | Listing.item_id.in_(bundles))
        .order_by(Listing.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session.scalars(query))


def _integrations(session: Session, channel_ids: Collection[int], told: Collection[str]) -> dict[int, int]:
    """The integration of each channel that can be told."""
    query = (
        select(Channel.id, Integration.id)
        .join(Integration, Integration.id == Channel.integration_id)
        .where(Channel.id.in_(channel_ids), Integration.enabled, Integration.key.in_(told))
    )
    return {row[0]: row[1] for row in session.execute(query)}


def _due(session: Session, channel_id: int) -> tuple[str, dict[int, StockLevelUpdate]]:
    """The integration's key, and what its channel has not answered yet, marked as sent."""
    key = session.scalar(
        select(Integration.key)
        .join(Channel, Channel.integration_id == Integration.id)
        .where(Channel.id == channel_id, Integration.enabled)
    )
    if key is None:
        return "", {}
    waiting = (
        select(Listing)
        .where(Listing.channel_id == channel_id, Listing.publish_state.in_([PublishState.PENDING, PublishState.SENT]))
        .order_by(Listing.id)
        .limit(_AT_ONCE)
        .with_for_update()
    )
    updates = {}
    for listing in session.scalars(waiting):
        assert listing.published_quantity is not None
        assert listing.published_sequence is not None
        listing.publish_state = PublishState.SENT
        updates[listing.id] = StockLevelUpdate(
            external_sku=listing.external_sku or listing.external_id,
            listing_id=listing.external_id,
            quantity=listing.published_quantity,
            sequence=listing.published_sequence,
        )
    return key, updates
