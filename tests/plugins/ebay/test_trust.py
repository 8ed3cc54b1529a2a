"""Consent, tokens and signatures, ours and eBay's."""

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from crossdock import (
    About,
    AuthExpired,
    BadData,
    Integration,
    OrderWindow,
    Rejected,
    Token,
    Untrusted,
    WebhookReply,
    WebhookRequest,
)
from crossdock.testing.faults import Fault
from crossdock.testing.world import World
from plugins.ebay.channel import Ebay
from plugins.ebay.sandbox.notices import letter
from plugins.ebay.settings import EbaySettings
from plugins.ebay.signing import sign
from tests.plugins.ebay.account import KEY, NOON, SETTINGS

ADDRESS = "https://hub.example/webhooks/under-test"


def a_request(method: str = "POST", query: str = "", body: bytes = b"", **headers: str) -> WebhookRequest:
    return WebhookRequest(
        method=method, path="/", query=query, headers=headers, body=body, received_at=NOON, address=ADDRESS
    )


def settings(**facts: object) -> EbaySettings:
    return EbaySettings.model_validate({**SETTINGS, **facts})


def test_a_request_is_signed_as_in_ebays_own_example() -> None:
    at = datetime.fromtimestamp(1659651955, UTC)
    jwe = (
        "eyJ6aXAiOiJERUYiLCJlbmMiOiJBMjU2R0NNIiwidGFnIjoiSGdLcjNSSWFlZll0Mkd4blBUUTEwUSIsImFsZyI6IkEyNTZHQ01LVyIs"
        "Iml2IjoiQTVOQXFYUXlITkNIT01GVSJ9.z3JcS0vvxrYboqpySAq_Znww-3V6AllxmJP5JEMkuLY.K1f4MVMEc8ylbfSS.fASwJyMCk2t"
        "XZsNWk13IcuVgSWTOcynSdAoJrK4WApZANlxAP9J0qr0Jz_4aFldFDSZ5tfuxLGqzJmWU7CiZWwNjk2XoVy8q5ogMrFNFwFXP4SrX1XOR"
        "hNLZPTyS5DEqLDPYn2NX944xendEwfcxxXsTSeNCUnmSyfitiscUC04GYOfn0UWQ2buSWx7Yod0IR2GtTGUsM9o3J-riuNDKhw.rRsWM1"
        "Sl_2stTnZLJkWVmQ"
    )

    headers = sign(
        KEY, jwe, method="POST", url="http://localhost:8080/verifysignature", body=b'{"hello": "world"}', at=at
    )

    assert headers["content-digest"] == "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
    assert headers["signature-input"] == (
        'sig1=("content-digest" "x-ebay-signature-key" "@method" "@path" "@authority");created=1659651955'
    )
    assert headers["signature"] == (
        "sig1=:uunxYrXKC8KaoupD5D1DKdmQmrOhz6b4Xbhb3o9d4x4xFIpg++XzEZztOyeOI59rMMjM3NIcFgxBH0c1ckpfBw==:"
    )


def test_an_rsa_key_signs_as_well_and_what_is_no_key_is_said_to_be_none() -> None:
    key = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    signed = sign(key.decode(), "jwe", method="GET", url="https://apiz.ebay.com/x", body=None, at=NOON)

    assert signed["signature-input"].startswith('sig1=("x-ebay-signature-key" "@method" "@path" "@authority")')
    with pytest.raises(AuthExpired, match="signing_key"):
        sign("c2hvcnQ=", "jwe", method="GET", url="https://apiz.ebay.com/x", body=None, at=NOON)


def test_a_challenge_is_solved_for_our_address() -> None:
    ebay = Ebay(Integration("under-test", "ebay", settings()))

    reply = ebay.parse_webhook(settings(), a_request("GET", "challenge_code=abc123"))

    right = hashlib.sha256(f"abc123{SETTINGS['verification_token']}{ADDRESS}".encode()).hexdigest()
    assert isinstance(reply, WebhookReply)
    assert json.loads(reply.body) == {"challengeResponse": right}
    assert reply.content_type == "application/json"


@pytest.mark.parametrize("query", ["", "challenge=x"])
def test_what_is_no_challenge_is_not_trusted(query: str) -> None:
    with pytest.raises(Untrusted):
        Ebay(Integration("under-test", "ebay", settings())).parse_webhook(settings(), a_request("GET", query))


def test_a_key_of_another_kind_verifies_nothing(world: World) -> None:
    body = letter("ORDER_CONFIRMATION", "n-1", "2026-03-02T12:00:00.000Z", {"orderId": "1"})
    signer = world.remote.store.signer
    request = a_request(body=body, **signer.headers(body))
    other = rsa.generate_private_key(65537, 2048).public_key()
    pem = other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    published = signer.published()
    for key in (pem, "no key at all"):
        keys = {signer.key_id: json.dumps({**published, "key": key})}
        with pytest.raises(Untrusted):
            world.provider().parse_webhook(settings(), replace(request, keys=keys))


