"""Webhooks are verified, kept and answered; nothing of a caller without a valid signature is trusted."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from core.flows import inbox
from core.flows.channels.webhooks import Answer, Heard, hear, keep
from core.hub import Hub
from core.inbox.models import InboxMessage, InboxState
from core.integrations.models import Integration
from core.jobs.run import run_jobs
from core.orders.models import Order
from core.stock.models import StockMovement
from crossdock import About, WebhookEvent, WebhookRequest
from tests.builders import an_item
from tests.core.flows.channels.bazaar import Bazaar
from tests.core.flows.channels.sandbox import HUSH, Shop, signed, told
from tests.statements import counted

ADDRESS = "/webhooks/main-store"


def send(web: TestClient, said: Any, key: str = HUSH, **headers: str) -> int:
    body, signature = signed(said, key)
    return web.post(ADDRESS, content=body, headers={**signature, **headers}).status_code


def messages(session: Session) -> list[tuple[str, InboxState]]:
    session.rollback()
    rows = session.execute(select(InboxMessage.kind, InboxMessage.state).order_by(InboxMessage.id))
    return [(kind, state) for kind, state in rows]


def test_an_order_that_a_webhook_brings_becomes_ours(hub: Hub, session: Session, shop: Shop, web: TestClient) -> None:
    assert send(web, told(shop.sells("1001"), "e1")) == 200
    run_jobs(hub)

    assert session.scalars(select(Order.external_id)).all() == ["1001"]
    assert ("GET", "/orders/1001") not in shop.asked


def test_versions_told_twice_and_out_of_order_by_eight_at_once_are_one_order(
    hub: Hub, session: Session, shop: Shop, web: TestClient
) -> None:
    an_item(session, "TEA")
    session.commit()
    versions = [shop.sells("1001", 2, version=version).copy() for version in (1, 2, 3)]
    tellings = [versions[2], versions[0], versions[2], versions[1]] * 2

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda each: send(web, told(each[1], f"e{each[0]}")), enumerate(tellings)))
    run_jobs(hub)

    assert set(answers) == {200}
    (order,) = session.scalars(select(Order)).all()
    assert order.external_version == "3"
    reserved = select(func.count()).select_from(StockMovement).where(StockMovement.reason == "RESERVE")
    assert (session.scalar(reserved) or 0) <= 1
    assert session.scalar(text("select count(*) from events where name = 'order.created'")) == 1


@pytest.mark.parametrize("signature", ["", "0" * 64, "ä"])
def test_a_wrong_signature_is_answered_as_its_sender_expects_and_nothing_is_kept(
    hub: Hub, session: Session, shop: Shop, web: TestClient, signature: str
) -> None:
    body, _ = signed(told(shop.sells("1001"), "e1"))
    headers = {b"x-bazaar-signature": signature.encode()} if signature else {}

    assert web.post(ADDRESS, content=body, headers=headers).status_code == 412

    assert messages(session) == []
    counted = web.get("/metrics").text
    assert 'crossdock_webhooks_total{integration="main-store",outcome="untrusted"}' in counted


def test_a_webhook_for_nobody_and_one_too_large_are_refused(web: TestClient, session: Session) -> None:
    body, headers = signed(b"{}" + b" " * (2 * 1024 * 1024))

    assert web.post(ADDRESS, content=body, headers=headers).status_code == 413
    assert web.post("/webhooks/nobody", content=b"{}").status_code == 404
    assert web.put(ADDRESS, content=b"{}").status_code == 405
    assert messages(session) == []


def test_a_flood_of_unknown_addresses_asks_the_database_nothing(hub: Hub, web: TestClient) -> None:
    hub.refresh(now=True)

    with counted(hub.engine) as statements:
        answers = {web.post(f"/webhooks/nobody-{number}", content=b"{}").status_code for number in range(20)}

    assert (answers, statements) == ({404}, [])


def test_what_comes_at_once_is_kept_together_and_each_is_told_how_it_fared(
    hub: Hub, session: Session, shop: Shop
) -> None:
    said = [(f"100{number}", told(shop.sells(f"100{number}"), f"e{number}")) for number in range(8)]
    heard = [heard_as(hub, each) for _, each in said]
    assert keep(hub, heard[:1]) == [Answer(200)]

    with counted(hub.engine) as statements:
        answers = keep(hub, heard)
    assert answers == [Answer(200)] * 8
    assert len(statements) < 8

    spoilt = Heard("main-store", [WebhookEvent(topic="other", event_id="nul\0", about=About.OTHER)])
    assert [each.status for each in keep(hub, [spoilt, *heard])] == [500] + [200] * 8
    run_jobs(hub)
    assert set(session.scalars(select(Order.external_id))) == {name for name, _ in said}


def heard_as(hub: Hub, said: Any) -> Heard:
    body, headers = signed(said)
    request = WebhookRequest(
        method="POST", path=ADDRESS, query="", headers=headers, body=body, received_at=datetime.now(UTC)
    )
    (found,) = hear(hub, "main-store", [request])
    assert isinstance(found, Heard)
    return found


def test_a_challenge_is_solved(web: TestClient) -> None:
    answer = web.get(f"{ADDRESS}?challenge=abc")

    assert (answer.status_code, answer.text) == (200, "challenge=abc")


def test_a_signed_body_that_makes_no_sense_is_kept_and_read_again_once_the_plugin_is_mended(
    hub: Hub, session: Session, shop: Shop, web: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = {"subject": "order", "event": "e1", "at": datetime.now(UTC).isoformat(), "order": shop.sells("1001")}
    assert [send(web, odd), send(web, odd)] == [200, 200]
    assert messages(session) == [("webhook", InboxState.QUARANTINED)]

    read = Bazaar.parse_webhook
    monkeypatch.setattr(
        Bazaar,
        "parse_webhook",
        lambda self, settings, request: read(self, settings, _mended(request)),
    )
    inbox.replay(session, session.scalars(select(InboxMessage.id)).all())
    session.commit()
    run_jobs(hub)

    assert messages(session) == [("webhook", InboxState.APPLIED), ("order", InboxState.APPLIED)]
    assert session.scalars(select(Order.external_id)).all() == ["1001"]


def _mended(request: Any) -> Any:
    """What the mended plugin reads: it knows the other name of the topic. The signature is that of what came."""
    said = json.loads(request.body)
    body, headers = signed({**said, "topic": said["subject"]})
    return replace(request, body=body, headers=headers)


def test_an_unknown_topic_is_kept_for_a_person(session: Session, web: TestClient) -> None:
    said = {"topic": "weather", "event": "e1", "at": datetime.now(UTC).isoformat()}

    assert send(web, said) == 200

    assert messages(session) == [("event", InboxState.QUARANTINED)]


def test_a_replay_from_last_week_is_kept_and_not_acted_upon(
    hub: Hub, session: Session, shop: Shop, web: TestClient
) -> None:
    last_week = datetime.now(UTC) - timedelta(days=7)

    assert send(web, told(shop.sells("1001"), "e1", at=last_week)) == 200
    run_jobs(hub)

    assert messages(session) == [("event", InboxState.STALE)]
    assert session.scalars(select(Order.id)).all() == []


def test_an_event_without_the_order_has_it_fetched_once(
    hub: Hub, session: Session, shop: Shop, web: TestClient
) -> None:
    shop.sells("1001")
    said = {"topic": "order", "event": "e1", "at": datetime.now(UTC).isoformat(), "id": "1001"}

    assert [send(web, said), send(web, said), send(web, {**said, "event": "e2"})] == [200, 200, 200]
    run_jobs(hub)

    assert session.scalars(select(Order.external_id)).all() == ["1001"]
    assert shop.asked.count(("GET", "/orders/1001")) == 1


def test_access_that_is_taken_away_over_there_is_a_state_of_health(session: Session, web: TestClient) -> None:
    send(web, {"topic": "bye", "event": "e1", "at": datetime.now(UTC).isoformat()})

    (integration,) = session.scalars(select(Integration).where(Integration.key == "main-store"))
    assert integration.health == "DOWN"
    assert "Grant it again" in (integration.health_message or "")
