"""The other side, played: for tests, demos and whoever has no account with it."""

from typing import Any, Protocol, runtime_checkable

from crossdock.context import Context


@runtime_checkable
class Player(Protocol):
    """Plays a remote system that is not reached over HTTP: one that reads and writes files, for instance."""

    def play(self, ctx: Context[Any]) -> int:
        """Do what the other side would do by now; the number of things done."""
        ...
