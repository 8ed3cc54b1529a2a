"""A bucket gives no more than it holds, whoever asks, and the urgent come first; in Valkey and without it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from core.integrations.buckets import Buckets, Lane, LocalBuckets, SharedBuckets, lane_of
from crossdock import RateLimit

SLOW = RateLimit(size=5, rate=0.001)


@pytest.fixture(params=["shared", "local"])
def buckets(request: pytest.FixtureRequest, redis_url: str) -> Iterator[Buckets]:
    if request.param == "local":
        yield LocalBuckets()
        return
    with redis.Redis.from_url(redis_url) as client:
        yield SharedBuckets(client)


def take(buckets: Buckets, lane: Lane = Lane.REST, cost: float = 1, limit: RateLimit = SLOW) -> float:
    return buckets.take("shop", limit, cost, lane)


def test_it_gives_what_it_holds_and_then_says_how_long_to_wait(buckets: Buckets) -> None:
    assert [take(buckets) for _ in range(5)] == [0.0] * 5

    assert take(buckets) == pytest.approx(1000, rel=0.05)
    assert buckets.take("another", SLOW, 1, Lane.REST) == 0.0


def test_many_callers_at_once_get_no_more_than_that(buckets: Buckets) -> None:
    with ThreadPoolExecutor(16) as threads:
        waits = list(threads.map(lambda _: take(buckets), range(60)))

    assert waits.count(0.0) == 5


def test_a_request_takes_what_it_costs_and_one_above_the_size_takes_all(buckets: Buckets) -> None:
    assert take(buckets, cost=3) == 0.0
    assert take(buckets, cost=3) > 0
    assert buckets.take("other", SLOW, 50, Lane.REST) == 0.0


def test_while_somebody_urgent_waits_the_others_get_none(buckets: Buckets) -> None:
    limit = RateLimit(size=1, rate=1_000)
    take(buckets, limit=RateLimit(size=1, rate=0.001))
    assert take(buckets, Lane.CANCEL, limit=RateLimit(size=1, rate=0.001)) > 0

    waits = [take(buckets, lane, limit=limit) for lane in (Lane.REST, Lane.STOCK, Lane.TRACKING)]

    assert all(wait > 0 for wait in waits)
    assert _soon(lambda: take(buckets, Lane.CANCEL, limit=limit)) == 0.0
    assert _soon(lambda: take(buckets, Lane.TRACKING, limit=limit)) == 0.0


def test_what_the_other_side_says_of_it_holds(buckets: Buckets) -> None:
    buckets.observe("shop", "", left=2, size=40, rate=None)

    assert [take(buckets) == 0.0 for _ in range(3)] == [True, True, False]


def test_a_pause_is_kept_by_all_and_of_one_group_by_that_group(buckets: Buckets) -> None:
    buckets.block("shop", "feeds", 500)
    assert take(buckets, limit=RateLimit(size=5, rate=1, group="feeds")) == pytest.approx(500, abs=5)
    assert take(buckets) == 0.0

    buckets.block("shop", None, 300)
    assert take(buckets, Lane.CANCEL) == pytest.approx(300, abs=5)


def test_without_valkey_each_process_counts_by_itself() -> None:
    with redis.Redis.from_url("redis://127.0.0.1:1/0") as client:
        buckets = SharedBuckets(client)

        assert [take(buckets) == 0.0 for _ in range(6)] == [True] * 5 + [False]
        buckets.observe("shop", "", left=1, size=None, rate=None)
        assert [take(buckets) == 0.0 for _ in range(2)] == [True, False]


def test_verbs_have_their_lanes() -> None:
    lanes = [lane_of(verb) for verb in ("accept_cancel", "confirm_shipment", "publish_stock", "fetch_orders")]

    assert lanes == [Lane.CANCEL, Lane.TRACKING, Lane.STOCK, Lane.REST]


def _soon(look: Callable[[], float]) -> float:
    """Its answer once it is 0, or the last of many."""
    return next((wait for wait in (look() for _ in range(10_000)) if wait == 0.0), 1.0)
