"""The hub: one process's settings, database, plugins and the way to wake workers, handed to whatever does work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import redis
import structlog
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

import crossdock
from core import clock, db, http, models, outbox
from core.config import Config
from core.integrations.buckets import LocalBuckets, SharedBuckets
from core.integrations.circuit import Circuits
from core.integrations.guard import Guard
from core.integrations.living import Living
from core.integrations.tokens import Purse
from core.kept import Kept
from core.near import is_near
from core.plugins import BoundProvider, Registry, load
from core.sealing import Sealer, sealer
from core.settings import service as settings

assert models.metadata is not None  # every table is known before the first statement: their relations name each other

Wake = Callable[[set[str]], None]
"""Tells workers that the named queues have work. Best effort: the scheduler finds what it missed."""


def _nobody(_queues: set[str]) -> None:
    """Without a broker nobody is woken: for tests, and for commands that run their jobs themselves."""


class Hub:
    """Made once a process; safe to use from many threads."""

    def __init__(
        self,
        config: Config,
        engine: Engine,
        registry: Registry,
        *,
        wake: Wake = _nobody,
        redis_url: str | None = None,
    ) -> None:
        self.config = config
        self.engine = engine
        self.registry = registry
        self.wake = wake
        self.kept = Kept()
        self._redis_url = redis_url or config.redis_url

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One unit of work, committed whole or not at all; then the queues that got jobs are woken."""
        with db.transaction(self.engine) as session:
            outbox.on_wake(session, self.wake)
            yield session

    def provider(self, integration_key: str, kind: crossdock.Kind, name: str | None = None) -> Any:
        """The object with the verbs of one kind, to be asked outside any transaction.

        Raises IntegrationAway where the integration does not run, NotSupported where it is of another kind.
        """
        self.refresh(now=integration_key not in self.registry.integrations)
        return self._guarded(integration_key, kind, self.registry.bound(integration_key, kind, name))

    def providers(self, kind: crossdock.Kind, capability: str) -> list[tuple[str, Any]]:
        """(integration key, provider) of all that have a capability, by key; to be asked as `provider`."""
        self.refresh()
        return [(key, self._guarded(key, kind, bound)) for key, bound in self.registry.able(kind, capability)]

    def able(self, kind: crossdock.Kind, capability: str | None = None) -> list[str]:
        """The keys of the integrations that have a capability; with None, of all of a kind. Reads nothing."""
        return [key for key, _ in self.registry.able(kind, capability)]

    def strategy(self, name: str) -> Any:
        """The routing strategy of this name, one of `registry.strategies`."""
        key, bound = self.registry.strategies[name]
        return self._guarded(key, "routing", bound)

    def player(self, integration_key: str) -> Any:
        """Whoever plays the other side of an integration in a demo; None where its plugin brings nobody."""
        found = self.registry.player(integration_key)
        return None if found is None else self.guard.around(integration_key, None, None, found)

    def _guarded(self, key: str, kind: crossdock.Kind, bound: BoundProvider) -> Any:
        return self.guard.around(key, kind, bound.provider.name, bound.instance)

    def context(
        self,
        integration_key: str,
        *,
        key: str = "",
        cursor: str | None = None,
        handle: str | None = None,
        deadline: datetime | None = None,
    ) -> crossdock.Context[Any]:
        """What a verb of this integration is handed. Raises IntegrationAway when it does not run."""
        self.refresh(now=integration_key not in self.registry.integrations)
        settings = self.registry.integration(integration_key).settings
        log = structlog.get_logger("plugin").bind(integration=integration_key)
        client = http.Client(
            integration_key,
            deadline=deadline,
            log=log,
            pool=self._pool.client(),
            buckets=self.guard.buckets,
            limits=self.registry.limits(integration_key),
        )
        return crossdock.Context(
            integration=integration_key,
            settings=settings,
            http=client,
            log=log,
            now=clock.now,
            home=self._home_of(integration_key),
            tokens=Purse(self.engine, self.sealer, integration_key),
            key=key,
            cursor=cursor,
            handle=handle,
            deadline=deadline,
            address=self.address_of(integration_key),
        )

    def address_of(self, integration_key: str) -> str | None:
        """Where others send what they tell of an integration; None where they cannot reach this hub.

        Whoever is on this machine can without a public address: a sandbox, for instance.
        """
        public = self.config.public_url or (self.config.local if self._is_near(integration_key) else None)
        return f"{public}/webhooks/{integration_key}" if public else None

    def _is_near(self, integration_key: str) -> bool:
        found = self.registry.integrations.get(integration_key)
        return is_near(str(getattr(found and found.settings, "url", None) or ""))

    def refresh(self, *, now: bool = False) -> None:
        """Learn of integrations that other processes made, changed and deleted; quick, for it seldom looks."""
        self._living.refresh(now=now)

    @cached_property
    def sealer(self) -> Sealer:
        """Opens and closes the secrets in the database."""
        return sealer(self.config)

    @cached_property
    def guard(self) -> Guard:
        """Watches over what is asked of integrations, together with the other processes."""
        client = None
        if self._redis_url is not None:
            client = redis.Redis.from_url(self._redis_url, socket_connect_timeout=2, socket_timeout=5)
        buckets = SharedBuckets(client) if client is not None else LocalBuckets()
        return Guard(self, buckets, Circuits(client), self._living.fresh)

    @cached_property
    def _living(self) -> Living:
        return Living(self.engine, self.registry, self.sealer)

    @cached_property
    def _pool(self) -> http.Pool:
        return http.Pool()

    @cached_property
    def signing_key(self) -> bytes:
        """What the addresses of documents are signed with."""
        with self.transaction() as session:
            return settings.current(session).signing_key

    def close(self) -> None:
        self._pool.close()
        self.engine.dispose()

    def _home_of(self, integration_key: str) -> Path:
        folder = self.config.home.absolute() / "integrations" / integration_key
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder


def open_hub(
    config: Config,
    database_url: str,
    *,
    redis_url: str | None = None,
    application: str = "crossdock",
    plugins: bool = True,
) -> Hub:
    """A hub on these servers. Without `redis_url` no worker is woken; without `plugins` none is there.

    Raises SettingsError where plugins.toml cannot be read.
    """
    path = config.plugins_file if config.plugins_file.exists() else None
    engine = db.connect(database_url, pool_size=config.database_pool, application=application)
    registry = load(path) if plugins else Registry()
    wake = _waker(redis_url) if redis_url else _nobody
    return Hub(config, engine, registry, wake=wake, redis_url=redis_url)


def _waker(redis_url: str) -> Wake:
    from core.jobs import broker  # noqa: PLC0415  # commands that wake nobody need no Dramatiq

    return partial(broker.wake, broker.connect(redis_url))


__all__ = ["Hub", "Wake", "open_hub"]
