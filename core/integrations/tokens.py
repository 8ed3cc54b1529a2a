"""Tokens of integrations: sealed in the database, and renewed by one caller of all processes at a time."""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from core import clock, db, locks
from core.integrations.models import Integration, IntegrationToken
from core.sealing import Sealer
from crossdock.tokens import Renew, Token

_EARLY = timedelta(minutes=1)
"""A token that expires this soon is renewed before it is used."""

_LOCK = text("select pg_advisory_lock(:renewing, hashtext(:name))")
_UNLOCK = text("select pg_advisory_unlock(:renewing, hashtext(:name))")

_held: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
"""Callers of one process wait here, so that they take no more than one connection while they do."""


class Purse:
    """The tokens of one integration, as `ctx.tokens`. What it gave it gives again: it lives for a few calls only."""

    def __init__(self, engine: Engine, sealer: Sealer, integration: str) -> None:
        self._engine = engine
        self._sealer = sealer
        self._integration = integration
        self._given: dict[str, Token] = {}

    def get(self, name: str, renew: Renew, *, refused: str | None = None) -> Token:
        known = self._given.get(name)
        if known is None or not _good(known, refused):
            known = self._given[name] = self._got(name, renew, refused)
        return known

    def _got(self, name: str, renew: Renew, refused: str | None) -> Token:
        known = self._read(name)
        if known is not None and _good(known, refused):
            return known
        with self._alone(name):
            # Whoever was here before may have renewed it: then what was refused is no longer what is in force.
            known = self._read(name)
            if known is not None and _good(known, refused):
                return known
            token = renew(known)
            with db.transaction(self._engine) as session:
                keep(session, self._sealer, self._integration, {name: token})
            return token

    def _read(self, name: str) -> Token | None:
        with db.transaction(self._engine) as session:
            sealed = session.scalar(
                select(IntegrationToken.sealed)
                .join(Integration, Integration.id == IntegrationToken.integration_id)
                .where(Integration.key == self._integration, IntegrationToken.name == name)
            )
        if sealed is None:
            return None
        said = orjson.loads(self._sealer.open(sealed, _owner(self._integration, name)))
        expires = said["expires_at"]
        return Token(
            access=said["access"],
            expires_at=datetime.fromisoformat(expires) if expires else None,
            refresh=said["refresh"],
            extra=said["extra"],
        )

    @contextmanager
    def _alone(self, name: str) -> Iterator[None]:
        """While inside, no other caller of any process renews this token. No transaction is held meanwhile."""
        values = {"renewing": locks.RENEWING, "name": _owner(self._integration, name)}
        with (
            _held[_owner(self._integration, name)],
            self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            connection.execute(_LOCK, values)
            try:
                yield
            finally:
                connection.execute(_UNLOCK, values)


def keep(session: Session, sealer: Sealer, integration: str, tokens: Mapping[str, Token]) -> None:
    """Write tokens down, in place of those of the same names."""
    integration_id = session.scalars(select(Integration.id).where(Integration.key == integration)).one()
    for name, token in tokens.items():
        said: dict[str, Any] = {
            "access": token.access,
            "expires_at": token.expires_at.isoformat() if token.expires_at else None,
            "refresh": token.refresh,
            "extra": dict(token.extra),
        }
        row = {
            "sealed": sealer.seal(orjson.dumps(said).decode(), _owner(integration, name)),
            "expires_at": token.expires_at,
            "updated_at": clock.now(),
        }
        added = insert(IntegrationToken).values(integration_id=integration_id, name=name, **row)
        session.execute(added.on_conflict_do_update(index_elements=["integration_id", "name"], set_=row))


def forget(session: Session, integration_id: int) -> None:
    """Throw all tokens of an integration away."""
    session.execute(delete(IntegrationToken).where(IntegrationToken.integration_id == integration_id))


def _good(token: Token, refused: str | None) -> bool:
    expired = token.expires_at is not None and token.expires_at - _EARLY <= clock.now()
    return not expired and (refused is None or token.access != refused)


def _owner(integration: str, name: str) -> str:
    return f"{integration}/{name}"
