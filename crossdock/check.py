"""Whether an integration works, in words that an operator can act on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from crossdock.context import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One thing that was looked at. `message` says what was found; `mend` what to do about it, where it is not well.

    severe: without it nothing works. Otherwise the integration works in part.
    """

    name: str
    ok: bool
    message: str
    mend: str = ""
    severe: bool = True


@runtime_checkable
class Checker(Protocol):
    """Capability `check`, of any kind: whether the settings are right, the credentials valid, the rights enough."""

    def check(self, ctx: Context[Any]) -> Sequence[Diagnosis]:
        """Look, and change nothing. What a verb may raise, this may raise: it counts as a finding."""
        ...
