"""Settings of one Shopify store."""

from typing import Literal, Self

from pydantic import Field, model_validator

import crossdock
from crossdock import SecretStr

_POINTS = {"standard": 100, "advanced": 200, "plus": 1000, "enterprise": 2000}
_BUCKET_SECONDS = 20

Plan = Literal["standard", "advanced", "plus", "enterprise"]


class ShopifySettings(crossdock.Settings):
    """`shop` is the permanent name, acme.myshopify.com. Either `access_token`, or `client_id` and `client_secret`.

    `access_token`: of a custom app that was made in the store's own admin.
    `client_id`, `client_secret`: of an app of the developer dashboard. The token comes by consent on Shopify's page, or
        without it where app and store belong to one organisation.
    `webhook_secret`: what webhooks are signed with, where it is not the client secret. `former_webhook_secret`: the one
        before; Shopify signs with it for up to an hour after a change.
    `location`: the id of the location that stock is published to; needed where the store has several.
    `plan`: of the store, which decides how fast it may be asked.
    `notify_customer`: Shopify writes to the shopper about shipments, refunds and returns.
    `backfill_days`: how far back the first poll reads. Beyond 60 days the scope read_all_orders is needed.
    `url`: the address of the Admin API; for stores that are played.
    """

    shop: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*\.myshopify\.com$")
    access_token: SecretStr | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    webhook_secret: SecretStr | None = None
    former_webhook_secret: SecretStr | None = None
    location: str | None = Field(default=None, pattern=r"^(gid://shopify/Location/)?[0-9]+$")
    plan: Plan = "standard"
    notify_customer: bool = True
    backfill_days: int = Field(default=1, ge=1, le=3650)
    url: str | None = Field(
        default=None, pattern=r"^(https://[^/]+|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?)(/[\w.-]+)*$"
    )

    @model_validator(mode="after")
    def _has_a_way_in(self) -> Self:
        app = self.client_id is not None and self.client_secret is not None
        if self.access_token is None and not app:
            raise ValueError("Give `access_token`, or `client_id` and `client_secret` of your app.")
        return self

    @property
    def base(self) -> str:
        """Where the store answers, without a slash at the end."""
        return self.url or f"https://{self.shop}"

    @property
    def location_id(self) -> str | None:
        """The location as the API names it."""
        if self.location is None:
            return None
        return f"gid://shopify/Location/{self.location.rsplit('/', 1)[-1]}"

    @property
    def signing_secrets(self) -> list[str]:
        """What a webhook may be signed with, the likeliest first."""
        given = (self.webhook_secret or self.client_secret, self.former_webhook_secret)
        return [secret.get_secret_value() for secret in given if secret is not None]

    @property
    def points_per_second(self) -> int:
        return _POINTS[self.plan]


def limits(settings: ShopifySettings) -> list[crossdock.RateLimit]:
    """The bucket of points that the store's plan gives an app; every answer corrects it."""
    points = settings.points_per_second
    return [crossdock.RateLimit(size=points * _BUCKET_SECONDS, rate=points)]


def store(settings: ShopifySettings) -> str:
    """What webhooks call the store."""
    return settings.shop


def of_sandbox(url: str) -> dict[str, str]:
    """What reaches the sandbox that is served at an address."""
    return {
        "shop": "sandbox.myshopify.com",
        "access_token": "shpat_sandbox",
        "webhook_secret": "sandbox",
        "url": url,
    }
