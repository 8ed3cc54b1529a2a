"""A look at a real account, which changes nothing there. It runs where its credentials are in the environment."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from crossdock import Integration, OrderWindow, Response
from crossdock.testing import Purse, a_context
from plugins.ebay.channel import Ebay
from plugins.ebay.settings import EbaySettings

NEEDED = ("client_id", "client_secret", "refresh_token")
ALSO = ("marketplace_id", "environment", "signing_key", "signing_jwe", "url")
GIVEN = {name: value for name in (*NEEDED, *ALSO) if (value := os.environ.get(f"EBAY_LIVE_{name.upper()}", ""))}


class Plain:
    """HTTP as it is."""

    def __init__(self, client: httpx2.Client) -> None:
        self.client = client

    def request(self, method: str, url: str, **said: Any) -> Response:
        kept = {name: value for name, value in said.items() if name in {"params", "headers", "content", "json"}}
        return self.client.request(method, url, **kept)

    def observe(self, group: str = "", **_known: float | None) -> None:
        assert isinstance(group, str)


@pytest.mark.skipif(not set(NEEDED) <= set(GIVEN), reason="No EBAY_LIVE_* credentials are in the environment.")
def test_a_real_account_answers(tmp_path: Path) -> None:
    settings = EbaySettings.model_validate(GIVEN)
    channel = Ebay(Integration("live", "ebay", settings))
    now = datetime.now(UTC)

    with httpx2.Client(timeout=30) as client:
        ctx = a_context(settings, tmp_path, http=Plain(client), tokens=Purse())
        found = channel.check(ctx)
        page = channel.fetch_orders(ctx, OrderWindow(since=now - timedelta(days=7), until=now))

    assert [each.message for each in found if not each.ok] == []
    assert not page.quarantined
    for raw in page.orders:
        channel.map_order(raw)
