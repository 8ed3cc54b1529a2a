"""Public keys that senders of webhooks sign with: fetched when they are first needed, and remembered for a day."""

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.errors import NotSupported
from crossdock import Rejected, Untrusted

if TYPE_CHECKING:
    from core.hub import Hub

_REMEMBERED_SECONDS = 24 * 3600
_REFUSED_SECONDS = 600
_MOST_ASKED = 10
"""Keys asked for in a minute, for each integration: a caller may make up as many key ids as it likes."""
_MOST_KNOWN = 1_000
"""Keys that are remembered; the oldest is forgotten first."""


@dataclass(slots=True)
class _Key:
    """What is known of one key id. Whoever asks for it holds the lock, and those who want it too wait there."""

    text: str | None = None
    until: float = 0.0
    asking: threading.Lock = field(default_factory=threading.Lock)


_lock = threading.Lock()
_known: dict[tuple[str, str], _Key] = {}
_asked: dict[str, list[float]] = {}


def fetch(hub: "Hub", integration: str, key_id: str) -> str:
    """The key of this id. Raises Untrusted where there is none, and what the provider raises where nobody can say.

    However many webhooks come with a new key at once, it is asked for once.
    """
    key = _place(integration, key_id)
    if key.until <= time.monotonic():
        with key.asking:
            if key.until <= time.monotonic():
                _count(integration)
                text = _answer(hub, integration, key_id)
                key.text, key.until = text, time.monotonic() + (_REMEMBERED_SECONDS if text else _REFUSED_SECONDS)
    if key.text is None:
        raise Untrusted(f"There is no key {key_id!r}.")
    return key.text


def _place(integration: str, key_id: str) -> _Key:
    with _lock:
        key = _known.get((integration, key_id))
        if key is None:
            if len(_known) >= _MOST_KNOWN:
                del _known[next(iter(_known))]
            key = _known[integration, key_id] = _Key()
        return key


def _count(integration: str) -> None:
    """Raises Untrusted where too many were asked for of late."""
    now = time.monotonic()
    with _lock:
        recent = [moment for moment in _asked.get(integration, []) if moment > now - 60]
        if len(recent) >= _MOST_ASKED:
            raise Untrusted("Too many unknown keys were named in a minute.")
        _asked[integration] = [*recent, now]


def _answer(hub: "Hub", integration: str, key_id: str) -> str | None:
    try:
        key: str = hub.provider(integration, "channel").fetch_webhook_key(hub.context(integration), key_id)
    except (Rejected, NotSupported, AttributeError):
        return None
    return key
