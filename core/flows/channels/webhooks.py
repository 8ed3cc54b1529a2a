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
from core.errors import PluginFault
from core.flows.channels import events
from core.flows.channels.understand import Told, told_as, understood
from core.flows.tickets import attend
from core.flows.track.heard import hear as hear_scans
from core.inbox import service as inbox
from core.inbox.models import InboxMessage
from core.inbox.service import Raw
from core.integrations.models import Integration
from crossdock import BadData, Scan, TicketEvent, Untrusted, WebhookEvent, WebhookReply, WebhookRequest
from crossdock import errors as provider_errors

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

KIND = "webhook"
"""Messages that hold a whole webhook whose signature was right and whose body nobody could read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller gets."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


_FAILED = Answer(500, b"This could not be worked out.")
_NOBODY = Answer(404, b"Nobody listens here.")


@dataclass(frozen=True, slots=True)
class Heard:
    """What an integration was told by somebody whom it trusts, before it is kept."""

    key: str
    told: Told


def take(hub: "Hub", key: str, requests: Sequence[WebhookRequest]) -> list[Answer]:
    """Verify, read and keep what one integration is told, and answer each. Never raises for what callers send."""
    heard = hear(hub, key, requests)
    kept = iter(keep(hub, [each for each in heard if isinstance(each, Heard)]))
    return [next(kept) if isinstance(each, Heard) else each for each in heard]


def hear(hub: "Hub", key: str, requests: Sequence[WebhookRequest]) -> list[Answer | Heard]:
    """Verify and read; what is to be kept is answered once it is kept."""
    hub.refresh()
    if told_as(hub, key) is None:
        for _ in requests:
            metrics.webhook_heard("unknown", "no integration")
        return [_NOBODY] * len(requests)
    address = hub.address_of(key)
    addressed = [replace(each, address=address or each.address) for each in requests]
    try:
        said: Sequence[Told | WebhookReply | Exception] = understood(hub, key, addressed)
    except Exception as error:  # noqa: BLE001  # told to each of them, as is their own
        said = [error] * len(addressed)
    return [_heard(hub, key, *each) for each in zip(addressed, said, strict=True)]


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


def _heard(hub: "Hub", key: str, request: WebhookRequest, said: Told | WebhookReply | Exception) -> Answer | Heard:
    try:
        return _judged(hub, key, request, said)
    except provider_errors.ProviderError as error:
        metrics.webhook_heard(key, "failed")
        log.warning("webhook.not_checked", integration=key, error=str(error))
        return Answer(503, b"Try again later.")
    except Exception:
        metrics.webhook_heard(key, "failed")
        log.exception("webhook.failed", integration=key)
        return _FAILED


def _judged(hub: "Hub", key: str, request: WebhookRequest, said: Told | WebhookReply | Exception) -> Answer | Heard:
    match said:
        case Untrusted():
            metrics.webhook_heard(key, "untrusted")
            log.warning("webhook.untrusted", integration=key, reason=said.message, bytes=len(request.body))
            return Answer(said.status if said.status in range(400, 600) else 401, b"The signature is not right.")
        case BadData():
            metrics.webhook_heard(key, "unreadable")
            _set_aside(hub, key, request, said)
            return Answer(200)
        case Exception():
            raise said
        case WebhookReply():
            metrics.webhook_heard(key, "challenge")
            return Answer(said.status, said.body, said.content_type)
    return Heard(key, said)


def apply(hub: "Hub", key: str, messages: Sequence[InboxMessage]) -> None:
    """Read kept webhooks again, by a plugin that has been mended since: they were verified when they came."""
    said = understood(hub, key, [_restored(message.payload) for message in messages])
    for message, told in zip(messages, said, strict=True):
        if isinstance(told, Exception):
            if not isinstance(told, provider_errors.ProviderError | PluginFault):
                raise told
            with hub.transaction() as session:
                inbox.quarantine(session, message.id, told.message)
            continue
        with hub.transaction() as session:
            if not isinstance(told, WebhookReply):
                _take_in(hub, session, key, [told], aged=True)
            inbox.settle(session, [(message.id, None, "UPDATED")])


def _take_in(hub: "Hub", session: Session, key: str, webhooks: Sequence[Told], *, aged: bool = False) -> list[bool]:
    """Keep what channels and helpdesks tell, file what carriers do; for each webhook, whether any of it was new."""
    new = [False] * len(webhooks)
    for place, told in enumerate(webhooks):
        scans = [each for each in told if isinstance(each, Scan)]
        if scans:
            with acting_as(f"carrier:{key}"):
                new[place] = bool(hear_scans(session, key, scans))
        tickets = [each for each in told if isinstance(each, TicketEvent)]
        if tickets:
            with acting_as(f"helpdesk:{key}"):
                new[place] = any(attend.take_in(session, key, tickets))
    said = [(place, each) for place, told in enumerate(webhooks) for each in told if isinstance(each, WebhookEvent)]
    if said:
        with acting_as(f"channel:{key}"):
            fresh = events.take_in(hub, session, key, [each for _, each in said], aged=aged)
        for place in (place for (place, _), is_new in zip(said, fresh, strict=True) if is_new):
            new[place] = True
    return new


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


__all__ = ["KIND", "Answer", "Heard", "apply", "hear", "keep", "take"]
