"""What lies in Amazon's queue and is not what it should be: kept for a person, and it holds up nothing behind it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.inbox.models import InboxMessage, InboxState
from core.integrations.models import SyncState
from core.jobs.models import Job
from plugins.amazon.sandbox import Store, queue
from plugins.amazon.sandbox.store import Message
from tests.plugins.stores import Desk


def put(store: Store, body: str) -> None:
    store.queue.append(Message(store.name("message"), body, clock.now()))


def test_messages_that_make_no_sense_are_set_aside_and_the_order_behind_them_is_read(
    desk: Desk, session: Session, store: Store
) -> None:
    desk.sync("subscribe")
    for body in ("", "<html>", "[]", '{"NotificationType": "ORDER_CHANGE"}', "x" * 5 * 1024 * 1024):
        put(store, body)
    queue.put(store, "ITEM_ABDUCTED", {"AmazonOrderId": "1"})
    queue.put(store, "ORDER_CHANGE", {"OrderChangeNotification": {"SellerId": "A3SELLER"}})
    order_id = store.place_order(("AMZ-1", 1))

    run = desk.sync("notifications")

    assert (run.state, run.seen, run.created, store.queue) == (SyncState.SUCCEEDED, 8, 8, [])
    states = list(session.scalars(select(InboxMessage.state).order_by(InboxMessage.id)))
    assert states == [InboxState.QUARANTINED] * 7 + [InboxState.APPLIED]
    assert asked_for(session) == [order_id]


def test_what_waited_in_the_queue_for_a_week_is_news_all_the_same_and_comes_once(
    desk: Desk, session: Session, store: Store
) -> None:
    desk.sync("subscribe")
    now, store.now = store.now, lambda: clock.now() - timedelta(days=7)
    order_id = store.place_order(("AMZ-1", 1))
    store.now = now
    for _ in range(2):
        put(store, store.queue[0].body)

    run = desk.sync("notifications")

    assert (run.seen, run.created, run.unchanged) == (3, 1, 2)
    assert asked_for(session) == [order_id]


def asked_for(session: Session) -> list[Any]:
    """Orders that are to be read."""
    rows = session.scalars(select(Job.arguments).where(Job.name == "channels.fetch_order"))
    return [arguments["external_id"] for arguments in rows]
