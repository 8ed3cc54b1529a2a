"""Orders that somebody said something of are read together; one that cannot be read holds up no other."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from core.flows import integrations
from core.flows.channels import fetch
from core.hub import Hub
from core.inbox.models import InboxMessage, InboxState
from core.integrations.models import Integration
from core.jobs import failed
from core.jobs.models import FailedJob, Job
from core.jobs.run import run_jobs, run_next
from core.orders.models import Order
from tests.core.flows.channels.sandbox import HUSH, Shop, signed
from tests.hubs import loaded
from tests.statements import counted


def say(web: TestClient, *numbers: str) -> None:
    """Webhooks that name orders and do not hold them."""
    for number in numbers:
        said = {"topic": "order", "event": f"e-{number}", "at": datetime.now(UTC).isoformat(), "id": number}
        body, headers = signed(said, HUSH)
        assert web.post("/webhooks/main-store", content=body, headers=headers).status_code == 200


def ours(session: Session) -> list[str | None]:
    session.rollback()
    return list(session.scalars(select(Order.external_id).order_by(Order.external_id)))


def waits(session: Session) -> dict[str, int]:
    """Orders that are to be read, with the attempts that were counted."""
    rows = session.execute(select(Job.arguments, Job.attempts).where(Job.name == "channels.fetch_order"))
    return {arguments["external_id"]: attempts for arguments, attempts in rows}


def test_twelve_orders_are_read_by_few_more_statements_than_one(
    hub: Hub, session: Session, shop: Shop, web: TestClient
) -> None:
    costs = []
    for some in (["1"], [f"1{number:02}" for number in range(12)]):
        for number in some:
            shop.sells(number)
        say(web, *some)
        with counted(hub.engine) as statements:
            run_jobs(hub)
        costs.append(len(statements))

    assert len(ours(session)) == 13
    assert costs[1] < costs[0] * 2


def test_an_order_that_cannot_be_read_waits_and_the_others_are_here(
    hub: Hub, session: Session, shop: Shop, web: TestClient
) -> None:
    for number in ("1001", "1002", "1003", "1004"):
        shop.sells(number)
    shop.faults = {"/orders/1002": ["500"], "/orders/1003": ["html"]}
    say(web, "1001", "1002", "1003", "1004", "unknown")

    run_jobs(hub)

    assert ours(session) == ["1001", "1004"]
    assert waits(session) == {"1002": 1}
    (senseless,) = session.scalars(select(InboxMessage).where(InboxMessage.kind == fetch.UNREADABLE))
    assert (senseless.external_id, senseless.state) == ("1003", InboxState.QUARANTINED)


def test_an_order_that_the_channel_refuses_to_tell_waits_for_a_person_and_is_read_when_it_is_replayed(
    hub: Hub, session: Session, shop: Shop, web: TestClient
) -> None:
    for number in ("1001", "1002"):
        shop.sells(number)
    shop.faults = {"/orders/1002": ["422"]}
    say(web, "1001", "1002", "unknown")

    run_jobs(hub)

    assert ours(session) == ["1001"]
    (refused,) = session.scalars(select(FailedJob))
    assert (refused.job, refused.arguments["external_id"], refused.attempts) == ("channels.fetch_order", "1002", 1)
    failed.replay(session, [refused.id])
    session.commit()
    run_jobs(hub)
    assert ours(session) == ["1001", "1002"]


def test_what_a_turn_had_no_time_for_waits_and_no_attempt_is_counted(
    hub: Hub, session: Session, shop: Shop, web: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in ("1001", "1002"):
        shop.sells(number)
    say(web, "1001", "1002")
    monkeypatch.setattr(fetch, "_TURN_SECONDS", 0)

    assert run_next(hub, "channels", "me") == 2
    assert waits(session) == {"1001": 0, "1002": 0}

    monkeypatch.setattr(fetch, "_TURN_SECONDS", 60)
    run_jobs(hub)
    assert ours(session) == ["1001", "1002"]


def test_an_integration_that_another_process_made_a_moment_ago_is_known_when_it_is_needed(
    hub: Hub, session: Session, shop: Shop
) -> None:
    hub.refresh(now=True)
    other = Hub(hub.config, hub.engine, loaded(hub.config, bazaar="tests.core.flows.channels.bazaar"))
    config = {"url": shop.url, "client_secret": "first"}
    integrations.create(other, "bazaar", "second-store", config)
    shop.sells("1001")
    integration = session.scalars(select(Integration).where(Integration.key == "second-store")).one()
    fetch.later(session, integration, "1001")
    session.commit()

    run_jobs(hub)

    assert ours(session) == ["1001"]
