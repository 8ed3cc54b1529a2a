"""What comes to eBay's address and is not what it should be: answered as eBay expects, counted, nothing trusted."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from core.hub import Hub
from core.inbox.models import InboxMessage, InboxState
from core.jobs.models import Job
from plugins.ebay.sandbox.notices import letter
from plugins.ebay.sandbox.store import Store
from plugins.ebay.wire import spoken
from tests.plugins.ebay.test_hub import KEY
from tests.plugins.ebay.test_hub import hub as hub
from tests.plugins.ebay.test_hub import post as post
from tests.plugins.ebay.test_hub import remote as remote
from tests.plugins.ebay.test_hub import store as store
from tests.plugins.ebay.test_hub import web as web


def send(web: TestClient, body: bytes, headers: Mapping[str, str]) -> int:
    return web.post(f"/webhooks/{KEY}", content=body, headers=dict(headers)).status_code


def told(topic: str, name: str, *, at: datetime | None = None, **data: Any) -> bytes:
    return letter(topic, name, spoken(at or datetime.now(UTC)), data)


def kept(session: Session) -> list[tuple[str, InboxState]]:
    session.rollback()
    rows = session.execute(select(InboxMessage.kind, InboxMessage.state).order_by(InboxMessage.id))
    return [(kind, state) for kind, state in rows]


def asked_for(session: Session) -> list[str]:
    """Orders that are to be read."""
    rows = session.scalars(select(Job.arguments).where(Job.name == "channels.fetch_order"))
    return [arguments["external_id"] for arguments in rows]


def test_what_is_not_signed_right_leaves_nothing_behind(
    hub: Hub, session: Session, store: Store, web: TestClient
) -> None:
    body = told("ORDER_CONFIRMATION", "n-1", orderId="1")
    right = store.signer.headers(body)
    of_another = store.signer.headers(told("ORDER_CONFIRMATION", "n-2", orderId="2"))
    large = body + b" " * (5 * 1024 * 1024)

    assert send(web, body, {}) == send(web, body, of_another) == 412
    assert send(web, body, {"x-ebay-signature": "nonsense"}) == 412
    assert send(web, large, store.signer.headers(large)) == 413
    assert (kept(session), asked_for(session)) == ([], [])

    assert send(web, body, right) == 200
    assert asked_for(session) == ["1"]
    counted = web.get("/metrics").text
    assert f'crossdock_webhooks_total{{integration="{KEY}",outcome="untrusted"}} 3.0' in counted


def test_what_is_signed_and_makes_no_sense_is_kept_for_a_person_and_what_is_old_is_no_news(
    hub: Hub, session: Session, store: Store, web: TestClient
) -> None:
    old = told("ORDER_CONFIRMATION", "n-1", at=datetime.now(UTC) - timedelta(days=7), orderId="1")
    unknown = told("ITEM_ABDUCTED", "n-2", orderId="1")
    nonsense = json.dumps({"metadata": {"topic": "ORDER_CONFIRMATION"}, "notification": 7}).encode()

    for body in (old, unknown, nonsense):
        assert send(web, body, store.signer.headers(body)) == 200

    assert kept(session) == [
        ("event", InboxState.STALE),
        ("event", InboxState.QUARANTINED),
        ("webhook", InboxState.QUARANTINED),
    ]
    assert asked_for(session) == []


def test_a_new_key_is_asked_for_once_however_many_need_it_at_once(
    hub: Hub, session: Session, store: Store, web: TestClient
) -> None:
    bodies = [told("ORDER_CONFIRMATION", f"n-{number}", orderId=f"{number}") for number in range(16)]

    with ThreadPoolExecutor(16) as senders:
        answers = set(senders.map(lambda body: send(web, body, store.signer.headers(body)), bodies))

    assert answers == {200}
    assert len(asked_for(session)) == 16
