"""Case 4: webhooks twice and out of order, from eight connections at once; webhooks lost for an hour."""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bench.ingest.played import CHANNELS
from core import clock
from tests.acceptance.stores.mall import Mall
from tests.acceptance.timeline import ends_well, told, units

pytestmark = pytest.mark.long

RUNS = """
query { syncRuns(first: 50) { nodes { integration { key } job state seen created missed } } }
"""


@pytest.fixture
def an_hour_later() -> Iterator[Callable[[], None]]:
    """Moves the clock of the hub and of the stores on, until the test is over."""
    hour = timedelta(hours=1)
    yield lambda: clock.shift(hour)
    clock.shift(-hour)


@pytest.mark.parametrize("store", CHANNELS)
def test_what_is_told_many_times_at_once_is_one_order_in_its_newest_state(mall: Mall, store: str) -> None:
    mall.opens(MUG=10)
    desk, queue = mall.desk(store), mall.stores.account.queue
    kept, dropped = desk.sell("MUG", 2), desk.sell("MUG", 3)
    desk.act("cancel", dropped)
    letters = mall.stores.box.empty() * 4
    random.Random(4).shuffle(letters)  # noqa: S311  # the same disorder in every run
    queue[:] = [*reversed(queue), *queue]

    mall.post(letters, at_once=8)
    mall.hears()

    first, second = mall.order(store, kept), mall.order(store, dropped)
    assert (first["status"], second["status"]) == ("PROCESSING", "CANCELLED")
    assert (units(first), units(second)) == ([("MUG", 0, 0, 2, 0, 0)], [("MUG", 0, 0, 0, 0, 3)])
    assert mall.level() == (10, 2, 8)
    assert [told(first).count(name) for name in ("order.created", "order.routed")] == [1, 1]
    assert {mall.offered(name) for name in CHANNELS} == {8}
    ends_well(mall.api, mall.hub)


@pytest.mark.parametrize("store", CHANNELS)
def test_the_sweep_finds_what_no_webhook_told_and_says_so(
    mall: Mall, an_hour_later: Callable[[], None], store: str
) -> None:
    mall.opens(MUG=10)
    mall.sync("sweep", store)
    sold = [mall.desk(store).sell("MUG", 1) for _ in range(3)]
    mall.stores.box.empty()
    mall.stores.account.queue.clear()
    an_hour_later()

    mall.sync("sweep", store)
    mall.run()

    assert {mall.order(store, each)["status"] for each in sold} == {"PROCESSING"}
    runs = mall.api(RUNS)["syncRuns"]["nodes"]
    swept = next(run for run in runs if (run["integration"]["key"], run["job"]) == (store, "sweep"))
    assert (swept["state"], swept["created"], swept["missed"]) == ("SUCCEEDED", 3, 3)
    assert mall.level() == (10, 3, 7)
    ends_well(mall.api, mall.hub)
