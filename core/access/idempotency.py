"""Requests that must not be done twice: the first answer to a key is remembered for 30 days.

The key's row is written by the transaction that does the work, so that work without its key, or a key without its
work, cannot be. A second request with the same key waits for the first and gets its answer.
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from core import clock
from core.access.models import IdempotencyKey
from core.errors import IdempotencyConflict, Invalid

KEPT = timedelta(days=30)
_LONGEST = 255

_CLAIM = text(
    """
    insert into idempotency_keys (api_key_id, mutation, key, input_digest, created_at)
    values (:api_key_id, :mutation, :key, :digest, :now)
    on conflict (api_key_id, mutation, key) do nothing
    """
)
_FIRST = text(
    """
    select input_digest, result from idempotency_keys
    where api_key_id = :api_key_id and mutation = :mutation and key = :key
    """
)
_REMEMBER = text(
    """
    update idempotency_keys set result = cast(:result as jsonb)
    where api_key_id = :api_key_id and mutation = :mutation and key = :key
    """
)


def fingerprint(arguments: Mapping[str, Any]) -> bytes:
    """What makes two inputs the same."""
    packed = orjson.dumps(arguments, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)
    return hashlib.blake2b(packed, digest_size=32).digest()


def claim(
    session: Session, *, api_key_id: int, mutation: str, key: str, arguments: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Take a key for this work: None means go on; else the first answer, and there is nothing left to do.

    An empty answer ({}) means that the first request is under way in several steps, and has not come to its end.
    Raises IdempotencyConflict when the key came with another input before.
    """
    if not key or len(key) > _LONGEST:
        raise Invalid(f"An idempotency key has between 1 and {_LONGEST} characters.", path=("idempotencyKey",))
    found = {"api_key_id": api_key_id, "mutation": mutation, "key": key}
    digest = fingerprint(arguments)
    claimed = session.connection().execute(_CLAIM, {**found, "digest": digest, "now": clock.now()})
    if claimed.rowcount == 1:
        return None
    first = session.execute(_FIRST, found).one()
    if bytes(first.input_digest) != digest:
        raise IdempotencyConflict(
            f"The key {key!r} was used for {mutation} with another input; use a new key for new work.",
            path=("idempotencyKey",),
        )
    return dict(first.result or {})


def remember(session: Session, *, api_key_id: int, mutation: str, key: str, result: Mapping[str, Any]) -> None:
    """Note the answer, for whoever asks with the same key again."""
    packed = orjson.dumps(result, option=orjson.OPT_NON_STR_KEYS).decode()
    session.execute(_REMEMBER, {"api_key_id": api_key_id, "mutation": mutation, "key": key, "result": packed})


def forget_old(session: Session) -> None:
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < clock.now() - KEPT))
