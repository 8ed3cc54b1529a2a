"""Requests that must not be done twice: the first answer to a key is remembered for 30 days.

The key's row is written by the transaction that does the work, so that work without its key, or a key without its
work, cannot be. A second request with the same key waits for the first and gets its answer.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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

# In the order of the keys, so that two transactions claiming the same ones wait, but never for each other.
_CLAIM = text(
    """
    insert into idempotency_keys (api_key_id, mutation, key, input_digest, created_at)
    select api_key_id, mutation, key, digest, :now
    from unnest(cast(:api_key_ids as bigint[]), cast(:mutations as text[]), cast(:keys as text[]),
        cast(:digests as bytea[])) as asked(api_key_id, mutation, key, digest)
    order by api_key_id, mutation, key
    on conflict (api_key_id, mutation, key) do nothing
    returning api_key_id, mutation, key
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
    update idempotency_keys known set result = cast(given.result as jsonb)
    from unnest(cast(:api_key_ids as bigint[]), cast(:mutations as text[]), cast(:keys as text[]),
        cast(:results as text[])) as given(api_key_id, mutation, key, result)
    where known.api_key_id = given.api_key_id and known.mutation = given.mutation and known.key = given.key
    """
)


@dataclass(frozen=True, slots=True)
class Request:
    """Whose request, which mutation, with which key and input."""

    api_key_id: int
    mutation: str
    key: str
    arguments: Mapping[str, Any]

    @property
    def name(self) -> tuple[int, str, str]:
        """What no other request has: the same again is this one, come twice."""
        return (self.api_key_id, self.mutation, self.key)


def fingerprint(arguments: Mapping[str, Any]) -> bytes:
    """What makes two inputs the same."""
    packed = orjson.dumps(arguments, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)
    return hashlib.blake2b(packed, digest_size=32).digest()


def claim(session: Session, requests: Sequence[Request]) -> list[dict[str, Any] | None]:
    """Take the keys of these requests, no two of one name. For each: None, go on; or the first answer, all is done.

    An empty answer ({}) means that the first request is under way in several steps, and has not come to its end.
    Raises IdempotencyConflict when a key came with another input before.
    """
    for request in requests:
        if not request.key or len(request.key) > _LONGEST:
            raise Invalid(f"An idempotency key has between 1 and {_LONGEST} characters.", path=("idempotencyKey",))
    if not requests:
        return []
    digests = [fingerprint(request.arguments) for request in requests]
    claimed = session.connection().execute(_CLAIM, {**_names(requests), "digests": digests, "now": clock.now()})
    ours = {tuple(row) for row in claimed}
    return [
        None if request.name in ours else _first(session, request, digest)
        for request, digest in zip(requests, digests, strict=True)
    ]


def remember(session: Session, answered: Sequence[tuple[Request, Mapping[str, Any]]]) -> None:
    """Note the answers, for whoever asks with the same key again."""
    if answered:
        results = [orjson.dumps(result, option=orjson.OPT_NON_STR_KEYS).decode() for _, result in answered]
        session.execute(_REMEMBER, {**_names([request for request, _ in answered]), "results": results})


def _first(session: Session, request: Request, digest: bytes) -> dict[str, Any]:
    found = {"api_key_id": request.api_key_id, "mutation": request.mutation, "key": request.key}
    first = session.execute(_FIRST, found).one()
    if bytes(first.input_digest) != digest:
        raise IdempotencyConflict(
            f"The key {request.key!r} was used for {request.mutation} with another input; use a new key for new work.",
            path=("idempotencyKey",),
        )
    return dict(first.result or {})


def _names(requests: Sequence[Request]) -> dict[str, list[Any]]:
    return {
        "api_key_ids": [request.api_key_id for request in requests],
        "mutations": [request.mutation for request in requests],
        "keys": [request.key for request in requests],
    }


def forget_old(session: Session) -> None:
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < clock.now() - KEPT))
