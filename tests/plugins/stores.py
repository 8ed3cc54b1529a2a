"""A played store that is served on loopback, a hub that sells there, and whoever works with that hub."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import uvicorn
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import clock, db
from core.cases.models import Case
from core.config import Config
from core.flows import ship, sync
from core.hub import Hub
from core.integrations.mirror import mirror
from core.integrations.models import HealthStatus, Integration, SyncRun
from core.jobs.models import Job, JobState
from core.jobs.run import run_jobs
from core.orders.models import Order, OrderLine
from core.plugins import load

PUBLIC = "https://hub.example.com"
"""Where the other side would find the hub."""
HTML = b"<html><body>Back soon</body></html>"
"""What stands where an answer should be."""


class Post:
    """Carries what a store sends to the hub, once there is one. `sent`: the statuses that came back."""

    def __init__(self) -> None:
        self.web: TestClient | None = None
        self.sent: list[int] = []

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> int:
        if self.web is None:
            return 0
        self.sent.append(self.web.request(method, url.removeprefix(PUBLIC), headers=headers, content=body).status_code)
        return self.sent[-1]


class Between:
    """Stands before a served store. `spoil` has the next answer to a request with these words in it be another."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._waiting: list[tuple[bytes, Callable[[bytes], bytes]]] = []

    def spoil(self, words: str, change: Callable[[bytes], bytes]) -> None:
        self._waiting.append((words.encode(), change))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        asked = await _body(receive)
        mine = next((each for each in self._waiting if each[0] in scope["raw_path"] + asked), None)
        if mine is not None:
            self._waiting.remove(mine)

        async def again() -> Message:
            return {"type": "http.request", "body": asked}

        async def other(message: Message) -> None:
            if mine is not None and message["type"] == "http.response.start":
                kept = [(name, value) for name, value in message["headers"] if name != b"content-length"]
                message = {**message, "headers": kept}
            elif mine is not None and message["type"] == "http.response.body":
                message = {**message, "body": mine[1](message["body"])}
            await send(message)

        await self.app(scope, again, other)


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body"):
            return body


@contextlib.contextmanager
def served(listener: socket.socket, app: ASGIApp) -> Iterator[None]:
    """An app that answers on a socket of loopback."""
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join()


@contextlib.contextmanager
def hub_with(config: Config, database_url: str, integrations: str) -> Iterator[Hub]:
    """A hub with these tables of plugins.toml, which the other side finds at PUBLIC."""
    config.plugins_file.write_text(integrations)
    registry = load(config.plugins_file)
    public = config.model_copy(update={"public_url": PUBLIC})
    hub = Hub(public, db.connect(database_url, pool_size=config.database_pool), registry)
    with hub.transaction() as session:
        mirror(session, registry)
    try:
        yield hub
    finally:
        hub.close()


@dataclass(frozen=True)
class Desk:
    """Whoever works with the hub. `key`: of the integration."""

    hub: Hub
    session: Session
    key: str

    def run(self) -> None:
        """Run all jobs, those that wait for a later moment too, and those that follow from them."""
        waiting = update(Job).where(Job.state == JobState.PENDING).values(run_at=clock.now()).returning(Job.id)
        for _ in range(5):
            self.session.rollback()
            found = self.session.execute(waiting).all()
            self.session.commit()
            if not found:
                break
            run_jobs(self.hub)
        self.session.rollback()
        self.session.expire_all()

    def sync(self, job: str) -> SyncRun:
        run_id = sync.sync(self.hub, self.key, job)
        self.session.rollback()
        self.session.expire_all()
        return self.session.get_one(SyncRun, run_id)

    def order(self, external_id: str) -> Order:
        self.session.expire_all()
        return self.session.scalars(select(Order).where(Order.external_id == external_id)).one()

    def heard(self, external_id: str, job: str = "orders") -> Order:
        """The order as it is here once the channel was asked and everything that follows has run."""
        self.sync(job)
        self.run()
        return self.order(external_id)

    def ship(self, order: Order, number: str, units: int) -> int:
        """Units of its first line leave, and the channel is told."""
        lines = select(OrderLine.id).where(OrderLine.order_id == order.id).order_by(OrderLine.id)
        line = self.session.scalars(lines.limit(1)).one()
        left = ship.Left(order_id=order.id, lines={line: units}, carrier="Royal Mail", tracking_number=number)
        shipment = ship.create(self.session, left)
        self.session.commit()
        self.run()
        return shipment

    def cases(self) -> list[str]:
        return list(self.session.scalars(select(Case.code)))

    def health(self) -> tuple[HealthStatus, str]:
        self.session.rollback()
        known = select(Integration.health, Integration.health_message).where(Integration.key == self.key)
        status, message = self.session.execute(known).one()
        return status, message or ""
