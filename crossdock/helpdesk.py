"""Providers of kind `helpdesk`: tickets that are about orders, and what agents see of those orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from crossdock.carrier import TrackingStatus
from crossdock.context import Context
from crossdock.money import Money
from crossdock.webhooks import WebhookReply, WebhookRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A shopper's question, as the helpdesk has it now.

    text: what the shopper wrote, without markup, the newest message first; what agents wrote does not belong here.
    status: in the helpdesk's own words.
    open: whether it is still worked on, so that agents want to hear of news.
    order_numbers: orders that the helpdesk itself names, in a field of the ticket or its external id: they are believed
        before anything that is read in `subject` and `text`.
    url: where an agent opens it.
    updated_at: what is older than what is known already changes nothing. Aware.
    """

    external_id: str
    subject: str = ""
    text: str = ""
    status: str = ""
    open: bool = True
    requester_name: str = ""
    requester_email: str | None = None
    requester_phone: str | None = None
    order_numbers: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    url: str | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketEvent:
    """Something happened to a ticket.

    external_id: the ticket's.
    event_id: the sender's own name of this telling, the same when it is sent again; None where it has none: then each
        call counts, which does no harm.
    ticket: all of it, where the call brings all of it; None: the hub fetches it.
    """

    topic: str
    external_id: str
    event_id: str | None = None
    ticket: Ticket | None = None


@runtime_checkable
class TicketReceiver(Protocol):
    """Capability `webhooks`."""

    def parse_webhook(self, settings: Any, request: WebhookRequest) -> Sequence[TicketEvent] | WebhookReply:
        """Pure: make sure who calls, then read; nothing where the call is about no ticket.

        `settings` are the plugin's own. A sender that does not sign is known by a secret of these, in a header or as a
        password, compared by `same_signature`. Raises Untrusted where that is missing, wrong or too old; BadData where
        it is right and the body makes no sense: the body is then kept for replay.
        """
        ...


@runtime_checkable
class TicketSource(Protocol):
    """Capability `tickets`."""

    def fetch_ticket(self, ctx: Context[Any], external_id: str) -> Ticket:
        """One ticket. Raises Rejected where there is none. Asked of an agent's screen as well: see `ctx.deadline`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLine:
    """What was bought. `quantity` counts no cancelled units."""

    sku: str
    name: str
    quantity: int
    shipped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CardShipment:
    """What has left. `status` None: it is under way, and nobody has seen it yet."""

    carrier: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    status: TrackingStatus | None = None
    expected_at: datetime | None = None
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCard:
    """An order as an agent sees it beside a ticket.

    number, external_number: ours, and the one that the shopper knows where it is another.
    headline, next_step: sentences that may be pasted to the shopper.
    attention: what needs a person, for the shop's eyes only.
    news: what has just happened, in a sentence; empty where nothing has.
    """

    order_id: str
    number: str
    channel: str
    placed_at: datetime
    status: str
    headline: str
    total: Money
    external_number: str | None = None
    next_step: str | None = None
    attention: tuple[str, ...] = ()
    news: str = ""
    lines: tuple[CardLine, ...] = ()
    shipments: tuple[CardShipment, ...] = ()


@runtime_checkable
class TicketLinker(Protocol):
    """Capability `links`."""

    def link(self, ctx: Context[Any], external_id: str, orders: Sequence[OrderCard]) -> None:
        """Have the ticket say which orders it is about, all of them: in a field, by tags, as its external id.

        Harmless to repeat, and told again where one is added or taken away; with none, it is about none any more. What
        agents and shoppers wrote stays as it is. Raises Rejected where there is no such ticket.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What the helpdesk shows: plain text, or with `html` a fragment in which what others wrote is escaped."""

    content: str
    html: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What agents are told of an order, on one ticket. No shopper ever sees it. `body` is what `render` made."""

    ticket_external_id: str
    order_id: str
    order_number: str
    body: Rendered


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A note that is there. `external_id`: the helpdesk's own name for it, where it has one."""

    external_id: str | None = None


@runtime_checkable
class NoteWriter(Protocol):
    """Capability `notes`. The idempotency key is `ctx.key`."""

    def render(self, card: OrderCard) -> Rendered:
        """Pure: how this helpdesk shows an order. The same card, the same words."""
        ...

    def post_note(self, ctx: Context[Any], note: Note) -> Posted:
        """Post it for agents alone. Raises Rejected, Retryable, OutcomeUnknown.

        Where the helpdesk knows no keys, put `ctx.key` where `find_note` can read it again: a note's external id, its
        metadata, the end of its text.
        """
        ...

    def find_note(self, ctx: Context[Any], note: Note) -> Posted | None:
        """The note that was posted with this key, or None when none was."""
        ...
