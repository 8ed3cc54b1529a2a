"""Whether this process can work: its database, its broker, and tables of this release."""

from collections.abc import Callable
from dataclasses import dataclass

import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from core import migrate
from core.hub import Hub


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be so. `message` says what is wrong, None when nothing is."""

    name: str
    message: str | None

    @property
    def ok(self) -> bool:
        return self.message is None


def checks(hub: Hub, broker: redis.Redis | None) -> list[Check]:
    """All of them, each tried within a few seconds. Without a broker nobody can be woken: that is not well."""
    return [
        _check("database", lambda: _database(hub)),
        _check("broker", lambda: _broker(broker)),
        _check("migrations", lambda: _migrations(hub)),
    ]


def _check(name: str, look: Callable[[], str | None]) -> Check:
    try:
        return Check(name, look())
    except (SQLAlchemyError, redis.RedisError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
        return Check(name, f"It does not answer: {reason}")


def _database(hub: Hub) -> str | None:
    with hub.engine.connect() as connection:
        connection.execute(text("select 1"))
    return None


def _broker(broker: redis.Redis | None) -> str | None:
    if broker is None:
        return "CROSSDOCK_REDIS_URL is not set."
    broker.ping()
    return None


def _migrations(hub: Hub) -> str | None:
    missing = migrate.pending(hub.engine)
    return f"{len(missing)} to apply: run `crossdock migrate`." if missing else None
