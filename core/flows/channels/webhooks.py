"""A webhook: verified, kept, answered; whatever follows from it is done by jobs.

Nothing of a caller without a valid signature is kept. What is signed and makes no sense is kept for replay, and
answered as received, for sending it again would not mend it.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core import metrics
from core.actor import acting_as
from core.errors import CrossdockError, PluginFault
from core.flows.channels import events, keys
from core.flows.track.heard import hear as hear_scans
from core.inbox import service as inbox
from core.inbox.models import InboxMessage
from core.inbox.service import Raw
from core.integrations.models import Integration
from crossdock import BadData, KeyNeeded, Kind, Scan, Untrusted, WebhookEvent, WebhookReply, WebhookRequest
from crossdock import errors as provider_errors

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

KIND = "webhook"
"""Messages that hold a whole webhook whose signature was right and whose body nobody could read."""
_MOST_KEYS = 2

_Told = Sequence[WebhookEvent | Scan]
"""What a channel tells are events; what a carrier tells are scans."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller gets."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


_FAILED = Answer(500, b"This could not be worked out.")


@dataclass(frozen=True, slots=True)
class Heard:
    """What an integration was told by somebody whom it trusts, before it is kept."""

    key: str
    told: _Told


def hear(hub: "Hub", key: str, request: WebhookRequest) -> Answer | Heard:
    """Verify and read; what it says is answered once it is kept. Never raises for what a caller sends."""
    hub.refresh()
    if not {"channel.webhooks", "carrier.webhooks"} & _capabilities(hub, key):
        metrics.webhook_heard("unknown", "no integration")
        return Answer(404, b"Nobody listens here.")
    try:
        return _heard(hub, key, request)
    except provider_errors.ProviderError as error:
        metrics.webhook_heard(key, "failed")
        log.warning("webhook.not_checked", integration=key, error=str(error))
        return Answer(503, b"Try again later.")
    except Exception:
        metrics.webhook_heard(key, "failed")
        log.exception("webhook.failed", integration=key)
        return _FAILED


def keep(hub: "Hub", heard: Sequence[Heard]) -> list[Answer]:
    """Keep what was heard, in one transaction, and answer each. Where that fails each is kept by itself."""
    new: dict[int, bool] = {}
    try:
        with hub.transaction() as session:
            for key in sorted({each.key for each in heard}):  # in one order, so that two of these do not wait in a ring
                places = [place for place, each in enumerate(heard) if each.key == key]
                new |= zip(places, _take_in(hub, session, key, [heard[place].told for place in places]), strict=True)
    except Exception as error:
        if len(heard) > 1 and not isinstance(error, OperationalError):
            return [answer for each in heard for answer in keep(hub, [each])]
        for each in heard:
            metrics.webhook_heard(each.key, "failed")
        log.exception("webhook.not_kept", integrations=sorted({each.key for each in heard}), webhooks=len(heard))
        return [_FAILED] * len(heard)
    for place, each in enumerate(heard):
        metrics.webhook_heard(each.key, "new" if new[place] else "known")
    return [Answer(200)] * len(heard)


def _heard(hub: "Hub", key: str, request: WebhookRequest) -> Answer | Heard:
    try:
        told = _understood(hub, key, replace(request, address=hub.address_of(key) or request.address))
    except Untrusted as error:
        metrics.webhook_heard(key, "untrusted")
        log.warning("webhook.untrusted", integration=key, reason=error.message, bytes=len(request.body))
        status = error.status if error.status in range(400, 600) else 401
        return Answer(status, b"The signature is not right.")
    except BadData as error:
        metrics.webhook_heard(key, "unreadable")
        _set_aside(hub, key, request, error)
        return Answer(200)
    if isinstance(told, WebhookReply):
        metrics.webhook_heard(key, "challenge")
        return Answer(told.status, told.body, told.content_type)
    return Heard(key, told)


