"""A look at a real account, which changes nothing there. It runs where its credentials are in the environment."""

import os
from pathlib import Path

import httpx2
import pytest

from crossdock import Integration
from crossdock.testing import Purse, a_context
from plugins.amazon.channel import AmazonChannel
from plugins.amazon.settings import AmazonSettings
from tests.plugins.amazon.account import Wire

NAMES = ("seller_id", "marketplace_id", "region", "client_id", "client_secret", "refresh_token")
GIVEN = {name: os.environ.get(f"AMAZON_LIVE_{name.upper()}", "") for name in NAMES}

ELSEWHERE = {"url": url} if (url := os.environ.get("AMAZON_LIVE_URL")) else {}


@pytest.mark.skipif(not all(GIVEN.values()), reason="No AMAZON_LIVE_* credentials are in the environment.")
def test_a_real_account_answers(tmp_path: Path) -> None:
    said = {name: value for name, value in GIVEN.items() if name != "marketplace_id"} | ELSEWHERE
    settings = AmazonSettings.model_validate({**said, "marketplace_ids": [GIVEN["marketplace_id"]]})
    channel = AmazonChannel(Integration("live", "amazon", settings))

    with httpx2.Client(timeout=30) as client:
        ctx = a_context(settings, tmp_path, http=Wire(client), tokens=Purse())
        found = channel.check(ctx)
        listings = channel.fetch_listings(ctx)

    assert [each.message for each in found if not each.ok] == []
    assert not listings.quarantined
