"""Keys limited to channels and locations that exist."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.access import keys
from core.catalog.models import Channel
from core.errors import NotFound
from core.stock.models import Location


def create(
    session: Session,
    name: str,
    scopes: Sequence[str],
    *,
    channels: Sequence[str] = (),
    locations: Sequence[str] = (),
    expires_at: datetime | None = None,
) -> tuple[int, str]:
    """A key's id and its secret. Raises NotFound for a channel or location that does not exist, Invalid."""
    _known(session, Channel.key, channels, "channel")
    _known(session, Location.code, locations, "location")
    key, secret = keys.create(session, name, scopes, channels=channels, locations=locations, expires_at=expires_at)
    return key.id, secret


def revoke(session: Session, key_id: int) -> int:
    """Raises NotFound."""
    return keys.revoke(session, key_id).id


def _known(session: Session, column: InstrumentedAttribute[str], asked: Sequence[str], what: str) -> None:
    found = set(session.scalars(select(column).where(column.in_(asked)))) if asked else set()
    for place, name in enumerate(asked):
        if name not in found:
            raise NotFound(f"There is no {what} {name!r}.", path=(f"{what}s", str(place)))
