"""The span of time that a poll asks about."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWindow:
    """What changed in [since, until), aware. Windows overlap on purpose; the hub drops what it knows.

    cursor: as the last page of this window gave it; None at its start.
    """

    since: datetime
    until: datetime
    cursor: str | None = None
