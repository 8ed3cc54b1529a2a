"""`crossdock sandbox` and a hub with the sample, over real HTTP: three channels with no account anywhere."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import uvicorn
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from starlette.applications import Starlette

from core import clock
from core.catalog.models import Channel, Listing
from core.config import Config
from core.flows import integrations, played, sync
from core.hub import Hub, open_hub
from core.integrations.aside import set_aside
from core.integrations.mirror import mirror
from core.integrations.models import Integration
from core.jobs.models import Job
from core.jobs.run import run_jobs
from core.orders.models import Order
from core.sandboxes.wares import WARES
from core.servers.process import bound_command
from schema.web import routes
from tests.builders import a_location, an_item

NAMES = ["amazon", "ebay", "shopify"]


def a_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The command, until the last test is over; where it serves."""
    port, home = a_port(), tmp_path_factory.mktemp("sandbox")
    command = bound_command([sys.executable, "-m", "core.cli", "sandbox", "--port", str(port)])
    with subprocess.Popen(command, env=os.environ | {"CROSSDOCK_HOME": str(home)}, cwd=Path.cwd()) as process:
        at = f"http://127.0.0.1:{port}"
        while True:
            assert process.poll() is None
            try:
                httpx2.get(at)
                break
            except httpx2.TransportError:
                time.sleep(0.05)
        yield at
        process.terminate()
        assert process.wait(10) == 0


@pytest.fixture
def hub(config: Config, database_url: str, sandbox: str) -> Iterator[Hub]:
    """One that answers on loopback, for webhooks."""
    port = a_port()
    config = config.model_copy(update={"port": port, "sandbox_port": int(sandbox.rpartition(":")[2])})
    hub = open_hub(config, database_url)
    with hub.transaction() as session:
        mirror(session, hub.registry)
    app = Starlette(routes=routes(hub))
    app.state.hub = hub
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield hub
    finally:
        server.should_exit = True
        thread.join()
        hub.close()


def stock_the_shelf(session: Session) -> None:
    """What the sample brings: the items, and a location."""
    for ware in WARES:
        an_item(session, ware.sku)
    a_location(session, "main", address={"line1": "1 Dock Street", "city": "London", "country": "GB"})
    session.commit()


def work(hub: Hub, session: Session) -> None:
    """Run all jobs, those that wait for a later moment too."""
    for _ in range(3):
        session.execute(update(Job).values(run_at=clock.now()))
        session.commit()
        run_jobs(hub)
    session.rollback()


def arrived(session: Session) -> list[str]:
    query = select(Channel.key).join(Order, Order.channel_id == Channel.id).order_by(Channel.key)
    return list(session.scalars(query))


def test_an_order_placed_on_each_page_arrives_in_the_hub_by_webhook_or_queue(
    hub: Hub, session: Session, sandbox: str
) -> None:
    stock_the_shelf(session)
    played.connect(hub)
    work(hub, session)

    for name in NAMES:
        httpx2.post(f"{sandbox}/{name}/do/place", data={"sku": WARES[0].sku, "units": "1"})
    deadline = time.monotonic() + 20
    while arrived(session) != NAMES and time.monotonic() < deadline:
        sync.sync(hub, "amazon", "notifications")  # webhooks come by themselves, the queue is asked
        work(hub, session)

    assert arrived(session) == NAMES
    told = session.scalars(select(Listing.published_quantity).where(Listing.item_id.is_not(None))).all()
    assert len(told) == len(NAMES) * len(WARES)
    assert None not in told


def test_nothing_is_connected_before_the_sample_was_loaded_nor_what_a_person_took_away(
    hub: Hub, session: Session
) -> None:
    played.connect(hub)
    assert session.scalars(select(Integration)).all() == []

    stock_the_shelf(session)
    played.connect(hub)
    integrations.remove(hub, "ebay")
    set_aside(session)
    session.commit()
    hub.refresh(now=True)
    aside = {row.key: row.enabled for row in session.scalars(select(Integration))}
    played.connect(hub)

    session.expire_all()
    assert aside == dict.fromkeys(NAMES, False)
    back = session.execute(select(Integration.key, Integration.enabled).order_by(Integration.key)).all()
    assert [tuple(row) for row in back] == [("amazon", True), ("ebay", False), ("shopify", True)]
