"""What the other side tells by itself: webhooks, the subscriptions behind them, and queues of notifications."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from crossdock.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """An HTTP call from the other side, byte for byte: signatures are checked on the raw body.

    headers: by lower-case name. address: the public URL as the sender was given it, which some of them sign.
    keys: the sender's public keys by their id, as far as the hub has fetched them.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    address: str = ""
    keys: Mapping[str, str] = field(default_factory=dict, hash=False)


class About(StrEnum):
    """What an event is about, and so what the hub does about it.

    ORDER: kept and mapped where the event brings a payload, fetched afresh where not. RETURN, SETTLEMENT, LISTING
    and STOCK: that poll runs now instead of later. REVOKED: access was taken away, and the integration is DOWN.
    OTHER: kept in the inbox as quarantined, for a person to see that something came which nobody understands.
    """

    ORDER = "ORDER"
    RETURN = "RETURN"
    SETTLEMENT = "SETTLEMENT"
    LISTING = "LISTING"
    STOCK = "STOCK"
    REVOKED = "REVOKED"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """One thing that a webhook, or a message of a queue, told.

    event_id: the sender's own name of this telling, the same when it is sent again; the hub acts on it once.
    external_id: what it is about: of an ORDER the same id as `RawOrder.external_id`.
    payload, version: an ORDER's own words, as `map_order` reads them, and their version as in RawOrder. An empty
        payload has the order fetched, which is right where the message does not hold the whole of it.
    occurred_at: when it happened there, aware. One older than the hub's patience is kept and not acted upon.
    store: whose it is, where one address hears of many accounts: see `Provider.store`. None: this integration's.
    """

    topic: str
    event_id: str
    about: About = About.ORDER
    external_id: str | None = None
    version: int | None = None
    payload: str = ""
    occurred_at: datetime | None = None
    store: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookReply:
    """An answer that is more than "received": the solution of a challenge, for instance."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/json"


def same_signature(right: str, given: str) -> bool:
    """Compare in constant time, whatever characters a caller put into `given`."""
    return hmac.compare_digest(right.encode(), given.encode(errors="surrogatepass"))


@runtime_checkable
class WebhookReceiver(Protocol):
    """Capability `webhooks`."""

    def parse_webhook(self, settings: Any, request: WebhookRequest) -> Sequence[WebhookEvent] | WebhookReply:
        """Pure: verify the signature in constant time (`same_signature`), then read. `settings` are the plugin's own.

        Raises Untrusted where the signature is missing, wrong or too old; BadData where it is right and the body makes
        no sense: the body is then kept for replay; KeyNeeded where the signature needs a key that `request.keys` lacks.
        """
        ...


@runtime_checkable
class WebhookKeySource(Protocol):
    """Capability `webhook_keys`: for senders that sign with keys which they publish."""

    def fetch_webhook_key(self, ctx: Context[Any], key_id: str) -> str:
        """The public key of this id, as `parse_webhook` wants it in `request.keys`. The hub remembers it for a day.

        Raises Rejected where there is none: then the webhook is untrusted.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One topic that the other side sends to us. `active` False, with a message, where it does not for now."""

    topic: str
    external_id: str
    active: bool = True
    message: str = ""


@runtime_checkable
class WebhookSubscriber(Protocol):
    """Capability `subscriptions`: the other side is told over its API where to send.

    Called with `ctx.address` set: when an integration is made, enabled or checked, and once a day, for some senders
    drop subscriptions that failed a few times. Where `notifications` are claimed and `webhooks` are not, it is called
    on a hub that nobody outside can reach as well: `ctx.address` is None there.
    """

    def subscribe(self, ctx: Context[Any]) -> Sequence[Subscription]:
        """See to it that every topic that the plugin understands comes to `ctx.address`; all of them, as they are now.

        Harmless to repeat: what is right already is left alone, what points elsewhere is corrected.
        """
        ...

    def unsubscribe(self, ctx: Context[Any]) -> None:
        """Have nothing more sent to `ctx.address`. Harmless to repeat."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifications:
    """What waited in a queue. `receipts` are given back once all of it is kept; `more`: ask again at once."""

    events: tuple[WebhookEvent, ...] = ()
    receipts: tuple[str, ...] = ()
    more: bool = False


@runtime_checkable
class NotificationSource(Protocol):
    """Capability `notifications`: a queue that the hub empties, where the other side sends no webhooks."""

    def fetch_notifications(self, ctx: Context[Any]) -> Notifications:
        """Take what waits, at most a few hundred messages, without deleting it.

        A message that makes no sense is an event about OTHER, with its text as payload.
        """
        ...

    def forget_notifications(self, ctx: Context[Any], receipts: Sequence[str]) -> None:
        """Delete messages, which the hub has kept and committed by now. Harmless to repeat."""
        ...
