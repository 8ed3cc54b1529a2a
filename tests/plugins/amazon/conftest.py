"""An account with a sandbox of its own; and a hub with one on loopback."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core.config import Config
from core.hub import Hub
from core.stock.models import Location
from crossdock import Integration, Stage
from plugins.amazon.sandbox import Store, make_sandbox
from plugins.amazon.settings import AmazonSettings
from tests.builders import a_level, a_location, an_item
from tests.plugins.amazon.account import SETTINGS, Account, an_account
from tests.plugins.stores import Between, Desk, hub_with, served

KEY = "marketplace"


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return an_account(tmp_path)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A free port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        yield free


@pytest.fixture
def settings(listener: socket.socket) -> AmazonSettings:
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    return AmazonSettings(**{**SETTINGS, "url": url, "queue_url": f"{url}/0/orders"})


@pytest.fixture
def between(settings: AmazonSettings) -> Between:
    """The sandbox, and what spoils its answers; feeds and reports take no time."""
    stage = Stage(url=settings.endpoint, send=lambda *_: 200, now=lambda: datetime.now(UTC))
    app = make_sandbox(Integration(KEY, "amazon", settings), stage)
    app.state.store.feed_takes = timedelta(0)
    return Between(app)


@pytest.fixture
def store(listener: socket.socket, between: Between) -> Iterator[Store]:
    """The account, open until the test is over."""
    with served(listener, between):
        yield between.app.state.store  # type: ignore[attr-defined]  # a Sandbox, which is more than an ASGI app


@pytest.fixture
def hub(config: Config, database_url: str, store: Store, settings: AmazonSettings) -> Iterator[Hub]:
    lines = ['marketplace_ids = ["A1F83G8C2ARO7P"]', "multi_channel = true"]
    plain = ("seller_id", "client_id", "url", "queue_url", "queue_key_id", "queue_arn")
    lines += [f'{name} = "{getattr(settings, name)}"' for name in plain]
    for name in ("client_secret", "refresh_token", "queue_secret"):
        file = config.plugins_file.with_name(name)
        file.write_text(getattr(settings, name).get_secret_value())
        lines.append(f'{name} = {{ file = "{file}" }}')
    tables = ['[integrations.routing]\nplugin = "routing"', f'[integrations.{KEY}]\nplugin = "amazon"', *lines]
    with hub_with(config, database_url, "\n".join(tables)) as hub:
        yield hub


@pytest.fixture
def desk(hub: Hub, session: Session) -> Desk:
    return Desk(hub, session, KEY)


@pytest.fixture
def shelf(session: Session) -> Location:
    """Twenty of each thing that is sold."""
    shelf = a_location(session, address={"line1": "2 Dock Road", "city": "Leeds", "country": "GB"})
    for number in range(1, 7):
        a_level(session, an_item(session, f"AMZ-{number}"), shelf, 20)
    session.commit()
    return shelf
