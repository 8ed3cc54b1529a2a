"""Who may ask: consent, tokens, and signatures of requests about money."""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import load_der_private_key

from crossdock import Stage
from plugins.ebay.sandbox.calls import Answer, Refusal
from plugins.ebay.settings import EbaySettings

_LIFE = timedelta(hours=2)
_ABOUT_MONEY = re.compile(r"/sell/finances/.*|.*/issue_refund|.*/cancellation(/[^/]+/approve)?|.*/decide")


class Gate:
    """Tokens that were given: when they end, and whether they are the application's own. Codes are good once."""

    def __init__(self, settings: EbaySettings, stage: Stage) -> None:
        self.settings = settings
        self.stage = stage
        self.under = urlsplit(stage.url).path
        self.tokens: dict[str, tuple[datetime, bool]] = {}
        self.codes: set[str] = set()
        given = settings.refresh_token
        self.refresh = {given.get_secret_value()} if given is not None else set[str]()

    def consent(self) -> str:
        """The seller agrees; the code that goes back to the application."""
        code = f"v^1.1#{secrets.token_hex(8)}"
        self.codes.add(code)
        return code

    def token(self, content: bytes, headers: Mapping[str, str]) -> Answer:
        """What the token endpoint answers."""
        basic = f"{self.settings.client_id}:{self.settings.client_secret.get_secret_value()}"
        if headers.get("authorization") != f"Basic {base64.b64encode(basic.encode()).decode()}":
            return _no(401, "invalid_client")
        form = {name: values[0] for name, values in parse_qs(content.decode()).items()}
        application = form.get("grant_type") == "client_credentials"
        said: dict[str, Any] = {
            "access_token": self._new(application=application),
            "expires_in": int(_LIFE.total_seconds()),
        }
        match form.get("grant_type"):
            case "client_credentials":
                return Answer(said | {"token_type": "Application Access Token"})
            case "refresh_token" if form.get("refresh_token") in self.refresh:
                return Answer(said | {"token_type": "User Access Token"})
            case "authorization_code" if form.get("code") in self.codes and form.get("redirect_uri"):
                self.codes.discard(form["code"])
                refresh = f"v^1.1#r-{secrets.token_hex(12)}"
                self.refresh.add(refresh)
                further = {"refresh_token": refresh, "refresh_token_expires_in": 47_304_000}
                return Answer(said | further | {"token_type": "User Access Token"})
        return _no(400, "invalid_grant")

    def admit(self, method: str, path: str, host: str, content: bytes, headers: Mapping[str, str]) -> bool:
        """Whether it asks in the application's own name.

        Raises Refusal unless the token is in force and, about money, the signature is right.
        """
        kind, _, token = headers.get("authorization", "").partition(" ")
        wanted = "IAF" if path.startswith("/post-order/") else "Bearer"
        ends, application = self.tokens.get(token, (None, False))
        if kind != wanted or ends is None or ends <= self.stage.now():
            raise Refusal(401, 1001, "Invalid access token.")
        if application and not path.startswith("/commerce/notification/"):
            raise Refusal(403, 1100, "Access denied: this is the seller's.")
        if self.settings.signing_key is not None and _ABOUT_MONEY.fullmatch(path):
            self._signed(method, path, host, content, headers)
        return application

    def _new(self, *, application: bool) -> str:
        token = f"v^1.1#i^1#{secrets.token_hex(16)}"
        self.tokens[token] = (self.stage.now() + _LIFE, application)
        return token

    def _signed(self, method: str, path: str, host: str, content: bytes, headers: Mapping[str, str]) -> None:
        key = self.settings.signing_key
        assert key is not None
        given = headers.get("signature-input", "").partition("sig1=")[2]
        known = dict(headers) | {"@method": method, "@path": f"{self.under}{path}", "@authority": host}
        names = re.findall(r'"([^"]+)"', given)
        if content:
            digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
            if "content-digest" not in names or headers.get("content-digest") != f"sha-256=:{digest}:":
                raise Refusal(400, 215_003, "The Content-Digest header is missing or wrong.")
        base = "\n".join([*(f'"{name}": {known.get(name)}' for name in names), f'"@signature-params": {given}'])
        inner = "".join(line for line in key.get_secret_value().split("\n") if "-----" not in line)
        private = load_der_private_key(base64.b64decode(inner), password=None)
        signature = headers.get("signature", "").removeprefix("sig1=:").removesuffix(":")
        try:
            if not {"x-ebay-signature-key", "@method", "@path", "@authority"} <= set(names):
                raise Refusal(400, 215_001, "The signature leaves something out.")
            if isinstance(private, ed25519.Ed25519PrivateKey):
                private.public_key().verify(base64.b64decode(signature), base.encode())
        except InvalidSignature:
            raise Refusal(400, 215_002, "The signature is wrong.") from None


def _no(status: int, error: str) -> Answer:
    return Answer({"error": error, "error_description": "It is not valid."}, status)
