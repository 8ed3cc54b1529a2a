"""What happened in the hub, as the hook `crossdock_on_event` hears of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened, told at least once: `event_id` is the same each time.

    name: noun.verb, such as order.imported. subject: the public id of what it is about (ord_1042).
    """

    event_id: int
    name: str
    subject: str
    message: str
    actor: str
    occurred_at: datetime
    order: str | None = None
    data: Mapping[str, object] = field(default_factory=dict, hash=False)
