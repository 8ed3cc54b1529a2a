"""What operators learn of operations: their names in metrics, and the slow ones in the log."""

from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client import REGISTRY
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from core import metrics
from schema.engine.engine import Engine
from tests.schema.http.shops import KEY, a_shop


@pytest.fixture
def client(shop_url: str, reader: Engine) -> Iterator[TestClient]:
    with a_shop(shop_url, reader, slow=0) as client:
        yield client


def post(client: TestClient, query: str, **variables: Any) -> Any:
    return client.post("/graphql", json={"query": query, "variables": variables}, headers=KEY)


def counted(operation: str, outcome: str) -> float:
    labels = {"operation": operation, "outcome": outcome}
    return REGISTRY.get_sample_value("crossdock_graphql_operations_total", labels) or 0


def test_a_slow_operation_is_logged_by_name_with_what_it_cost_and_without_its_variables(client: TestClient) -> None:
    query = "query Slow($n: String) { order(number: $n) { number } orders(first: 3) { nodes { id } } }"
    with capture_logs() as entries:
        answer = post(client, query, n="N1-very-private")

    (entry,) = [entry for entry in entries if entry["event"] == "graphql.slow"]
    assert entry["operation"] == "Slow"
    assert entry["outcome"] == "ok"
    assert entry["cost"] == 4
    assert entry["statements"] == 2
    assert entry["caller"] == "sesame"
    assert entry["seconds"] >= 0
    assert entry["request_id"] == answer.headers["x-request-id"]
    assert "private" not in str(entries)


def test_a_quick_operation_is_not_logged(shop_url: str, reader: Engine) -> None:
    with a_shop(shop_url, reader, slow=30) as client, capture_logs() as entries:
        post(client, "query Quick { hello }")

    assert entries == []


def test_operations_are_counted_by_their_name_and_how_they_ended(client: TestClient) -> None:
    before = counted("Counted", "ok"), counted("Counted", "failed"), counted("other", "refused")

    post(client, "query Counted { hello }")
    post(client, "query Counted { broken }")
    post(client, "query Refused { nope }")
    post(client, "query RefusedToo { orders(first: 250) { nodes { channel { orders(first: 250) { totalCount } } } } }")

    after = counted("Counted", "ok"), counted("Counted", "failed"), counted("other", "refused")
    assert [new - old for old, new in zip(before, after, strict=True)] == [1, 1, 2]
    assert counted("Refused", "refused") == counted("RefusedToo", "refused") == 0


def test_names_are_the_callers_own_and_so_only_the_first_few_hundred_count(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metrics, "_names", {"Known"})
    monkeypatch.setattr(metrics, "_MOST_NAMES", 2)
    before = counted("other", "ok")

    for name in ("Known", "New", "Newer", "Newest"):
        post(client, f"query {name} {{ hello }}")

    assert counted("other", "ok") - before == 2
    assert counted("Newest", "ok") == 0
