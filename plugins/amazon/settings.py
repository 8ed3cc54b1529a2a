"""Settings of one selling partner account."""

from typing import Literal, get_args
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

import crossdock
from crossdock import Url

_HOSTS = {
    "na": "https://sellingpartnerapi-na.amazon.com",
    "eu": "https://sellingpartnerapi-eu.amazon.com",
    "fe": "https://sellingpartnerapi-fe.amazon.com",
}
_SELLER_CENTRALS = (
    *("ae", "ca", "co.jp", "co.za", "com", "com.au", "com.be", "com.br", "com.mx", "com.tr", "de", "eg", "es", "fr"),
    *("ie", "in", "it", "nl", "pl", "sa", "se", "sg"),
)
HOSTS = (
    *(f"{kind}sellingpartnerapi-{region}.amazon.com" for kind in ("", "sandbox.") for region in _HOSTS),
    "api.amazon.com",
    "sellercentral-europe.amazon.com",
    *(f"sellercentral.amazon.{end}" for end in _SELLER_CENTRALS),
    "sqs.*.amazonaws.com",
)
"""Amazon's own: the API of each region and its sandbox, Login with Amazon, Seller Central, queues."""
Speed = Literal["Standard", "Expedited", "Priority"]
SPEEDS: tuple[Speed, ...] = get_args(Speed)
"""Of orders that Amazon ships for other channels, the slowest first."""
_LOGIN = "https://api.amazon.com/auth/o2/token"


class AmazonSettings(crossdock.Settings):
    """Who sells where, and what asks for it.

    - `seller_id`: the merchant token.
    - `marketplace_ids`: where orders come from; stock is told to the first one's listings, and what Amazon ships for
      other channels is shipped there.
    - `region`: na, eu or fe.
    - `client_id`, `client_secret`: of the application, from Login with Amazon.
    - `refresh_token`: of a self-authorized application; None: consent is given on Amazon's own page.
    - `application_id`: of the application, for that page. `consent_url`: Seller Central of the region.
    - `amazon_fulfilled`: take in orders that Amazon ships as well, and what comes back of them.
    - `patch_up_to`: so many listings are changed one by one; more go as one feed, which takes minutes.
    - `carriers`: our name of a carrier to Amazon's carrier code, where the two differ.
    - `multi_channel`: Amazon ships orders of other channels too (Multi-Channel Fulfillment).
    - `speeds`: our shipping method of such orders to Amazon's speed; what is not named goes as Standard.
    - `packing_slip_note`: a sentence on their packing slips, which Amazon wants.
    - `queue_url`, `queue_region`, `queue_key_id`, `queue_secret`: an SQS queue, or on this machine one that speaks its
      protocol.
    - `queue_arn`: the same queue for Amazon, which is told to send there. Without one the polls bring what changed.
    - `backfill_days`: how far back the first poll reads.
    - `url`: of the other side, where it is not Amazon's own.
    """

    seller_id: str = Field(min_length=1)
    marketplace_ids: tuple[str, ...] = Field(min_length=1, max_length=50)
    region: Literal["na", "eu", "fe"] = "eu"
    client_id: str = Field(min_length=1)
    client_secret: SecretStr
    refresh_token: SecretStr | None = None
    application_id: str | None = None
    consent_url: Url = "https://sellercentral-europe.amazon.com"
    amazon_fulfilled: bool = True
    patch_up_to: int = Field(default=20, ge=0, le=100)
    carriers: dict[str, str] = Field(default_factory=dict)
    multi_channel: bool = False
    speeds: dict[str, Speed] = Field(default_factory=dict)
    packing_slip_note: str = Field(default="Thank you for your order.", min_length=1, max_length=750)
    queue_url: Url | None = None
    queue_region: str = "eu-west-1"
    queue_key_id: str | None = None
    queue_secret: SecretStr | None = None
    queue_arn: str | None = Field(default=None, pattern=r"^arn:aws:sqs:\S+:\S+:\S+")
    backfill_days: int = Field(default=1, ge=1, le=730)
    url: Url | None = None

    @model_validator(mode="after")
    def _queue_has_keys(self) -> "AmazonSettings":
        if self.queue_url is not None and (self.queue_key_id is None or self.queue_secret is None):
            raise ValueError("queue_url needs queue_key_id and queue_secret")
        return self

    @property
    def endpoint(self) -> str:
        return self.url or _HOSTS[self.region]

    @property
    def login(self) -> str:
        """Where Login with Amazon gives tokens: one place for the API of every region and for Amazon's own sandbox."""
        if self.url is None or (urlsplit(self.url).hostname or "").endswith(".amazon.com"):
            return _LOGIN
        return f"{self.url}/auth/o2/token"


def of_sandbox(url: str) -> dict[str, object]:
    """What reaches the sandbox that is served at an address."""
    return {
        "seller_id": "A0SANDBOX",
        "marketplace_ids": ["A1F83G8C2ARO7P"],
        "client_id": "sandbox",
        "client_secret": "sandbox",
        "refresh_token": "sandbox",
        "queue_url": f"{url}/000000000000/orders",
        "queue_key_id": "sandbox",
        "queue_secret": "sandbox",
        "queue_arn": "arn:aws:sqs:eu-west-1:000000000000:orders",
        "url": url,
    }
