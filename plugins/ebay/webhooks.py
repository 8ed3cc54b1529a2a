"""Notifications: eBay signs them with keys that it publishes, and proves an address with a challenge.

The header is base64 of {"kid", "signature", ...}; the signature is ECDSA over the body as it came.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from crossdock import About, KeyNeeded, Untrusted, WebhookEvent, WebhookReply, WebhookRequest
from plugins.ebay.client import Ctx, ask
from plugins.ebay.operations import GET_PUBLIC_KEY
from plugins.ebay.settings import EbaySettings
from plugins.ebay.wire import Said, moment, part, reading, text, text_or_none

_REFUSED = 412
"""What eBay expects where a signature is wrong."""

_DIGESTS: Mapping[str, type[hashes.HashAlgorithm]] = {
    "SHA1": hashes.SHA1,  # eBay's choice
    "SHA256": hashes.SHA256,
}

_ABOUT = {
    "ORDER_CONFIRMATION": About.ORDER,
    "ITEM_MARKED_SHIPPED": About.ORDER,
    "AUTHORIZATION_REVOCATION": About.REVOKED,
}
TOPICS = tuple(_ABOUT)
"""What the plugin understands and subscribes to. All else that eBay sends is kept for a person to see."""


def parse(settings: EbaySettings, request: WebhookRequest) -> Sequence[WebhookEvent] | WebhookReply:
    """Pure. Raises Untrusted, KeyNeeded, BadData."""
    if request.method == "GET":
        return _solved(settings, request)
    _verify(request)
    with reading("notification", request.body.decode(errors="replace")):
        return [_event(json.loads(request.body), settings.seller)]


def fetch_key(ctx: Ctx, key_id: str) -> str:
    """A public key with its digest, as JSON. Raises Rejected where eBay has none of this id."""
    found = ask(ctx, GET_PUBLIC_KEY, {"public_key_id": key_id})
    with reading("public key", json.dumps(found)):
        return json.dumps({"key": text(found["key"]), "digest": text(found.get("digest", "SHA1"))})


def _solved(settings: EbaySettings, request: WebhookRequest) -> WebhookReply:
    code = parse_qs(request.query).get("challenge_code", [""])[0]
    if not code or settings.verification_token is None:
        raise Untrusted("It is no challenge of eBay's, or verification_token is not set.", status=400)
    parts = (code, settings.verification_token.get_secret_value(), request.address)
    solution = hashlib.sha256("".join(parts).encode()).hexdigest()
    return WebhookReply(body=json.dumps({"challengeResponse": solution}).encode())


def _verify(request: WebhookRequest) -> None:
    try:
        said = json.loads(base64.b64decode(request.headers.get("x-ebay-signature", "").encode("ascii"), validate=True))
        key_id, signature = text(said["kid"]), base64.b64decode(text(said["signature"]))
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise Untrusted("The signature is missing or no signature of eBay's.", status=_REFUSED) from None
    known = request.keys.get(key_id)
    if known is None:
        raise KeyNeeded(key_id)
    key = json.loads(known)
    try:
        public = load_der_public_key(base64.b64decode("".join(_inside(key["key"]))))
        digest = _DIGESTS[key["digest"].upper().replace("-", "")]
        if not isinstance(public, ec.EllipticCurvePublicKey):
            raise Untrusted(f"eBay's key {key_id} is for another kind of signature.", status=_REFUSED)
        public.verify(signature, request.body, ec.ECDSA(digest()))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, KeyError):
        raise Untrusted("The signature is wrong.", status=_REFUSED) from None


def _inside(pem: str) -> list[str]:
    """What stands between a key's first and last line, which eBay writes without line breaks."""
    inner = pem.partition("-----BEGIN PUBLIC KEY-----")[2].partition("-----END PUBLIC KEY-----")[0]
    return (inner or pem).split()


def _event(said: Any, seller: str | None) -> WebhookEvent:
    told = part(said["notification"])
    topic = text(part(said["metadata"])["topic"])
    data = part(told.get("data"))
    order = _order_id(data)
    about = _ABOUT.get(topic, About.OTHER)
    if about is About.REVOKED and seller not in {None, data.get("username"), data.get("userId")}:
        about = About.OTHER  # eBay tells the application, and it was another seller's consent
    return WebhookEvent(
        topic=topic,
        event_id=text(told["notificationId"]),
        about=about if about is not About.ORDER or order else About.OTHER,
        external_id=order,
        payload="" if about is not About.OTHER and (order or about is About.REVOKED) else json.dumps(said),
        occurred_at=moment(told["eventDate"]),
    )


def _order_id(data: Said) -> str | None:
    """Topics put it at the top or inside of `order`."""
    return text_or_none(data.get("orderId")) or text_or_none(part(data.get("order")).get("orderId"))
