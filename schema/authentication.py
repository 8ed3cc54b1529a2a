"""Who has a secret: the key's name, scopes, channels and locations, remembered for a few seconds."""

import time
from typing import Final

from anyio import to_thread
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import keys
from core.access.models import ApiKey
from core.catalog.models import Channel
from core.hub import Hub
from core.stock.models import Location
from schema.context import Viewer

REMEMBERED: Final = 5.0
"""Seconds that an answer is good for; a revoked key works no longer than this."""
_MOST = 10_000

NOBODY: Final = -1
"""Stands for channels or locations that a key names and that are gone: no row has this number."""


class Authentication:
    """Knows callers by their secret. One for each process."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._known: dict[bytes, tuple[float, Viewer | None]] = {}

    async def __call__(self, secret: str) -> Viewer | None:
        digest, now = keys.digest(secret), time.monotonic()
        known = self._known.get(digest)
        if known is not None and known[0] > now:
            return known[1]
        viewer = await to_thread.run_sync(self._look_up, secret)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[digest] = (now + REMEMBERED, viewer)
        return viewer

    def _look_up(self, secret: str) -> Viewer | None:
        with self._hub.transaction() as session:
            key = keys.authenticate(session, secret)
            return viewer_of(session, key) if key is not None else None


def viewer_of(session: Session, key: ApiKey) -> Viewer:
    """The caller behind a key; equal while its rights are. A key of channels that are all gone sees nothing."""
    sold = select(Channel.id).where(Channel.key.in_(key.channels)).order_by(Channel.id)
    kept = select(Location.id).where(Location.code.in_(key.locations)).order_by(Location.id)
    channels = tuple(session.scalars(sold)) if key.channels else ()
    places = tuple(session.scalars(kept)) if key.locations else ()
    return Viewer(
        name=key.name,
        key_id=key.id,
        scopes=frozenset(key.scopes),
        channels=channels or ((NOBODY,) if key.channels else ()),
        locations=places or ((NOBODY,) if key.locations else ()),
    )
