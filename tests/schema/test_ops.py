"""/readyz and /metrics: what an operator's probes and Prometheus see."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.config import Config
from core.hub import Hub, open_hub
from core.jobs.registry import enqueue
from schema import ops
from tests.core.jobs.work import note_it


@pytest.fixture
def client(hub: Hub) -> Iterator[TestClient]:
    with TestClient(ops.CountRequests(Starlette(routes=ops.routes(hub)))) as client:
        yield client


def test_a_hub_is_ready_when_all_is_well(client: TestClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "checks": {"database": "ok", "broker": "ok", "migrations": "ok"}}


def test_missing_migrations_are_told_with_their_mend(client: TestClient, hub: Hub) -> None:
    with hub.engine.begin() as connection:
        head = connection.execute(text("select version_num from alembic_version")).scalar_one()
        connection.execute(text("update alembic_version set version_num = '0001'"))
    try:
        answer = client.get("/readyz")
    finally:
        with hub.engine.begin() as connection:
            connection.execute(text("update alembic_version set version_num = :head"), {"head": head})
    assert answer.status_code == 503
    assert "run `crossdock migrate`" in answer.json()["checks"]["migrations"]


def test_a_broker_that_does_not_answer_is_told(config: Config, database_url: str) -> None:
    hub = open_hub(config.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"}), database_url, plugins=False)
    with TestClient(Starlette(routes=ops.routes(hub))) as client:
        answer = client.get("/readyz")
    hub.close()
    assert answer.status_code == 503
    assert answer.json()["checks"]["broker"].startswith("It does not answer")
    assert answer.json()["checks"]["database"] == "ok"


def test_metrics_tell_how_queues_stand_and_what_was_answered(client: TestClient, hub: Hub) -> None:
    with hub.transaction() as session:
        enqueue(session, note_it, what="one")
    client.get("/readyz")
    lines = client.get("/metrics").text.splitlines()
    assert 'crossdock_jobs{queue="orders",state="pending"} 1.0' in lines
    assert 'crossdock_jobs{queue="ledger",state="failed"} 0.0' in lines
    assert any(line.startswith('crossdock_outbox_lag_seconds{queue="orders"}') for line in lines)
    counted = 'crossdock_http_requests_total{method="GET",place="/readyz",status="2xx"}'
    assert any(line.startswith(counted) for line in lines)
