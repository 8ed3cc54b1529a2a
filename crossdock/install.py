"""Access that a person grants on the other side's own page, as OAuth has it."""

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from crossdock.context import Context
from crossdock.tokens import Token
from crossdock.webhooks import WebhookRequest


@runtime_checkable
class Installer(Protocol):
    """Capability `install`: a person grants access on the other side's own page.

    The hub sends the person there and takes the way back: it makes and checks `state`, and keeps what comes of it.
    """

    def authorize_url(self, settings: Any, *, redirect: str, state: str) -> str:
        """Pure: the page that asks for consent, which comes back to `redirect` with `state`."""
        ...

    def exchange(self, ctx: Context[Any], callback: WebhookRequest, *, redirect: str) -> Mapping[str, Token]:
        """Tokens by name, for what came back. Raises Untrusted, Rejected."""
        ...
