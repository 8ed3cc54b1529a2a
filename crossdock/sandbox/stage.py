"""The world around a sandbox."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from crossdock.context import Context
from crossdock.money import Money

Send = Callable[[str, str, Mapping[str, str], bytes], int]
"""(method, url, headers, body) -> status; 0 where nobody answered"""


@runtime_checkable
class Player(Protocol):
    """Plays a remote system that is not reached over HTTP: one that reads and writes files, for instance."""

    def play(self, ctx: Context[Any]) -> int:
        """Do what the other side would do by now; the number of things done."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ware:
    """Something that a played store sells. `available`: units that it believes it may sell."""

    sku: str
    title: str
    price: Money
    available: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The world around a sandbox that is an ASGI app.

    url: where it is served, without a slash at the end; it may have a path. webhooks: where the hub listens to this
    integration; None: nobody listens. send: how it calls there. now: the clock, which tests move. seed: the same seed,
    the same world. wares: what it sells; none: goods of its own. run: rises with every start, and new orders go by
    numbers that no earlier run gave.
    """

    url: str
    send: Send
    now: Callable[[], datetime]
    webhooks: str | None = None
    seed: int = 0
    wares: Sequence[Ware] = ()
    run: int = 0