@pytest.mark.parametrize(
    ("topic", "data", "about"),
    [
        ("ORDER_CONFIRMATION", {"order": {"orderId": "1"}}, About.ORDER),
        ("ORDER_CONFIRMATION", {}, About.OTHER),
        ("AUTHORIZATION_REVOCATION", {"userId": "u"}, About.REVOKED),
        ("MARKETPLACE_ACCOUNT_DELETION", {"userId": "u"}, About.OTHER),
    ],
)
def test_topics_mean_what_they_say(world: World, topic: str, data: dict[str, object], about: About) -> None:
    body = letter(topic, "n-1", "2026-03-02T12:00:00.000Z", data)

    (event,) = world.events(a_request(body=body, **world.remote.store.signer.headers(body)))

    assert (event.topic, event.about, event.event_id, event.occurred_at) == (topic, about, "n-1", NOON)
    assert bool(event.payload) == (about is About.OTHER)


def test_another_seller_s_revocation_is_not_ours(world: World) -> None:
    body = letter("AUTHORIZATION_REVOCATION", "n-1", "2026-03-02T12:00:00.000Z", {"username": "bob", "userId": "u-2"})
    signer = world.remote.store.signer
    request = replace(
        a_request(body=body, **signer.headers(body)), keys={signer.key_id: json.dumps(signer.published())}
    )

    told = [
        world.provider().parse_webhook(settings(seller=seller), request)[0].about for seller in ("ada", "bob", "u-2")
    ]

    assert told == [About.OTHER, About.REVOKED, About.REVOKED]


def test_an_order_that_is_no_json_is_kept_as_bad_data(world: World) -> None:
    with pytest.raises(BadData):
        world.events(a_request(body=b"{", **world.remote.store.signer.headers(b"{")))


def test_consent_brings_tokens_that_work(world: World) -> None:
    provider = world.provider()
    url = provider.authorize_url(world.integration.settings, redirect="https://hub.example/back", state="s-1")
    wanted = parse_qs(urlsplit(url).query)
    code = world.remote.gate.consent()

    tokens = world.ask("exchange", a_request("GET", f"code={code.replace('#', '%23')}&state=s-1"), redirect="x")

    assert wanted["redirect_uri"] == [SETTINGS["ru_name"]]
    assert "https://api.ebay.com/oauth/api_scope/sell.finances" in wanted["scope"][0].split()
    assert isinstance(tokens["access"], Token)
    world.tokens.held.update(tokens)
    assert world.ask("fetch_orders", OrderWindow(since=NOON, until=NOON)).orders == ()
    with pytest.raises(AuthExpired):  # a code is good once
        world.ask("exchange", a_request("GET", f"code={code.replace('#', '%23')}"), redirect="x")


def test_consent_that_is_declined_is_said_to_be() -> None:
    ebay = Ebay(Integration("under-test", "ebay", settings()))

    with pytest.raises(Rejected, match="access_denied"):
        ebay.exchange(None, a_request("GET", "error=access_denied"), redirect="x")  # type: ignore[arg-type]


def test_a_token_that_has_ended_is_renewed_once(world: World) -> None:
    world.ask("fetch_orders", OrderWindow(since=NOON, until=NOON))
    first = world.tokens.held["access"].access
    world.remote.gate.tokens.clear()

    world.ask("fetch_orders", OrderWindow(since=NOON, until=NOON))

    assert world.tokens.held["access"].access != first
    assert [each.url.path for each in world.faults.asked].count("/identity/v1/oauth2/token") == 2


@pytest.mark.parametrize(
    "facts",
    [
        {"verification_token": "too-short"},
        {"verification_token": "with spaces in it, which eBay does not take"},
        {"signing_jwe": None},
        {"url": "http://ebay.example"},
    ],
)
def test_settings_that_cannot_work_are_refused(facts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"verification_token|signing_key|https"):
        settings(**facts)


def test_a_signature_that_is_no_object_is_not_trusted() -> None:
    given = base64.b64encode(b"[]").decode()
    with pytest.raises(Untrusted):
        Ebay(Integration("under-test", "ebay", settings())).parse_webhook(
            settings(), replace(a_request(), headers={"x-ebay-signature": given})
        )


def test_a_new_token_that_is_refused_points_at_the_clock_and_at_consent(world: World) -> None:
    for _ in range(2):
        world.faults.next(Fault.FAILED, path="/order", answer=httpx2.Response(401, json={}))

    with pytest.raises(AuthExpired, match="clock is right, then give consent again"):
        world.ask("fetch_orders", OrderWindow(since=NOON, until=NOON))


@pytest.mark.parametrize("verb", ["fetch_orders", "fetch_returns", "fetch_settlements", "fetch_listings"])
@pytest.mark.parametrize("root", [None, 5, {"nodes": 5}, [5]], ids=["null", "number", "object", "list"])
def test_an_answer_of_another_schema_is_bad_data(world: World, verb: str, root: object) -> None:
    said = dict.fromkeys(("orders", "members", "payouts", "inventoryItems", "total"), root)
    world.faults.next(Fault.GARBAGE, method="GET", answer=httpx2.Response(200, json=said))
    window = () if verb == "fetch_listings" else (OrderWindow(since=NOON, until=NOON),)

    with pytest.raises(BadData):
        world.ask(verb, *window)
