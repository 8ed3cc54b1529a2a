"""Public keys that senders of webhooks sign with: fetched when they are first needed, and remembered for a day."""

import threading
import time
from typing import TYPE_CHECKING

from core.errors import NotSupported
from crossdock import Rejected, Untrusted

if TYPE_CHECKING:
    from core.hub import Hub

_REMEMBERED_SECONDS = 24 * 3600
_REFUSED_SECONDS = 600
_MOST_ASKED = 10
"""Keys asked for in a minute, for each integration: a caller may make up as many key ids as it likes."""

_lock = threading.Lock()
_known: dict[tuple[str, str], tuple[float, str | None]] = {}
_asked: dict[str, list[float]] = {}


def fetch(hub: "Hub", integration: str, key_id: str) -> str:
    """The key of this id. Raises Untrusted where there is none, and what the provider raises where nobody can say."""
    now = time.monotonic()
    with _lock:
        until, key = _known.get((integration, key_id), (0.0, None))
        if until > now:
            return _or_untrusted(key, key_id)
        recent = [moment for moment in _asked.get(integration, []) if moment > now - 60]
        if len(recent) >= _MOST_ASKED:
            raise Untrusted("Too many unknown keys were named in a minute.")
        _asked[integration] = [*recent, now]
    try:
        key = hub.provider(integration, "channel").fetch_webhook_key(hub.context(integration), key_id)
    except (Rejected, NotSupported, AttributeError):
        key = None
    with _lock:
        _known[integration, key_id] = (now + (_REMEMBERED_SECONDS if key else _REFUSED_SECONDS), key)
    return _or_untrusted(key, key_id)


def _or_untrusted(key: str | None, key_id: str) -> str:
    if key is None:
        raise Untrusted(f"There is no key {key_id!r}.")
    return key
