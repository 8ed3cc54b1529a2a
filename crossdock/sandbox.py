"""The other side, played: for tests, demos and whoever has no account with it.

A `Provider.sandbox` is one of two things. `sandbox(integration)` makes a `Player`, which has no HTTP. `sandbox(
integration, stage)` makes an ASGI app, which is served at `stage.url`: a provider whose sandbox is an app has a
setting `url` for the address of the other side, whose default is the real one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from crossdock.context import Context

Send = Callable[[str, str, Mapping[str, str], bytes], int]
"""(method, url, headers, body) -> status; 0 where nobody answered"""


@runtime_checkable
class Player(Protocol):
    """Plays a remote system that is not reached over HTTP: one that reads and writes files, for instance."""

    def play(self, ctx: Context[Any]) -> int:
        """Do what the other side would do by now; the number of things done."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The world around a sandbox that is an ASGI app.

    url: where it is served, without a slash at the end. webhooks: where the hub listens to this integration; None:
    nobody listens. send: how it calls there. now: the clock, which tests move. seed: the same seed, the same world.
    """

    url: str
    send: Send
    now: Callable[[], datetime]
    webhooks: str | None = None
    seed: int = 0
