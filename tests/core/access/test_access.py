"""Keys and what they allow; requests that are done once."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.access import idempotency, keys, scopes
from core.access.models import ApiKey, IdempotencyKey
from core.errors import IdempotencyConflict, Invalid, NotFound


def test_only_a_digest_of_a_secret_is_kept(session: Session) -> None:
    key, secret = keys.create(session, "shop", ["orders:read", "orders:read"])

    assert secret.startswith(keys.PREFIX)
    assert (key.digest, key.scopes) == (keys.digest(secret), ["orders:read"])
    assert secret not in str(vars(key))


def test_a_key_opens_until_it_is_revoked_or_expires(session: Session) -> None:
    key, secret = keys.create(session, "shop", ["admin"], expires_at=clock.now() + timedelta(days=1))
    found = keys.authenticate(session, secret)
    assert found is not None
    assert found.id == key.id
    assert keys.authenticate(session, f"{secret}x") is None

    key.expires_at = clock.now()
    session.flush()
    assert keys.authenticate(session, secret) is None
    key.expires_at = None
    first = keys.revoke(session, key.id).revoked_at
    assert keys.revoke(session, key.id).revoked_at == first
    assert keys.authenticate(session, secret) is None
    with pytest.raises(NotFound):
        keys.revoke(session, key.id + 1)


def test_the_use_of_a_key_is_noted_once_a_minute(session: Session) -> None:
    key, secret = keys.create(session, "shop", ["admin"])
    used = []
    for ago in (None, timedelta(seconds=30), timedelta(minutes=2)):
        if ago is not None:
            key.last_used_at = clock.now() - ago
            session.flush()
        before = key.last_used_at
        keys.authenticate(session, secret)
        session.refresh(key)
        used.append(key.last_used_at != before)
    assert used == [True, False, True]


@pytest.mark.parametrize(
    ("name", "wanted", "expires", "path"),
    [
        (" ", ["admin"], None, ("name",)),
        ("shop", [], None, ("scopes",)),
        ("shop", ["orders:erase"], None, ("scopes",)),
        ("shop", ["admin"], timedelta(seconds=-1), ("expiresAt",)),
    ],
)
def test_a_key_that_makes_no_sense_is_not_made(
    session: Session, name: str, wanted: list[str], expires: timedelta | None, path: tuple[str, ...]
) -> None:
    with pytest.raises(Invalid) as refused:
        keys.create(session, name, wanted, expires_at=clock.now() + expires if expires else None)

    assert refused.value.path == path
    assert session.scalars(select(ApiKey)).all() == []


def test_the_operator_s_key_is_made_once(session: Session) -> None:
    made = {keys.ensure_admin(session, "an-admin-secret").id for _ in range(2)}
    assert len(made) == 1


def test_every_scope_says_what_it_allows() -> None:
    scopes.check(list(scopes.SCOPES))
    assert all(scopes.SCOPES.values())


def asked(key: ApiKey, name: str = "k-1", **arguments: int) -> idempotency.Request:
    return idempotency.Request(key.id, "order_create", name, arguments)


def test_a_request_is_claimed_once_and_its_answer_remembered(session: Session) -> None:
    key, _ = keys.create(session, "shop", ["admin"])

    assert idempotency.claim(session, [asked(key, a=1, b=2)]) == [None]
    assert idempotency.claim(session, [asked(key, b=2, a=1)]) == [{}]
    idempotency.remember(session, [(asked(key), {"result": 7})])
    assert idempotency.claim(session, [asked(key, a=1, b=2), asked(key, "k-2")]) == [{"result": 7}, None]
    with pytest.raises(IdempotencyConflict):
        idempotency.claim(session, [asked(key, a=2)])
    for wrong in ("", "x" * 256):
        with pytest.raises(Invalid):
            idempotency.claim(session, [asked(key, wrong)])


def test_answers_are_forgotten_after_their_time(session: Session) -> None:
    key, _ = keys.create(session, "shop", ["admin"])
    for name, age in (("old", idempotency.KEPT + timedelta(hours=1)), ("new", timedelta(days=1))):
        idempotency.claim(session, [asked(key, name)])
        row = session.scalars(select(IdempotencyKey).where(IdempotencyKey.key == name)).one()
        row.created_at = clock.now() - age
    session.flush()

    idempotency.forget_old(session)

    assert session.scalars(select(IdempotencyKey.key)).all() == ["new"]
