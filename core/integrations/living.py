"""Integrations that change while the hub runs: made in the API by any process, or given another secret."""

import threading
import time
from typing import Any

import orjson
import structlog
from sqlalchemy import select
from sqlalchemy.engine import Engine

from core import db
from core.errors import SettingsError
from core.integrations.models import Integration
from core.plugins import LoadedIntegration, Problem, Registry
from core.plugins.configure import configure
from core.sealing import Sealer

log = structlog.get_logger(__name__)

_EVERY_SECONDS = 2.0
"""A change in the API is known to every process after so long; to the one that made it at once."""


class Living:
    """Keeps a registry up to date with the database and with the secrets that plugins.toml refers to."""

    def __init__(self, engine: Engine, registry: Registry, sealer: Sealer) -> None:
        self._engine = engine
        self._registry = registry
        self._sealer = sealer
        self._lock = threading.Lock()
        self._looked_at = float("-inf")

    def refresh(self, *, now: bool = False) -> None:
        """Take in what was made, changed and deleted in the API; at most every two seconds unless `now`."""
        if not now and time.monotonic() - self._looked_at < _EVERY_SECONDS:
            return
        with self._lock:
            if not now and time.monotonic() - self._looked_at < _EVERY_SECONDS:
                return
            self._looked_at = time.monotonic()
            self._refresh()

    def fresh(self, key: str, used: object) -> bool:
        """Read the secrets of an integration again; whether its settings are others now than those that were `used`."""
        with self._lock:
            known = self._registry.integrations.get(key)
            if known is None:
                return False
            if not known.from_file:
                self._refresh()
            elif known.raw:
                again = configure(key, known.raw, self._registry.plugins, where=_nowhere, from_file=True)
                if again.problem is None and again.settings != known.settings:
                    self._registry.add(again)
            now = self._registry.integrations.get(key)
            return now is not None and now.settings is not None and now.settings != used

    def _refresh(self) -> None:
        columns = (
            Integration.key,
            Integration.plugin_name,
            Integration.sealed,
            Integration.enabled,
            Integration.version,
        )
        with db.transaction(self._engine) as session:
            query = select(*columns).where(Integration.sealed.is_not(None), Integration.deleted_at.is_(None))
            rows = session.execute(query).all()
        there = {row.key for row in rows}
        for key, known in self._registry.integrations.items():
            if not known.from_file and key not in there:
                self._registry.remove(key)
        for row in rows:
            mine = self._registry.integrations.get(row.key)
            if mine is None or (not mine.from_file and mine.version != row.version):
                self._registry.add(self._made(row))

    def _made(self, row: Any) -> LoadedIntegration:
        away = LoadedIntegration(key=row.key, plugin=row.plugin_name, from_file=False, version=row.version)
        if not row.enabled:
            return _with(away, Problem(f"Integration {row.key!r} is disabled.", "Enable it with integrationUpdate."))
        try:
            raw = orjson.loads(self._sealer.open(row.sealed, row.key))
        except SettingsError as error:
            return _with(away, Problem(error.message, ""))
        raw["plugin"] = row.plugin_name
        made = configure(row.key, raw, self._registry.plugins, where=_nowhere, from_file=False)
        if made.problem is not None:
            log.warning("plugin.refused", what=f"integration {row.key}", reason=str(made.problem))
        return LoadedIntegration(
            key=made.key,
            plugin=made.plugin,
            settings=made.settings,
            providers=made.providers,
            from_file=False,
            problem=made.problem,
            version=row.version,
        )


def _with(away: LoadedIntegration, problem: Problem) -> LoadedIntegration:
    return LoadedIntegration(key=away.key, plugin=away.plugin, from_file=False, problem=problem, version=away.version)


def _nowhere(_name: str | None) -> str:
    """Where settings of the API stand."""
    return "Settings"
