"""A plugin for Switchboard, a helpdesk that does not exist, and Switchboard itself: played in this process."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import crossdock
from crossdock import (
    BadData,
    Note,
    OrderCard,
    OutcomeUnknown,
    Posted,
    Rejected,
    Rendered,
    SecretStr,
    Ticket,
    TicketEvent,
    Untrusted,
    WebhookReply,
    WebhookRequest,
    same_signature,
)

HUSH = "hush"


class SwitchboardSettings(crossdock.Settings):
    """`secret` is sent along with webhooks."""

    secret: SecretStr = SecretStr(HUSH)


Ctx = crossdock.Context[SwitchboardSettings]


@dataclass
class Switchboard:
    """Its whole state. `notes`: (ticket, key, content); `linked`: each telling, in order; `asked`: for tickets.

    `before_post`, `after_post`, `before_fetch`: what befalls the next call, there: it may raise.
    """

    tickets: dict[str, Ticket] = field(default_factory=dict)
    linked: list[tuple[str, list[str]]] = field(default_factory=list)
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    before_post: Callable[[], None] = lambda: None
    after_post: Callable[[], None] = lambda: None
    before_fetch: Callable[[], None] = lambda: None
    asked: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def opens(self, number: str, **facts: Any) -> Ticket:
        """A ticket as it is there now; the same number again changes it."""
        words = {"url": f"https://switchboard.example/{number}", "status": "new", "subject": "Hello", **facts}
        self.tickets[number] = Ticket(external_id=number, **words)
        return self.tickets[number]


BOARD: list[Switchboard] = [Switchboard()]
"""The one that is played now."""


def told(ticket: str, event: str | None, whole: Ticket | None = None) -> bytes:
    """The body of a webhook."""
    brought = asdict(whole) if whole is not None else None
    return json.dumps({"event": event, "ticket": ticket, "whole": brought}, default=datetime.isoformat).encode()


class Provider:
    def __init__(self, _integration: crossdock.Integration[SwitchboardSettings]) -> None:
        pass

    def parse_webhook(
        self, settings: SwitchboardSettings, request: WebhookRequest
    ) -> Sequence[TicketEvent] | WebhookReply:
        if not same_signature(settings.secret.get_secret_value(), request.headers.get("x-secret", "")):
            raise Untrusted("It knows no secret.")
        if request.method == "GET":
            return WebhookReply(body=b"here")
        try:
            said = json.loads(request.body)
            whole = said["whole"]
            if whole is not None:
                at = whole["updated_at"]
                whole["updated_at"] = datetime.fromisoformat(at) if at else None
                for name in ("order_numbers", "tags"):
                    whole[name] = tuple(whole[name])
            ticket = Ticket(**whole) if whole is not None else None
            return [TicketEvent(topic="changed", external_id=said["ticket"], event_id=said["event"], ticket=ticket)]
        except (ValueError, KeyError, TypeError) as error:
            raise BadData("The body makes no sense.", request.body) from error

    def fetch_ticket(self, _ctx: Ctx, external_id: str) -> Ticket:
        BOARD[0].asked += 1
        BOARD[0].before_fetch()
        return BOARD[0].tickets[_known(external_id)]

    def link(self, _ctx: Ctx, external_id: str, orders: Sequence[OrderCard]) -> None:
        BOARD[0].linked.append((_known(external_id), [order.number for order in orders]))

    def render(self, card: OrderCard) -> Rendered:
        return Rendered(content=f"{card.news}|{card.headline}|{card.next_step or ''}")

    def post_note(self, ctx: Ctx, note: Note) -> Posted:
        """Posts whatever it is asked to post: a key finds a note, it does not prevent a second one."""
        board, ticket = BOARD[0], _known(note.ticket_external_id)
        board.before_post()
        with board.lock:
            board.notes.append((ticket, ctx.key, note.body.content))
        board.after_post()
        return Posted(external_id=f"note-{len(board.notes)}")

    def find_note(self, ctx: Ctx, note: Note) -> Posted | None:
        found = [key for ticket, key, _ in BOARD[0].notes if ticket == note.ticket_external_id]
        return Posted(external_id=f"note-{found.index(ctx.key) + 1}") if ctx.key in found else None


def _known(ticket: str) -> str:
    if ticket not in BOARD[0].tickets:
        raise Rejected("not_found", f"Switchboard has no ticket {ticket}.")
    return ticket


def lost() -> None:
    """It was done, and the answer never came."""
    BOARD[0].after_post = lambda: None
    raise OutcomeUnknown("No answer.")


@crossdock.hookimpl
def crossdock_providers() -> list[crossdock.Provider]:
    able = {"webhooks", "tickets", "links", "notes"}
    return [crossdock.Provider("switchboard", "helpdesk", SwitchboardSettings, Provider, capabilities=able)]
