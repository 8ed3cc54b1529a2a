"""API keys: 256 random bits, shown once; only a digest is kept."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core import clock, outbox
from core.access import scopes as known_scopes
from core.access.models import ApiKey
from core.errors import Invalid, NotFound

PREFIX = "cdk_"
"""Marks a secret as ours, for people and for scanners of leaked secrets."""
_PERSON = b"crossdock.key.v1"
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


def digest(secret: str) -> bytes:
    """What is kept of a secret. It is random already, so one fast hash is enough; passwords would want more."""
    return hashlib.blake2b(secret.encode(), digest_size=32, person=_PERSON).digest()


def create(
    session: Session,
    name: str,
    scopes: Sequence[str],
    *,
    channels: Sequence[str] = (),
    locations: Sequence[str] = (),
    expires_at: datetime | None = None,
    secret: str | None = None,
) -> tuple[ApiKey, str]:
    """A new key and its secret, which is shown this once. Raises Invalid."""
    known_scopes.check(list(scopes))
    if not name.strip():
        raise Invalid("A key needs a name, so that people can tell keys apart.", path=("name",))
    if expires_at is not None and expires_at <= clock.now():
        raise Invalid("A key must expire in the future.", path=("expiresAt",))
    secret = secret or PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        name=name,
        digest=digest(secret),
        scopes=sorted(set(scopes)),
        channels=list(channels),
        locations=list(locations),
        expires_at=expires_at,
        created_at=clock.now(),
    )
    session.add(key)
    session.flush()
    outbox.record(session, "key.created", f"key_{key.id}", f"Key {name!r} was created with {', '.join(key.scopes)}.")
    return key, secret


def ensure_admin(session: Session, secret: str, name: str = "admin") -> ApiKey:
    """The operator's own key, made where it is not there."""
    key = session.scalar(select(ApiKey).where(ApiKey.digest == digest(secret)))
    if key is None:
        key, _ = create(session, name, ["admin"], secret=secret)
    return key


def authenticate(session: Session, secret: str) -> ApiKey | None:
    """The key of this secret, unless it is unknown, revoked or expired. Notes its use, at most once a minute."""
    now = clock.now()
    key = session.scalar(select(ApiKey).where(ApiKey.digest == digest(secret)))
    if key is None or key.revoked_at is not None or (key.expires_at is not None and key.expires_at <= now):
        return None
    if key.last_used_at is None or now - key.last_used_at > _USE_IS_NOTED_EVERY:
        session.execute(update(ApiKey).where(ApiKey.id == key.id).values(last_used_at=now))
    return key


def revoke(session: Session, key_id: int) -> ApiKey:
    """End a key, for ever. Revoking twice is harmless. Raises NotFound."""
    key = session.get(ApiKey, key_id, with_for_update=True)
    if key is None:
        raise NotFound(f"There is no key key_{key_id}.", path=("id",))
    if key.revoked_at is None:
        key.revoked_at = clock.now()
        outbox.record(session, "key.revoked", f"key_{key.id}", f"Key {key.name!r} was revoked.")
    return key
