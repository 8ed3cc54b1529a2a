"""Having eBay tell us, when two processes see to it at once."""

from collections.abc import Sequence
from typing import Any

import httpx2
import pytest

from crossdock import Rejected, Subscription
from crossdock.testing.world import World

_ROOT = "/commerce/notification/v1"


class Overtaken(httpx2.BaseTransport):
    """Before what is made with one path gets there, another process sees to everything."""

    def __init__(self, inner: httpx2.BaseTransport, path: str, world: World) -> None:
        self.inner, self.path, self.world = inner, path, world
        self.refused: list[int] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        path, self.path = self.path, self.path if request.url.path != self.path or request.method != "POST" else ""
        if path and not self.path:
            self.world.ask("subscribe")
        answer = self.inner.handle_request(request)
        if answer.status_code >= 400:
            self.refused.append(answer.status_code)
        return answer


@pytest.mark.parametrize("path", [f"{_ROOT}/destination", f"{_ROOT}/subscription"])
def test_what_another_process_has_just_made_is_taken_as_ours(world: World, path: str) -> None:
    between = world.faults.inner = Overtaken(world.faults.inner, path, world)

    topics: Sequence[Subscription] = world.ask("subscribe")

    store: Any = world.remote.store
    assert set(between.refused) == {409}
    assert all(each.active for each in topics)
    assert [each.external_id for each in topics] == list(store.subscriptions)
    assert len(store.destinations) == 1


def test_an_address_that_does_not_answer_ebay_is_refused_as_before(world: World) -> None:
    store: Any = world.remote.store
    store.stage = type(store.stage)(url=store.stage.url, send=lambda *_: 500, now=store.stage.now)

    with pytest.raises(Rejected, match="challenge"):
        world.ask("subscribe")
