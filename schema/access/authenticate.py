"""Who has a secret, asked of the database for every request: a revoked key ends at once."""

from datetime import UTC, datetime, timedelta

from anyio import CapacityLimiter, to_thread

from core import clock
from core.access import keys
from core.hub import Hub
from schema.context import Viewer
from schema.engine.database import Database
from schema.http.service import Authenticate

_NOTED_EVERY = timedelta(minutes=1)
_NOBODYS = -1
"""Stands for a channel or location that is not there: a key that is limited to it must not see all of them."""

_FIND = """
    select id, name, scopes, last_used_at,
        case when channels = '{}' then '{}'
            else (select coalesce(array_agg(c.id), array[$3::bigint]) from channels c where c.key = any(k.channels))
            end as channel_ids,
        case when locations = '{}' then '{}'
            else (select coalesce(array_agg(l.id), array[$3::bigint]) from locations l where l.code = any(k.locations))
            end as location_ids
    from api_keys k
    where digest = $1 and revoked_at is null and (expires_at is null or expires_at > $2)
"""


def authenticator(hub: Hub, database: Database) -> Authenticate:
    """The way to know callers by their keys. The last use of each is noted, at most once a minute."""
    one_at_a_time = CapacityLimiter(1)

    async def authenticate(secret: str) -> Viewer | None:
        now = clock.now()
        rows = await database.fetch(_FIND, [keys.digest(secret), now, _NOBODYS])
        if not rows:
            return None
        row = rows[0]
        if now - (row["last_used_at"] or datetime.min.replace(tzinfo=UTC)) > _NOTED_EVERY:
            await to_thread.run_sync(_note_use, hub, secret, limiter=one_at_a_time)
        return Viewer(
            name=row["name"],
            scopes=frozenset(row["scopes"]),
            key_id=row["id"],
            channels=tuple(row["channel_ids"]),
            locations=tuple(row["location_ids"]),
        )

    return authenticate


def _note_use(hub: Hub, secret: str) -> None:
    with hub.transaction() as session:
        keys.authenticate(session, secret)
