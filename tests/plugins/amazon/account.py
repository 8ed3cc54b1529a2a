"""One account with the sandbox in process: what the plugin asks is kept, and the network fails when it is told to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
from starlette.testclient import TestClient

from crossdock import (
    Address,
    Context,
    Integration,
    OutcomeUnknown,
    QuoteRequest,
    Response,
    Retryable,
    Stage,
    SupplierLine,
    SupplierOrder,
)
from crossdock.testing import Purse, a_context
from plugins.amazon.channel import AmazonChannel
from plugins.amazon.sandbox import Store, make_sandbox
from plugins.amazon.settings import AmazonSettings
from plugins.amazon.supplier import AmazonFulfillment

URL = "http://127.0.0.1:9"
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
SETTINGS: dict[str, Any] = {
    "seller_id": "A3SELLER",
    "marketplace_ids": ("A1F83G8C2ARO7P",),
    "client_id": "amzn1.application-oa2-client.1",
    "client_secret": "hush",
    "refresh_token": "Atzr|refresh",
    "url": URL,
    "queue_url": f"{URL}/000000000000/orders",
    "queue_key_id": "AKIAEXAMPLE",
    "queue_secret": "quiet",
    "queue_arn": "arn:aws:sqs:eu-west-1:000000000000:orders",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer; `operation` is its group, "" for tokens and documents."""

    operation: str
    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    status: int
    answer: Any


class Wire:
    """HTTP to the sandbox. lose: operations whose next answer is lost, after the effect."""

    def __init__(self, client: httpx2.Client) -> None:
        self.client = client
        self.exchanges: list[Exchange] = []
        self.lose: list[str] = []
        self.rates: dict[str, float | None] = {}

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        json: Any = None,
        group: str = "",
        cost: float = 1,  # noqa: ARG002  # as `crossdock.Http` has it; nobody counts here
        reads: bool | None = None,
    ) -> Response:
        asked = self.client.build_request(method, url, params=params, headers=headers, content=content, json=json)
        answer = self.client.send(asked)
        place = urlsplit(str(asked.url))
        self.exchanges.append(
            Exchange(
                operation=group,
                method=method,
                path=place.path,
                query=dict(parse_qsl(place.query)),
                body=json,
                status=answer.status_code,
                answer=_plain(answer),
            )
        )
        if group in self.lose:
            self.lose.remove(group)
            raise (Retryable if reads else OutcomeUnknown)("The answer was lost.")
        return answer

    def observe(
        self,
        group: str = "",
        *,
        left: float | None = None,  # noqa: ARG002
        size: float | None = None,  # noqa: ARG002
        rate: float | None = None,
    ) -> None:
        self.rates[group] = rate

    def asked(self, operation: str) -> list[Exchange]:
        return [each for each in self.exchanges if each.operation == operation]


@dataclass(slots=True)
class Account:
    """The plugin and its other side. The clock stands still until `later` moves it."""

    store: Store
    wire: Wire
    settings: AmazonSettings
    home: Path
    clock: list[datetime]
    purse: Purse = field(default_factory=Purse)

    @property
    def channel(self) -> AmazonChannel:
        return AmazonChannel(Integration("main", "amazon", self.settings))

    @property
    def supplier(self) -> AmazonFulfillment:
        return AmazonFulfillment(Integration("main", "amazon", self.settings))

    def ctx(self, **facts: Any) -> Context[AmazonSettings]:
        return a_context(self.settings, self.home, http=self.wire, tokens=self.purse, now=self.clock[0], **facts)

    def later(self, **span: float) -> None:
        self.clock[0] += timedelta(**span)


def an_account(home: Path, **settings: Any) -> Account:
    clock = [START]
    said = AmazonSettings(**{**SETTINGS, **settings})
    stage = Stage(url=URL, send=lambda *_: 200, now=lambda: clock[0], seed=7)
    app = make_sandbox(Integration("main", "amazon", said), stage)
    client = TestClient(app, base_url=URL, follow_redirects=False)
    return Account(store=app.state.store, wire=Wire(client), settings=said, home=home, clock=clock)


def a_work(reference: str = "ful_17", *, quantity: int = 1, **facts: Any) -> SupplierOrder:
    """Work for Amazon: units of the listing that lies in its warehouses."""
    said: dict[str, Any] = {
        "order_number": "1042",
        "location": "amazon",
        "ship_to": Address(
            name="Grace Hopper", line1="1 High Street", city="Leeds", postal_code="LS1 1UR", country="GB"
        ),
        "lines": (SupplierLine(line="orl_1", sku="AMZ-6", quantity=quantity),),
        **facts,
    }
    return SupplierOrder(reference=reference, **said)


def a_quote_request(order: SupplierOrder) -> QuoteRequest:
    """What would be asked before the work is given to Amazon."""
    assert order.ship_to is not None
    return QuoteRequest(
        location=order.location, ship_to=order.ship_to, lines=order.lines, shipping_method=order.shipping_method
    )


def _plain(answer: Any) -> Any:
    try:
        return answer.json()
    except ValueError:
        return answer.content
