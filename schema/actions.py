"""AvailableAction: what may be done with a thing now, and why not where it may not."""

from collections.abc import Iterable
from typing import Protocol

import strawberry

from schema.context import Context


@strawberry.type
class AvailableAction:
    """`action` is the name of the mutation."""

    action: str
    allowed: bool
    reason: str | None


class Possible(Protocol):
    """What the core says of one action, whoever asks."""

    @property
    def action(self) -> str: ...
    @property
    def allowed(self) -> bool: ...
    @property
    def reason(self) -> str | None: ...


def shown(actions: Iterable[Possible], ctx: Context, scope: str) -> list[AvailableAction]:
    """The core's answer for this caller: without the scope nothing is allowed."""
    if ctx.viewer.can(scope):
        return [AvailableAction(action=one.action, allowed=one.allowed, reason=one.reason) for one in actions]
    why = f"This key lacks the scope {scope}."
    return [AvailableAction(action=one.action, allowed=False, reason=why) for one in actions]
