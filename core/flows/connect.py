"""Granting access to an integration on the other side's own page: the way there, and the way back.

The way there is an address that this hub has signed and that holds for a quarter of an hour; `state`, which comes
back with the person, is signed likewise and names the integration, so nobody can hand us an answer for another.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from core import clock, outbox
from core.actor import acting_as
from core.errors import IllegalState, NotSupported
from core.integrations import tokens
from core.integrations.health import note_trouble
from core.integrations.models import HealthStatus, Integration
from crossdock import Untrusted, WebhookRequest

if TYPE_CHECKING:
    from core.hub import Hub

_HOLDS = timedelta(minutes=15)


def address(hub: "Hub", key: str) -> str | None:
    """Where a person grants access to an integration; None where none is needed, or nobody outside can come back."""
    if hub.config.public_url is None or _installer(hub, key) is None:
        return None
    return f"{hub.config.public_url}/connect/{key}?pass={_signed(hub, 'go', key)}"


def there(hub: "Hub", key: str, ticket: str) -> str:
    """The page of the other side that asks for consent. Raises Untrusted for a ticket that is not ours, or too old."""
    hub.refresh()
    _check(hub, "go", key, ticket)
    url: str = _required(hub, key).authorize_url(
        hub.registry.integration(key).settings, redirect=_redirect(hub, key), state=_signed(hub, "back", key)
    )
    return url


def back(hub: "Hub", key: str, state: str, callback: WebhookRequest) -> None:
    """Keep the tokens that the other side grants. Raises Untrusted, and what `exchange` raises."""
    hub.refresh()
    _check(hub, "back", key, state)
    provider = _required(hub, key)
    hub.guard.forget(key)
    granted = provider.exchange(hub.context(key), callback, redirect=_redirect(hub, key))
    with hub.transaction() as session, acting_as(f"integration:{key}"):
        tokens.keep(session, hub.sealer, key, granted)
        note_trouble(session, key, HealthStatus.UNKNOWN, "Access was granted; it has not been used yet.")
        integration_id = session.scalars(select(Integration.id).where(Integration.key == key)).one()
        outbox.record(session, "integration.connected", f"int_{integration_id}", f"Access to {key} was granted.")


def _installer(hub: "Hub", key: str) -> Any:
    found = hub.registry.integrations.get(key)
    if found is None or found.problem is not None:
        return None
    able = (bound.provider for bound in found.providers if "install" in bound.provider.capabilities)
    installer = next(able, None)
    return None if installer is None else hub.provider(key, installer.kind, installer.name)


def _required(hub: "Hub", key: str) -> Any:
    hub.registry.integration(key)
    provider = _installer(hub, key)
    if provider is None:
        raise NotSupported(f"{key} needs no consent of a person.")
    return provider


def _redirect(hub: "Hub", key: str) -> str:
    if hub.config.public_url is None:
        raise IllegalState("Set CROSSDOCK_PUBLIC_URL: the other side must be able to send people back.")
    return f"{hub.config.public_url}/connect/{key}/back"


def _signed(hub: "Hub", purpose: str, key: str) -> str:
    until = int((clock.now() + _HOLDS).timestamp())
    said = f"{until}.{secrets.token_urlsafe(12)}"
    return f"{said}.{_signature(hub, purpose, key, said)}"


def _check(hub: "Hub", purpose: str, key: str, ticket: str) -> None:
    said, _, signature = ticket.rpartition(".")
    if not hmac.compare_digest(signature.encode(), _signature(hub, purpose, key, said).encode()):
        raise Untrusted("This address was not made by this hub. Ask for a new one.", status=403)
    if int(said.partition(".")[0]) < clock.now().timestamp():
        raise Untrusted("This address has expired. Ask for a new one.", status=403)


def _signature(hub: "Hub", purpose: str, key: str, said: str) -> str:
    message = f"connect:{purpose}:{key}:{said}".encode()
    return hmac.new(hub.signing_key, message, hashlib.sha256).hexdigest()
