"""Who applies the messages of channels that hold no order: see `core.flows.inbox.apply`."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from core.flows.channels import events, fetch, returns, settlements, webhooks
from core.inbox.models import InboxMessage

if TYPE_CHECKING:
    from core.hub import Hub


def _as_it_is(_hub: "Hub", _key: str, _messages: Sequence[InboxMessage]) -> None:
    """What was said and not understood is asked for again by the next poll; the message is for people."""


APPLIERS: Mapping[str, Callable[["Hub", str, Sequence[InboxMessage]], None]] = {
    webhooks.KIND: webhooks.apply,
    returns.KIND: returns.apply,
    settlements.KIND: settlements.apply,
    events.KIND: _as_it_is,
    fetch.UNREADABLE: _as_it_is,
}
