"""A real store answers as the played one does. Runs only where there is one; reads and changes nothing."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from crossdock import Context, Integration, OrderWindow, Response
from crossdock.testing import a_context
from plugins.shopify.channel import ShopifyChannel
from plugins.shopify.settings import ShopifySettings

SHOP, TOKEN = os.environ.get("SHOPIFY_LIVE_SHOP"), os.environ.get("SHOPIFY_LIVE_TOKEN")
pytestmark = pytest.mark.skipif(not (SHOP and TOKEN), reason="SHOPIFY_LIVE_SHOP and SHOPIFY_LIVE_TOKEN are not set.")


class Plain:
    """HTTP as it is."""

    def __init__(self, client: httpx2.Client) -> None:
        self.client = client

    def request(self, method: str, url: str, **said: Any) -> Response:
        kept = {name: value for name, value in said.items() if name in {"params", "headers", "content", "json"}}
        return self.client.request(method, url, **kept)

    def observe(
        self, group: str = "", *, left: float | None = None, size: float | None = None, rate: float | None = None
    ) -> None:
        assert group == ""
        assert left is not None
        assert size
        assert rate


@pytest.fixture
def ctx(tmp_path: Path) -> Iterator[Context[ShopifySettings]]:
    settings = ShopifySettings.model_validate({"shop": SHOP, "access_token": TOKEN})
    with httpx2.Client(timeout=30) as client:
        yield a_context(settings, tmp_path, http=Plain(client), now=datetime.now(UTC))


def test_a_real_store_is_read(ctx: Context[ShopifySettings]) -> None:
    channel = ShopifyChannel(Integration("live", "shopify", ctx.settings))
    window = OrderWindow(since=ctx.now() - timedelta(days=30), until=ctx.now())

    assert all(found.message for found in channel.check(ctx))
    page = channel.fetch_orders(ctx, window)
    assert page.quarantined == ()
    assert [channel.map_order(raw).external_id for raw in page.orders] == [raw.external_id for raw in page.orders]
    channel.fetch_returns(ctx, window)
    channel.fetch_listings(ctx)
