"""A world of eBay's: the plugin, its sandbox, and a wire between them that writes everything down."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from crossdock.testing.contract import find
from crossdock.testing.world import World
from tests.plugins.ebay.account import SETTINGS


@dataclass
class Recording(httpx2.BaseTransport):
    """Every exchange that went through."""

    inner: httpx2.BaseTransport
    exchanges: list[tuple[httpx2.Request, httpx2.Response]] = field(default_factory=list)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = self.inner.handle_request(request)
        self.exchanges.append((request, answer))
        return answer


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(find("channel", "ebay"), {"url": "http://127.0.0.1:9", **SETTINGS}, tmp_path)
    yield world
    world.close()


@pytest.fixture
def recording(world: World) -> Recording:
    recording = Recording(world.faults.inner)
    world.faults.inner = recording
    return recording
