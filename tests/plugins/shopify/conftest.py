"""A played store, asked in process."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from crossdock import Context, Integration, OutcomeUnknown, Response, Stage
from crossdock.testing import Purse, a_context
from plugins.shopify.channel import ShopifyChannel
from plugins.shopify.sandbox.app import app_of
from plugins.shopify.sandbox.store import Store
from plugins.shopify.settings import ShopifySettings

HUSH = "hush"
"""What the store signs webhooks with."""
SETTINGS: dict[str, Any] = {
    "shop": "acme.myshopify.com",
    "access_token": "shpat_right",
    "webhook_secret": HUSH,
    "plan": "enterprise",
    "url": "http://127.0.0.1:9",
}
ADDRESS = "https://hub.example.com/webhooks/main-store"


class Clock:
    """Time that the test moves."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 20, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)


class Wire:
    """HTTP to the store in this process. `lost`: how many answers to acts do not arrive."""

    def __init__(self, client: TestClient) -> None:
        self.client, self.lost = client, 0
        self.seen: list[dict[str, float | None]] = []

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        json: Any = None,
        group: str = "",  # noqa: ARG002  # there is no bucket in between
        cost: float = 1,  # noqa: ARG002
        reads: bool | None = None,
    ) -> Response:
        answer = self.client.request(method, url, params=params, headers=headers, content=content, json=json)
        if self.lost and not reads:
            self.lost -= 1
            raise OutcomeUnknown("It did not answer.")
        return answer

    def observe(self, _group: str = "", **said: float | None) -> None:
        self.seen.append(dict(said))


@pytest.fixture
def now() -> Clock:
    return Clock()


@pytest.fixture
def told() -> list[tuple[str, Mapping[str, str], bytes]]:
    """What the store sent by itself: (address, headers, body)."""
    return []


@pytest.fixture
def settings() -> ShopifySettings:
    return ShopifySettings.model_validate(SETTINGS)


@pytest.fixture
def store(settings: ShopifySettings, now: Clock, told: list[tuple[str, Mapping[str, str], bytes]]) -> Store:
    def send(_method: str, url: str, headers: Mapping[str, str], body: bytes) -> int:
        told.append((url, headers, body))
        return 200

    store = Store(settings, Stage(url=SETTINGS["url"], send=send, now=now))
    store.add_product("TEA", "10.00")
    store.add_product("MUG", "12.00")
    return store


@pytest.fixture
def wire(store: Store) -> Iterator[Wire]:
    with TestClient(app_of(store), base_url=SETTINGS["url"]) as client:
        yield Wire(client)


@pytest.fixture
def channel(settings: ShopifySettings) -> ShopifyChannel:
    return ShopifyChannel(Integration("main-store", "shopify", settings))


@pytest.fixture
def ctx(settings: ShopifySettings, wire: Wire, now: Clock, tmp_path: Path) -> Callable[..., Context[ShopifySettings]]:
    """Surroundings of one call; facts as in `a_context`."""
    purse = Purse()

    def make(**facts: Any) -> Context[ShopifySettings]:
        given = {"now": now(), "http": wire, "tokens": purse, "integration": "main-store", "address": ADDRESS, **facts}
        return a_context(given.pop("settings", settings), tmp_path, **given)

    return make
