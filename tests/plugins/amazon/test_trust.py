"""Tokens, limits, errors and the queue: what the plugin makes of what it is refused."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.plugins.configure import configure
from core.plugins.find import find
from crossdock import (
    About,
    AuthExpired,
    BadData,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Retryable,
    ShipmentNotice,
    Untrusted,
    WebhookRequest,
)
from plugins.amazon.client import ask
from plugins.amazon.notifications import event_of
from plugins.amazon.operations import GET_ORDER, limits
from plugins.amazon.sandbox.queue import put
from plugins.amazon.settings import AmazonSettings
from tests.plugins.amazon.account import SETTINGS, START, Account, an_account

REDIRECT = "https://hub.example.com/install/main/back"


def look(account: Account) -> None:
    account.channel.read_stock(account.ctx(), ["AMZ-1"])


def test_one_token_serves_until_it_expires_and_then_one_more(account: Account) -> None:
    look(account)
    look(account)
    account.later(minutes=61)
    look(account)

    logins = [each for each in account.wire.exchanges if each.path == "/auth/o2/token"]
    assert len(logins) == 2
    assert [each.status for each in account.wire.asked("searchListingsItems")] == [200, 200, 403, 200]


def test_credentials_that_are_refused_say_which_to_check(account: Account) -> None:
    account.settings = AmazonSettings(**{**SETTINGS, "client_secret": "wrong"})

    with pytest.raises(AuthExpired, match="client_id and client_secret"):
        look(account)


@pytest.mark.parametrize(
    ("url", "login"),
    [
        (None, "https://api.amazon.com/auth/o2/token"),
        ("https://sandbox.sellingpartnerapi-na.amazon.com", "https://api.amazon.com/auth/o2/token"),
        ("http://127.0.0.1:9", "http://127.0.0.1:9/auth/o2/token"),
    ],
)
def test_tokens_come_from_amazons_one_place_or_from_the_machine_that_plays_it(url: str | None, login: str) -> None:
    settings = AmazonSettings(**{**SETTINGS, "url": url})

    assert settings.login == login


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        (
            {"url": "https://sellingpartnerapi-eu.amazon.com.evil.example"},
            "sellingpartnerapi-eu.amazon.com.evil.example",
        ),
        ({"queue_url": "https://sqs.evil.example/0/orders"}, "sqs.evil.example"),
        ({"consent_url": "https://sellercentral.amazon.evil.example"}, "sellercentral.amazon.evil.example"),
        ({"url": "https://sellingpartnerapi-fe.amazon.com"}, None),
        ({"url": "http://127.0.0.1:8010/amazon"}, None),
        ({"queue_url": "https://sqs.eu-west-1.amazonaws.com/000000000000/orders"}, None),
        ({"consent_url": "https://sellercentral.amazon.co.jp"}, None),
    ],
)
def test_secrets_go_to_amazon_and_to_this_machine_alone(settings: dict[str, str], host: str | None) -> None:
    """As an integration would be made of these settings."""
    raw = {"plugin": "amazon", **SETTINGS, **settings}
    raw["marketplace_ids"] = list(SETTINGS["marketplace_ids"])

    problem = configure("main", raw, {each.name: each for each in find()}, where=str, from_file=False).problem

    assert (problem is None) == (host is None)
    assert host is None or f"{host} is no host of amazon" in str(problem)


@pytest.mark.parametrize(
    ("code", "mend"),
    [
        ("invalid_grant", "took the consent back, or it ended after its year. Authorize it again"),
        ("unauthorized_client", "may not act for this seller"),
        ("invalid_client", "a rotated secret ends in a week"),
        ("surely_unknown", "client_id and client_secret"),
    ],
)
def test_a_refused_login_says_how_to_mend_it(account: Account, code: str, mend: str) -> None:
    account.store.refuses_login = {"error": code}

    with pytest.raises(AuthExpired, match=f"{code}.*{mend}"):
        look(account)


def test_an_account_that_was_closed_sells_nowhere(account: Account) -> None:
    account.store.closed = True

    (found, *_) = account.channel.check(account.ctx())

    assert (found.ok, found.severe) == (False, True)
    assert "Account Health" in found.mend


@pytest.mark.parametrize("minutes", [-20, 20])
def test_a_clock_that_is_wrong_is_what_the_queue_is_said_to_refuse(account: Account, minutes: int) -> None:
    look(account)
    ctx = account.ctx()
    wrong = replace(ctx, now=lambda: START + timedelta(minutes=minutes))

    with pytest.raises(Retryable, match="clock"):
        account.channel.fetch_notifications(wrong)
    found = {each.name: each for each in account.channel.check(wrong)}
    assert (found["queue"].ok, found["queue"].severe) == (False, False)
    assert "clock" in found["queue"].message


def test_a_used_up_plan_waits_for_its_own_operation_alone(account: Account) -> None:
    account.store.faults["searchListingsItems"] = ["429"]

    with pytest.raises(RateLimited) as limited:
        look(account)

    assert limited.value.group == "searchListingsItems"
    assert limited.value.until == START + timedelta(seconds=2)


def test_the_rate_that_an_account_has_is_learned_from_the_answer(account: Account) -> None:
    look(account)

    assert account.wire.rates == {"searchListingsItems": 5}


def test_every_operation_has_its_own_bucket() -> None:
    buckets = {each.group: (each.size, each.rate) for each in limits(AmazonSettings(**SETTINGS))}

    assert buckets["searchOrders"] == (19.0, 0.0056)  # one fewer than Amazon bears: some may catch up on the way
    assert "" not in buckets


def test_a_fault_of_amazon_is_tried_again_if_it_was_a_question_and_looked_into_if_it_was_an_act(
    account: Account,
) -> None:
    order_id = account.store.place_order(("AMZ-1", 1))
    account.store.faults = {"getOrder": ["503"], "confirmShipment": ["500"]}
    notice = ShipmentNotice(
        order_external_id=order_id, package_key="p", lines=(), shipped_at=START, tracking_number="1Z", carrier="UPS"
    )

    with pytest.raises(Retryable):
        account.channel.fetch_order(account.ctx(), order_id)
    with pytest.raises(OutcomeUnknown):
        account.channel.confirm_shipment(account.ctx(), notice)


@pytest.mark.parametrize("fault", ["html", "truncated"])
def test_an_answer_that_is_no_json_is_bad_data(account: Account, fault: str) -> None:
    order_id = account.store.place_order(("AMZ-1", 1))
    account.store.faults = {"getOrder": [fault]}

    with pytest.raises(BadData):
        account.channel.fetch_order(account.ctx(), order_id)


def test_a_missing_role_is_named_and_stops_nothing_else(account: Account) -> None:
    with pytest.raises(Rejected, match="role"):
        ask(account.ctx(), GET_ORDER, path={"orderId": "1"}, grantless=True)


def test_a_name_cannot_leave_its_place_in_the_path(account: Account) -> None:
    with pytest.raises(Rejected):
        account.channel.fetch_order(account.ctx(), "../../feeds/2021-06-30/feeds")

    assert account.wire.asked("getOrder")[0].status == 404


def test_the_queue_is_emptied_and_forgotten_only_when_told(account: Account) -> None:
    account.channel.subscribe(account.ctx())
    placed = {account.store.place_order(("AMZ-1", 1)) for _ in range(12)}

    taken = account.channel.fetch_notifications(account.ctx())
    left = len(account.store.queue)
    account.channel.forget_notifications(account.ctx(), taken.receipts)

    assert {each.external_id for each in taken.events} == placed
    assert {each.store for each in taken.events} == {"A3SELLER"}
    assert (taken.more, left, account.store.queue) == (False, 12, [])


def test_messages_that_were_not_forgotten_come_again_by_the_same_name(account: Account) -> None:
    account.channel.subscribe(account.ctx())
    account.store.place_order(("AMZ-1", 1))
    first = account.channel.fetch_notifications(account.ctx())
    hidden = account.channel.fetch_notifications(account.ctx())
    account.later(minutes=3)
    again = account.channel.fetch_notifications(account.ctx())

    assert hidden.events == ()
    assert [each.event_id for each in again.events] == [each.event_id for each in first.events]


def test_a_queue_that_refuses_the_signature_says_so(account: Account) -> None:
    account.settings = AmazonSettings(**{**SETTINGS, "queue_secret": "wrong"})

    with pytest.raises(AuthExpired, match="queue_secret"):
        account.channel.fetch_notifications(account.ctx())


def test_without_a_queue_the_polls_are_all_there_is(account: Account) -> None:
    account.settings = account.settings.model_copy(update={"queue_url": None, "queue_arn": None})

    assert account.channel.fetch_notifications(account.ctx()).events == ()
    assert account.channel.subscribe(account.ctx()) == ()
    assert account.wire.exchanges == []


def test_subscribing_twice_leaves_what_is_right_and_mends_what_is_not(account: Account) -> None:
    account.channel.subscribe(account.ctx())
    account.store.subscriptions["ORDER_CHANGE"]["destinationId"] = "elsewhere"
    account.later(minutes=1)
    topics = account.channel.subscribe(account.ctx())

    assert len(account.store.destinations) == 1
    assert {each["destinationId"] for each in account.store.subscriptions.values()} == set(account.store.destinations)
    assert all(each.active for each in topics)


def test_what_nobody_understands_is_kept_for_a_person(account: Account) -> None:
    put(account.store, "PRICING_HEALTH", {"sellerId": "A3SELLER"})

    known = event_of(account.store.queue[0].body, "m1")
    garbage = event_of("<html>", "m2")

    assert (known.about, known.topic, bool(known.payload)) == (About.OTHER, "PRICING_HEALTH", True)
    assert (garbage.about, garbage.event_id, garbage.payload) == (About.OTHER, "m2", "<html>")


def test_consent_brings_tokens_to_the_right_seller_only(tmp_path: Path) -> None:
    account = an_account(tmp_path, refresh_token=None, application_id="amzn1.sp.solution.1")
    url = account.channel.authorize_url(account.settings, redirect=REDIRECT, state="s1")

    def back(query: str) -> WebhookRequest:
        return WebhookRequest(method="GET", path="/", query=query, headers={}, body=b"", received_at=START)

    assert url.startswith("https://sellercentral-europe.amazon.com/apps/authorize/consent?application_id=amzn1")
    good = back("spapi_oauth_code=consent&selling_partner_id=A3SELLER&state=s1")
    with pytest.raises(AuthExpired, match="consent"):
        look(account)
    account.purse.held |= account.channel.exchange(account.ctx(), good, redirect=REDIRECT)
    account.later(minutes=61)
    look(account)  # by the refresh token that came with it
    with pytest.raises(Untrusted):
        account.channel.exchange(account.ctx(), back("state=s1"), redirect=REDIRECT)
    other = back("spapi_oauth_code=consent&selling_partner_id=OTHER")
    with pytest.raises(Rejected):
        account.channel.exchange(account.ctx(), other, redirect=REDIRECT)


def test_a_check_names_a_marketplace_where_nothing_is_sold(account: Account) -> None:
    places = ("A1F83G8C2ARO7P", "ATVPDKIKX0DER")
    account.settings = account.settings.model_copy(update={"marketplace_ids": places})

    found = {each.name: each.ok for each in account.channel.check(account.ctx())}

    assert found == {"A1F83G8C2ARO7P": True, "ATVPDKIKX0DER": False, "queue": True}


def test_settings_that_cannot_work_are_refused() -> None:
    for wrong in ({"url": "http://example.com"}, {"marketplace_ids": ()}, {"queue_secret": None}, {"region": "mars"}):
        with pytest.raises(ValidationError):
            AmazonSettings(**{**SETTINGS, **wrong})


def test_no_secret_is_in_what_is_logged_or_shown(account: Account) -> None:
    look(account)

    shown = f"{account.settings!r}{account.purse!r}{json.dumps(account.settings.model_dump(mode='json'))}"
    assert not any(secret in shown for secret in ("hush", "Atzr|refresh", "Atza|", "quiet"))


def test_a_subscription_that_another_process_was_quicker_with_is_ours(account: Account) -> None:
    first = account.channel.subscribe(account.ctx())
    account.later(minutes=1)
    account.store.faults["getSubscription"] = ["404"]  # the other one makes it after we looked

    assert account.channel.subscribe(account.ctx()) == first
    assert (*account.store.asked,).count(("createSubscription", 409)) == 1
