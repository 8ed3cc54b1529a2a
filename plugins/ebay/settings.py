"""Settings of one seller's account."""

import re
from typing import Literal

from pydantic import Field, SecretStr, model_validator

import crossdock
from crossdock import Url

_VERIFIES = re.compile(r"[A-Za-z0-9_-]{32,80}")


class EbaySettings(crossdock.Settings):
    """Who sells, and the application (keyset) that asks in the seller's name.

    - `client_id`, `client_secret`: the keyset's App ID and Cert ID.
    - `marketplace_id`: where most is sold; Post-Order and Finances want one named with each request.
    - `environment`: eBay's own sandbox marks orders as tests.
    - `ru_name`: eBay's own name (RuName) of the page that consent comes back to.
    - `seller`: the user name, or the id that eBay gives in its place, where one application serves several sellers.
    - `refresh_token`: of a consent given elsewhere; without it, consent is given through the hub.
    - `verification_token`: 32 to 80 letters, digits, - and _; eBay proves with it that the address is ours. Without it
      nothing is subscribed to, and the polls alone bring what changed.
    - `signing_key`, `signing_jwe`: of eBay's Key Management; sellers in the EU and the UK need them for money.
    - `carriers`: our name of a carrier to eBay's code, where the two differ.
    - `daily_calls`: the application's own quota of an API, by its name in `operations.DAILY_CALLS`.
    - `returns_open_days`: for how long after it was asked for a return may still change.
    - `backfill_days`: how far back the first poll reads.
    - `url`: of the other side, where it is not eBay's own.
    """

    client_id: str = Field(min_length=1)
    client_secret: SecretStr
    marketplace_id: str = Field(default="EBAY_GB", pattern=r"^EBAY(_[A-Z]{2,})+$")
    environment: Literal["production", "sandbox"] = "production"
    ru_name: str | None = None
    seller: str | None = None
    refresh_token: SecretStr | None = None
    verification_token: SecretStr | None = None
    signing_key: SecretStr | None = None
    signing_jwe: SecretStr | None = None
    carriers: dict[str, str] = Field(default_factory=dict)
    daily_calls: dict[str, int] = Field(default_factory=dict)
    returns_open_days: int = Field(default=60, ge=1, le=540)
    backfill_days: int = Field(default=1, ge=1, le=729)
    url: Url | None = None

    @model_validator(mode="after")
    def _complete(self) -> "EbaySettings":
        if (self.signing_key is None) != (self.signing_jwe is None):
            raise ValueError("signing_key and signing_jwe belong together: set both, or neither")
        token = self.verification_token.get_secret_value() if self.verification_token else None
        if token is not None and not _VERIFIES.fullmatch(token):
            raise ValueError("verification_token has 32 to 80 letters, digits, - and _")
        return self

    @property
    def hosts(self) -> dict[str, str]:
        """Where the APIs ("api", "apiz") and the page of consent ("auth") are."""
        names = ("api", "apiz", "auth")
        if self.url:
            return dict.fromkeys(names, self.url)
        place = "sandbox.ebay.com" if self.environment == "sandbox" else "ebay.com"
        return {name: f"https://{name}.{place}" for name in names}


def of_sandbox(url: str) -> dict[str, str]:
    """What reaches the sandbox that is served at an address."""
    return {
        "client_id": "sandbox",
        "client_secret": "sandbox",
        "refresh_token": "sandbox",
        "verification_token": "sandbox-" * 4,
        "url": url,
    }
