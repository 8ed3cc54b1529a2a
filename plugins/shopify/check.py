"""Whether the store can be worked with: token, rights, location, and webhooks."""

from collections.abc import Sequence
from typing import Any

from crossdock import Diagnosis
from plugins.shopify.access import SCOPES, Ctx
from plugins.shopify.client import ask
from plugins.shopify.documents import shop


def check(ctx: Ctx) -> list[Diagnosis]:
    """Look, and change nothing. A token that is refused raises AuthExpired, as in every verb."""
    said = ask(ctx, shop.SHOP)
    held = [each["handle"] for each in said["currentAppInstallation"]["accessScopes"]]
    return [_shop(ctx, said["shop"]), _scopes(held), _location(ctx, said["locations"]["nodes"]), _webhooks(ctx)]


def _shop(ctx: Ctx, said: dict[str, Any]) -> Diagnosis:
    wanted, found = ctx.settings.shop, said["myshopifyDomain"]
    return Diagnosis(
        name="shop",
        ok=found == wanted,
        message=f"The token is for {said['name']} ({found}).",
        mend=f"Set `shop` to {found}, or give a token of {wanted}.",
    )


def _scopes(held: Sequence[str]) -> Diagnosis:
    missing = [scope for scope in SCOPES if scope not in held and scope.replace("read_", "write_", 1) not in held]
    granted = "The app has all rights that it needs."
    return Diagnosis(
        name="scopes",
        ok=not missing,
        message=granted if not missing else f"The app lacks {', '.join(missing)}.",
        mend="Add these scopes to the app, and have the merchant consent anew.",
        severe="read_orders" in missing,
    )


def _location(ctx: Ctx, found: Sequence[dict[str, Any]]) -> Diagnosis:
    active = {each["id"]: each["name"] for each in found if each["isActive"]}
    wanted = ctx.settings.location_id
    names = ", ".join(f"{name} ({place.rsplit('/', 1)[-1]})" for place, name in active.items()) or "none"
    if wanted is None:
        ok, message = len(active) == 1, f"The shop's active locations: {names}."
    else:
        ok, message = wanted in active, f"Stock is published to {active.get(wanted, wanted)}."
    mend = f"Set `location` to one of the shop's active locations: {names}."
    return Diagnosis(name="location", ok=ok, message=message, mend=mend, severe=False)


def _webhooks(ctx: Ctx) -> Diagnosis:
    if not ctx.settings.signing_secrets:
        message, mend = "Webhooks cannot be verified.", "Set `webhook_secret` to the app's client secret."
        return Diagnosis(name="webhooks", ok=False, message=message, mend=mend, severe=False)
    if ctx.address is None:
        message = "The hub has no public address that Shopify could send webhooks to; orders come by poll."
        return Diagnosis(name="webhooks", ok=False, message=message, mend="Set CROSSDOCK_PUBLIC_URL.", severe=False)
    return Diagnosis(name="webhooks", ok=True, message=f"Webhooks come to {ctx.address}.")
