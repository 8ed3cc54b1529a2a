"""What goes wrong over there is said in the hub's words, and the points are obeyed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from pydantic import ValidationError

from crossdock import (
    AuthExpired,
    BadData,
    Money,
    OrderWindow,
    OutcomeUnknown,
    RateLimited,
    RefundOrder,
    Rejected,
    Retryable,
    SecretStr,
    Token,
    Untrusted,
    WebhookRequest,
)
from crossdock.testing import Purse
from plugins.shopify import client
from plugins.shopify.access import SCOPES
from plugins.shopify.channel import ShopifyChannel
from plugins.shopify.documents.shop import LISTINGS
from plugins.shopify.sandbox.store import Bought, Store
from plugins.shopify.settings import ShopifySettings, limits
from tests.plugins.shopify.conftest import SETTINGS, Clock, Wire

Make = Callable[..., Any]
APP = {**SETTINGS, "access_token": None, "client_id": "app", "client_secret": "shh"}


@pytest.mark.parametrize(
    ("fault", "reads", "acts"),
    [
        ("429", RateLimited, RateLimited),
        ("throttled", RateLimited, RateLimited),
        ("500", Retryable, OutcomeUnknown),
        ("500 after", Retryable, OutcomeUnknown),
        ("html", BadData, OutcomeUnknown),
        ("truncated", BadData, OutcomeUnknown),
    ],
)
def test_what_only_reads_may_be_asked_again_and_an_act_is_looked_for(
    channel: ShopifyChannel, ctx: Make, store: Store, fault: str, reads: type[Exception], acts: type[Exception]
) -> None:
    order = store.place_order(Bought(sku="TEA"))
    request = RefundOrder(order_external_id=order["id"], amount=Money(500, "GBP"))
    store.faults = {"Order": [fault]}
    with pytest.raises(reads):
        channel.fetch_order(ctx(), order["id"])

    store.faults = {"MakeRefund": [fault]}
    with pytest.raises(acts):
        channel.refund(ctx(key="r"), request)

    assert (channel.find_refund(ctx(key="r"), request) is not None) is (fault in {"500 after", "truncated"})


def test_patience_is_as_long_as_shopify_says(channel: ShopifyChannel, ctx: Make, store: Store, now: Clock) -> None:
    order = store.place_order(Bought(sku="TEA"))
    store.faults = {"Order": ["429"]}
    with pytest.raises(RateLimited) as error:
        channel.fetch_order(ctx(), order["id"])
    assert error.value.until == now() + timedelta(seconds=2)

    store.bucket.left, store.bucket.rate = 0, 100
    with pytest.raises(RateLimited) as error:
        channel.fetch_order(ctx(), order["id"])
    assert now() + timedelta(seconds=5) < error.value.until < now() + timedelta(seconds=10)


def test_every_answer_corrects_the_bucket(channel: ShopifyChannel, ctx: Make, store: Store, wire: Wire) -> None:
    channel.check(ctx())

    assert wire.seen[-1] == {"left": store.bucket.left, "size": store.bucket.size, "rate": store.bucket.rate}
    assert [(each.size, each.rate) for each in limits(ctx().settings)] == [(40_000, 2000)]


def test_a_token_that_is_refused_is_said_so_and_the_right_one_goes_on(
    channel: ShopifyChannel, ctx: Make, settings: ShopifySettings
) -> None:
    wrong = settings.model_copy(update={"access_token": SecretStr("shpat_wrong")})

    with pytest.raises(AuthExpired, match="does not take the access token"):
        channel.check(ctx(settings=wrong))
    assert channel.check(ctx())


def test_a_right_that_is_missing_is_found_by_the_check(channel: ShopifyChannel, ctx: Make, store: Store) -> None:
    store.scopes = [scope for scope in SCOPES if scope != "write_returns"]

    found = {each.name: each for each in channel.check(ctx())}

    assert {name: each.ok for name, each in found.items()} == {
        "shop": True,
        "scopes": False,
        "location": True,
        "webhooks": True,
    }
    assert "write_returns" in found["scopes"].message


def test_the_app_s_own_organisation_needs_no_consent(ctx: Make, channel: ShopifyChannel, store: Store) -> None:
    settings = ShopifySettings.model_validate(APP)
    store.settings = settings
    purse = Purse()

    channel.check(ctx(settings=settings, tokens=purse))
    store.tokens = set()
    channel.check(ctx(settings=settings, tokens=purse))

    assert set(store.tokens) == {purse.held["access"].access}


def test_consent_brings_a_token_that_renews_itself(
    ctx: Make, channel: ShopifyChannel, store: Store, wire: Wire, now: Clock
) -> None:
    settings = ShopifySettings.model_validate(APP)
    store.settings = settings
    back = "https://hub.example.com/back"

    page = channel.authorize_url(settings, redirect=back, state="s1")
    answer = wire.client.get(page, follow_redirects=False)
    came = urlsplit(answer.headers["location"])
    callback = WebhookRequest(method="GET", path=came.path, query=came.query, headers={}, body=b"", received_at=now())
    tokens = channel.exchange(ctx(settings=settings), callback, redirect=back)
    purse = Purse(dict(tokens))
    channel.check(ctx(settings=settings, tokens=purse))

    assert parse_qs(urlsplit(page).query)["scope"] == [",".join(SCOPES)]
    assert parse_qs(came.query)["state"] == ["s1"]
    assert tokens["access"].refresh is not None
    forged = replace(callback, query=callback.query.replace("shop=acme", "shop=evil"))
    with pytest.raises(Untrusted):
        channel.exchange(ctx(settings=settings), forged, redirect=back)


def test_a_wrong_client_secret_asks_for_a_person(ctx: Make, channel: ShopifyChannel, store: Store) -> None:
    store.settings = ShopifySettings.model_validate(APP)
    wrong = ShopifySettings.model_validate({**APP, "client_secret": "no"})

    with pytest.raises(AuthExpired, match="gives no token"):
        channel.check(ctx(settings=wrong, tokens=Purse({"access": Token(access="old", refresh="gone")})))


@pytest.mark.parametrize(
    "wrong",
    [
        {"shop": "acme.example.com"},
        {"access_token": None},
        {"url": "http://shop.example.com"},
        {"location": "Main"},
        {"backfill_days": 0},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ShopifySettings.model_validate({**SETTINGS, **wrong})


def test_what_the_api_refuses_is_rejected_with_its_words(channel: ShopifyChannel, ctx: Make) -> None:
    with pytest.raises(Rejected) as error:
        channel.fetch_listings(ctx(cursor="no cursor"))

    assert (error.value.code, error.value.message) == (
        "BAD_REQUEST",
        "Invalid cursor for current pagination sort.",
    )


@pytest.mark.parametrize(
    ("status", "mend"), [(402, "Pay them"), (403, "Install the app"), (404, "Correct `shop`"), (423, "support")]
)
def test_a_store_that_is_closed_says_so_with_the_way_to_mend_it(
    channel: ShopifyChannel, ctx: Make, wire: Wire, monkeypatch: pytest.MonkeyPatch, status: int, mend: str
) -> None:
    monkeypatch.setattr(wire, "request", lambda *_, **__: httpx2.Response(status, json={"errors": "Unavailable"}))

    with pytest.raises(AuthExpired, match=f"acme.myshopify.com .* \\({status}\\)") as closed:
        channel.fetch_listings(ctx())

    assert mend in closed.value.message


@pytest.mark.parametrize(("cursors", "problem"), [("same", "lead nowhere"), ("new", "more than 3 pages")])
def test_pages_without_an_end_are_bad_data(monkeypatch: pytest.MonkeyPatch, cursors: str, problem: str) -> None:
    numbers = count()

    def ask(*_: Any, **__: Any) -> dict[str, Any]:
        end = "same" if cursors == "same" else str(next(numbers))
        return {"rows": {"nodes": [], "pageInfo": {"hasNextPage": True, "endCursor": end}}}

    monkeypatch.setattr(client, "ask", ask)
    monkeypatch.setattr(client, "_MOST_PAGES", 3)

    with pytest.raises(BadData, match=problem):
        list(client.pages(None, LISTINGS, client.inside("rows")))  # type: ignore[arg-type]  # nobody is asked


@pytest.mark.parametrize("verb", ["fetch_orders", "fetch_returns", "fetch_settlements", "fetch_listings"])
@pytest.mark.parametrize("root", [None, 5, {"nodes": [5], "pageInfo": {}}, []], ids=["null", "number", "nodes", "list"])
def test_an_answer_of_another_schema_is_bad_data(
    channel: ShopifyChannel, ctx: Make, wire: Wire, now: Clock, monkeypatch: pytest.MonkeyPatch, verb: str, root: Any
) -> None:
    names = ("orders", "shop", "productVariants")
    data = dict.fromkeys(names, root) | {"shopifyPaymentsAccount": {"payouts": root}}
    monkeypatch.setattr(wire, "request", lambda *_, **__: httpx2.Response(200, json={"data": data}))
    window = () if verb == "fetch_listings" else (OrderWindow(since=now(), until=now()),)

    with pytest.raises(BadData):
        getattr(channel, verb)(ctx(), *window)
