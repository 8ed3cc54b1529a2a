"""What a caller may do with a thing now, and why not where it may not."""

from typing import NamedTuple


class Action(NamedTuple):
    """`action` is the name of the mutation; `reason` is a sentence where it is not allowed."""

    action: str
    allowed: bool
    reason: str | None = None
