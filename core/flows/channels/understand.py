"""What webhooks say, in the words of whose plugin they are for: verified and read, nothing done about it yet."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.errors import CrossdockError
from core.flows.channels import keys
from crossdock import KeyNeeded, Kind, Scan, TicketEvent, Untrusted, WebhookEvent, WebhookReply, WebhookRequest
from crossdock.errors import ProviderError

if TYPE_CHECKING:
    from core.hub import Hub

_MOST_KEYS = 2

_KINDS: tuple[Kind, ...] = ("channel", "carrier", "helpdesk")

Told = Sequence[WebhookEvent | Scan | TicketEvent]
"""What a channel tells are events; what a carrier tells are scans, and a helpdesk tells of tickets."""


def told_as(hub: "Hub", key: str) -> Kind | None:
    """As what an integration hears webhooks; None where it hears none, or does not run."""
    try:
        able = set(hub.registry.integration(key).capabilities)
    except CrossdockError:
        return None
    return next((kind for kind in _KINDS if f"{kind}.webhooks" in able), None)


def understood(hub: "Hub", key: str, requests: Sequence[WebhookRequest]) -> list[Told | WebhookReply | Exception]:
    """What each says, or what is wrong with it. Several are handed to the plugin in one go, which is much cheaper.

    Where a signature is wrong the secret may have changed a moment ago: then once more.
    """
    used = hub.registry.integration(key).settings
    found = _read(hub, key, requests)
    doubted = [place for place, each in enumerate(found) if isinstance(each, Untrusted)]
    if doubted and hub.guard.fresh(key, used):
        again = _read(hub, key, [requests[place] for place in doubted])
        for place, said in zip(doubted, again, strict=True):
            found[place] = said
    return found


def _read(hub: "Hub", key: str, requests: Sequence[WebhookRequest]) -> list[Told | WebhookReply | Exception]:
    """Each is asked for again with the key that its signature is checked with, once that is known."""
    found: dict[int, Told | WebhookReply | Exception] = {}
    asked = dict(enumerate(requests))
    for _ in range(_MOST_KEYS):
        answers = dict(zip(asked, _parsed(hub, key, list(asked.values())), strict=True))
        found |= answers
        asked = {place: asked[place] for place, each in answers.items() if isinstance(each, KeyNeeded)}
        for place in list(asked):
            try:
                asked[place] = _with_key(hub, key, asked[place], answers[place])
            except ProviderError as error:
                found[place] = error
                del asked[place]
        if not asked:
            break
    for place in asked:
        found[place] = Untrusted("Its signature asks for one key after another.")
    return [found[place] for place in range(len(requests))]


def _with_key(hub: "Hub", key: str, request: WebhookRequest, needed: Any) -> WebhookRequest:
    name: str = needed.key_id
    return replace(request, keys={**request.keys, name: keys.fetch(hub, key, name)})


def _parsed(hub: "Hub", key: str, requests: Sequence[WebhookRequest]) -> list[Told | WebhookReply | Exception]:
    integration = hub.registry.integration(key)
    provider: Any = hub.provider(key, told_as(hub, key) or "channel")
    answers = provider.parse_webhook.each([(integration.settings, request) for request in requests])
    return [each if isinstance(each, WebhookReply | Exception) else list(each) for each in answers]


__all__ = ["Told", "told_as", "understood"]