def apply(hub: "Hub", key: str, messages: Sequence[InboxMessage]) -> None:
    """Read kept webhooks again, by a plugin that has been mended since: they were verified when they came."""
    for message in messages:
        request = _restored(message.payload)
        try:
            told = _understood(hub, key, request)
        except (provider_errors.ProviderError, PluginFault) as error:
            with hub.transaction() as session:
                inbox.quarantine(session, message.id, error.message)
            continue
        with hub.transaction() as session:
            if not isinstance(told, WebhookReply):
                _take_in(hub, session, key, [told], aged=True)
            inbox.settle(session, [(message.id, None, "UPDATED")])


def _take_in(hub: "Hub", session: Session, key: str, webhooks: Sequence[_Told], *, aged: bool = False) -> list[bool]:
    """Keep what a channel tells, file what a carrier does; for each webhook, whether any of it was new."""
    new = [False] * len(webhooks)
    for place, told in enumerate(webhooks):
        scans = [each for each in told if isinstance(each, Scan)]
        if scans:
            with acting_as(f"carrier:{key}"):
                new[place] = bool(hear_scans(session, key, scans))
    said = [(place, each) for place, told in enumerate(webhooks) for each in told if isinstance(each, WebhookEvent)]
    if said:
        with acting_as(f"channel:{key}"):
            fresh = events.take_in(hub, session, key, [each for _, each in said], aged=aged)
        for place in (place for (place, _), is_new in zip(said, fresh, strict=True) if is_new):
            new[place] = True
    return new


def _capabilities(hub: "Hub", key: str) -> set[str]:
    try:
        return set(hub.registry.integration(key).capabilities)
    except CrossdockError:
        return set()


def _understood(hub: "Hub", key: str, request: WebhookRequest) -> _Told | WebhookReply:
    """What it says. Where the signature is wrong the secret may have changed a moment ago: then once more."""
    used = hub.registry.integration(key).settings
    try:
        return _parsed(hub, key, request)
    except Untrusted:
        if not hub.guard.fresh(key, used):
            raise
        return _parsed(hub, key, request)


def _parsed(hub: "Hub", key: str, request: WebhookRequest) -> _Told | WebhookReply:
    kind: Kind = "channel" if "channel.webhooks" in _capabilities(hub, key) else "carrier"
    provider: Any = hub.provider(key, kind)
    settings = hub.registry.integration(key).settings
    for _ in range(_MOST_KEYS):
        try:
            heard = provider.parse_webhook(settings, request)
        except KeyNeeded as needed:
            request = replace(request, keys={**request.keys, needed.key_id: keys.fetch(hub, key, needed.key_id)})
        else:
            return heard if isinstance(heard, WebhookReply) else list(heard)
    raise Untrusted("Its signature asks for one key after another.")


def _set_aside(hub: "Hub", key: str, request: WebhookRequest, error: BadData) -> None:
    payload = _written(request)
    with hub.transaction() as session, acting_as(f"channel:{key}"):
        integration_id = session.scalars(select(Integration.id).where(Integration.key == key)).one()
        name = inbox.digest(request.body.decode(errors="replace"))
        raw = Raw(kind=KIND, external_id=name, payload=payload, mapper=hub.registry.integration(key).plugin)
        (kept,) = inbox.keep(session, integration_id, [raw])
        if kept.new:
            inbox.quarantine(session, kept.id, error.message)


def _written(request: WebhookRequest) -> str:
    """A whole request as text. Its headers are kept, for the signature is among them."""
    said: dict[str, Any] = {
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "headers": dict(request.headers),
        "received_at": request.received_at.isoformat(),
        "address": request.address,
    }
    text = request.body.decode(errors="replace")
    if text.encode() == request.body and "\0" not in text:
        said["body"] = text
    else:
        said |= {"body": base64.b64encode(request.body).decode(), "base64": True}
    return orjson.dumps(said).decode()


def _restored(text: str) -> WebhookRequest:
    said: Mapping[str, Any] = orjson.loads(text)
    body = base64.b64decode(said["body"]) if said.get("base64") else said["body"].encode()
    return WebhookRequest(
        method=said["method"],
        path=said["path"],
        query=said["query"],
        headers=said["headers"],
        body=body,
        received_at=datetime.fromisoformat(said["received_at"]),
        address=said["address"],
    )


__all__ = ["KIND", "Answer", "Heard", "apply", "hear", "keep"]
