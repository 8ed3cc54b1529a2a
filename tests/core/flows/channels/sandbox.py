"""Bazaar, played: an ASGI app on loopback that keeps orders, refuses wrong tokens, and fails when it is told to."""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

HUSH = "hush"
"""What it signs webhooks with."""


class Shop:
    """Its whole state, for tests to look at and to change. `faults`: what becomes of the next requests, by path."""

    def __init__(self) -> None:
        self.url = ""
        self.lock = threading.Lock()
        self.orders: dict[str, dict[str, Any]] = {}
        self.bad: list[Any] = []
        self.page_size = 100
        self.secret = "first"
        self.token = "never"
        self.tokens_made = 0
        self.asked: list[tuple[str, str]] = []
        self.faults: dict[str, list[str]] = {}
        self.acts: dict[str, dict[str, Any]] = {}
        self.acknowledged: list[str] = []
        self.feeds: dict[str, int] = {}
        self.stock: dict[str, int] = {}
        self.heard: dict[str, int] = {}
        self.returns: list[dict[str, Any]] = []
        self.listings: list[dict[str, Any]] = []
        self.fees: list[dict[str, Any]] = []
        self.queue: list[dict[str, str]] = []
        self.address: str | None = None
        self.open = True
        self.ahead = timedelta(0)
        self.number = count(1)

    def sells(
        self, number: str, units: int = 1, *, sku: str = "TEA", version: int = 1, paid: bool = True, sent: int = 0
    ) -> Any:
        """An order as it is there now; the same number again changes it. sent: units that have left already."""
        now = datetime.now(UTC).isoformat()
        placed = self.orders.get(number, {}).get("placed", now)
        line = {"id": f"{number}-1", "sku": sku, "quantity": units, "pence": 1000}
        self.orders[number] = {
            "id": number, "version": version, "placed": placed, "changed": now, "lines": [line], "paid": paid,
            "sent": sent,
        }  # fmt: skip
        return self.orders[number]

    def app(self) -> Starlette:
        routes = [
            Route("/token", self._dated(self._token), methods=["POST"]),
            Route("/{path:path}", self._dated(self._serve), methods=["GET", "POST", "PUT", "DELETE"]),
        ]
        return Starlette(routes=routes)

    def _dated(self, page: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """The same, by the shop's own clock, which may be `ahead` of ours."""

        async def answer(request: Request) -> Response:
            response = await page(request)
            response.headers["date"] = format_datetime(datetime.now(UTC) + self.ahead, usegmt=True)
            return response

        return answer

    async def _token(self, request: Request) -> Response:
        said = await request.json()
        if said["secret"] != self.secret:
            return Response(status_code=400)
        self.tokens_made += 1
        self.token = f"token-{self.tokens_made}"
        return JSONResponse({"access": self.token, "refresh": f"refresh-{self.tokens_made}"})

    async def _serve(self, request: Request) -> Response:
        path = "/" + request.path_params["path"]
        self.asked.append((request.method, path))
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return Response(status_code=401)
        fault = self.faults.get(path, []).pop(0) if self.faults.get(path) else ""
        if fault.isdecimal():
            return Response(status_code=int(fault))
        if fault == "html":
            return Response("<html>Back soon</html>", media_type="text/html")
        body = await request.body()
        answer = self._answer(request, path, json.loads(body) if body else {})
        if fault == "500 after":
            return Response(status_code=500)
        return answer if isinstance(answer, Response) else JSONResponse(answer)

    def _answer(  # noqa: C901, PLR0911, PLR0912  # one case for each of its pages
        self, request: Request, path: str, said: Any
    ) -> Any:
        match [request.method, *path.strip("/").split("/")]:
            case ["GET", "orders"]:
                return self._page(request)
            case ["GET", "orders", number]:
                return self.orders.get(number) or Response("No such order.", status_code=404)
            case ["POST", "acknowledged"]:
                self.acknowledged += said["ids"]
                return {}
            case ["POST", "acts"]:
                known = self.acts.setdefault(said["key"], {**said, "id": f"act-{next(self.number)}"})
                return {"id": known["id"]}
            case ["GET", "acts", key]:
                return {"id": self.acts.get(key, {}).get("id")}
            case ["POST", "feeds"]:
                for row in said["rows"]:
                    if row["sequence"] >= self.heard.get(row["sku"], 0):
                        self.heard[row["sku"]], self.stock[row["sku"]] = row["sequence"], row["quantity"]
                feed = f"feed-{next(self.number)}"
                self.feeds[feed] = 1
                return {"feed": feed}
            case ["GET", "feeds", feed]:
                self.feeds[feed] -= 1
                return {"done": self.feeds[feed] < 0}
            case ["GET", "stock"]:
                return self.stock
            case ["GET", "returns"]:
                return {"returns": self.returns}
            case ["GET", "listings"]:
                start = int(request.query_params["cursor"] or 0)
                following = start + 2 if start + 2 < len(self.listings) else None
                return {"listings": self.listings[start : start + 2], "cursor": following and str(following)}
            case ["POST", "reports"]:
                return {"report": "report-1"}
            case ["GET", "reports", _]:
                return {"id": "payout-1", "lines": self.fees}
            case ["GET", "queue"]:
                return {"waiting": self.queue}
            case ["POST", "queue", "forget"]:
                self.queue = [each for each in self.queue if each["receipt"] not in said["receipts"]]
                return {}
            case ["PUT", "subscriptions"]:
                self.address = said["address"]
                return {"topics": ["order", "return"]}
            case ["DELETE", "subscriptions"]:
                self.address = None
                return {}
            case ["GET", "shop"]:
                return {"open": self.open}
        return Response(status_code=404)

    def _page(self, request: Request) -> dict[str, Any]:
        since, until = (datetime.fromisoformat(request.query_params[name]) for name in ("since", "until"))
        found = sorted(
            (each for each in self.orders.values() if since <= datetime.fromisoformat(each["changed"]) < until),
            key=lambda each: each["id"],
        )
        start = int(request.query_params["cursor"] or 0)
        following = start + self.page_size
        return {
            "orders": found[start:following],
            "bad": self.bad if start == 0 else [],
            "cursor": str(following) if following < len(found) else None,
        }


@contextmanager
def open_shop() -> Iterator[Shop]:
    """A shop that answers on a port of loopback until the test is over."""
    shop = Shop()
    server = uvicorn.Server(
        uvicorn.Config(shop.app(), host="127.0.0.1", port=0, log_level="error", lifespan="off", date_header=False)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    shop.url = f"http://127.0.0.1:{port}"
    try:
        yield shop
    finally:
        server.should_exit = True
        thread.join()


def signed(said: Any, key: str = HUSH) -> tuple[bytes, dict[str, str]]:
    """Body and headers of a webhook."""
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return body, {"x-bazaar-signature": hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}


def told(order: dict[str, Any], event: str, *, at: datetime | None = None) -> dict[str, Any]:
    """What a webhook says of an order."""
    return {"topic": "order", "event": event, "at": (at or datetime.now(UTC)).isoformat(), "order": order}
