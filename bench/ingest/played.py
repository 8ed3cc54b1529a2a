"""Stores of three channels, played on loopback: what they tell is collected, and sent by whoever wants to."""

import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from core.plugins.find import find
from core.sandboxes.site import site
from core.sandboxes.stores import open_stores
from crossdock.sandbox import Desk, Ware
from plugins.amazon.sandbox.store import Store as Account
from plugins.ebay.sandbox.store import Store as Seller
from plugins.shopify.sandbox.bucket import Bucket
from plugins.shopify.sandbox.store import Store as Shop

CHANNELS = ("shopify", "ebay", "amazon")
PUBLIC = "https://hub.example.com"
"""What the stores call the hub; it has to be https."""
_LARGE: Mapping[str, Mapping[str, Any]] = {
    "shopify": {"plan": "enterprise"},
    "ebay": {"daily_calls": {"fulfillment": 100_000_000, "notification": 10_000_000, "inventory": 100_000_000}},
    "amazon": {"patch_up_to": 100},
}
"""Settings of accounts that may ask often: it is the hub that is watched, not its patience."""
_PLAN, _POINTS = 2_000, 100_000
"""So many times Amazon's usual plan, and so many of Shopify's points a second."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A webhook, signed as its channel signs."""

    channel: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(slots=True)
class LetterBox:
    """Webhooks that nobody has sent yet. hub: the port of the hub."""

    letters: list[Letter] = field(default_factory=list)
    hub: int = 0

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Keep a webhook for later. A challenge is asked at once, for the store waits for its answer."""
        if method == "POST":
            self.letters.append(Letter(url.rpartition("/")[2], headers, body))
            return 200
        place = url.replace(PUBLIC, f"http://127.0.0.1:{self.hub}")
        with urllib.request.urlopen(place, timeout=10) as answer:  # noqa: S310  # loopback
            return int(answer.status)

    def empty(self) -> list[Letter]:
        """Take all out."""
        taken, self.letters = self.letters, []
        return taken


@dataclass(frozen=True, slots=True)
class Played:
    """settings: with which a hub reaches each, desks: what people do there, by channel. box: what they told."""

    shop: Shop
    account: Account
    seller: Seller
    settings: Mapping[str, Mapping[str, Any]]
    desks: Mapping[str, Desk]
    box: LetterBox


@contextmanager
def played(wares: Sequence[Ware], *, around: Callable[[ASGIApp], ASGIApp] = lambda app: app) -> Iterator[Played]:
    """The three stores with these wares, open until the block ends. `around` is between them and whoever asks."""
    box = LetterBox()
    with socket.create_server(("127.0.0.1", 0)) as place:
        at = f"http://127.0.0.1:{place.getsockname()[1]}"
        stores = open_stores(find(), at=at, send=box, wares=wares, run=0, names=CHANNELS)
        apps = {each.name: each.app for each in stores}
        account, shop = apps["amazon"].state.store, apps["shopify"].state.store
        account.plan, account.feed_takes, shop.bucket = _PLAN, timedelta(0), Bucket(_POINTS)
        box.empty()
        with _served(around(site(stores, wares, run=0)), place):
            settings = {each.name: {**each.settings, **_LARGE[each.name]} for each in stores}
            desks = {name: app.desk for name, app in apps.items()}
            yield Played(shop, account, apps["ebay"].store, settings, desks, box)


@contextmanager
def _served(app: ASGIApp, place: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [place]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join()
