"""What comes to Shopify's address and is not what it should be: answered as Shopify expects, counted, not trusted."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from core.hub import Hub
from core.inbox.models import InboxMessage, InboxState
from core.jobs.models import Job
from plugins.shopify.sandbox.hooks import signed
from plugins.shopify.sandbox.store import Store
from tests.plugins.shopify.test_hub import KEY
from tests.plugins.shopify.test_hub import hub as hub
from tests.plugins.shopify.test_hub import live as live
from tests.plugins.shopify.test_hub import post as post
from tests.plugins.shopify.test_hub import remote as remote
from tests.plugins.shopify.test_hub import web as web


def send(web: TestClient, live: Store, body: bytes, topic: str = "orders/create", **headers: str) -> int:
    given = signed(live, topic, body, live.new("Webhook")) | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    said = {name: value for name, value in given.items() if value}
    return web.post(f"/webhooks/{KEY}", content=body, headers=said).status_code


def kept(session: Session) -> list[tuple[str, InboxState]]:
    session.rollback()
    rows = session.execute(select(InboxMessage.kind, InboxMessage.state).order_by(InboxMessage.id))
    return [(kind, state) for kind, state in rows]


def asked_for(session: Session) -> list[Any]:
    """Orders that are to be read."""
    rows = session.scalars(select(Job.arguments).where(Job.name == "channels.fetch_order"))
    return [arguments["external_id"] for arguments in rows]


def test_what_is_not_signed_right_leaves_nothing_behind(
    hub: Hub, session: Session, live: Store, web: TestClient
) -> None:
    body = json.dumps({"id": 7}).encode()
    of_another = signed(live, "orders/create", b'{"id": 8}', "w")["x-shopify-hmac-sha256"]

    assert send(web, live, body, x_shopify_hmac_sha256="") == 401
    assert send(web, live, body, x_shopify_hmac_sha256="nonsense") == 401
    assert send(web, live, body, x_shopify_hmac_sha256=of_another) == 401
    assert send(web, live, body + b" " * (5 * 1024 * 1024)) == 413
    assert (kept(session), asked_for(session)) == ([], [])

    assert send(web, live, body) == 200
    assert asked_for(session) == ["gid://shopify/Order/7"]
    counted = web.get("/metrics").text
    assert f'crossdock_webhooks_total{{integration="{KEY}",outcome="untrusted"}} 3.0' in counted


def test_what_is_signed_and_makes_no_sense_is_kept_for_a_person_and_what_is_old_is_no_news(
    hub: Hub, session: Session, live: Store, web: TestClient
) -> None:
    last_week = (datetime.now(UTC) - timedelta(days=7)).isoformat()

    assert send(web, live, b'{"id": 7}', x_shopify_triggered_at=last_week) == 200
    assert send(web, live, b'{"id": 7}', "orders/abducted") == 200
    assert send(web, live, b'{"id": "seven"}') == 200

    assert kept(session) == [
        ("event", InboxState.STALE),
        ("event", InboxState.QUARANTINED),
        ("webhook", InboxState.QUARANTINED),
    ]
    assert asked_for(session) == []
