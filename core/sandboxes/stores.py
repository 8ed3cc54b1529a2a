"""Opening the stores: one for each provider whose sandbox is an app and says what settings reach it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from core import clock
from core.errors import SettingsError
from core.plugins import LoadedPlugin
from crossdock import Integration, Provider, Stage, Ware
from crossdock.sandbox import Send

log = structlog.get_logger(__name__)

_SEED = 1
_FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def new_run() -> int:
    """The number of a run that begins now: tenths of a second, for no store sells faster than that."""
    return int((clock.now() - _FIRST) / timedelta(milliseconds=100))


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A played store. `settings` make an integration of `plugin` that reaches it; `app` answers at `url`."""

    name: str
    plugin: str
    url: str
    settings: Mapping[str, Any]
    app: Any


def open_stores(
    plugins: Sequence[LoadedPlugin],
    *,
    at: str,
    send: Send,
    wares: Sequence[Ware],
    run: int,
    names: Iterable[str] = (),
) -> list[Store]:
    """Those of these names, all without any, each at its name under `at`. One that fails to open is left out and said.

    Raises SettingsError for a name that no plugin with a sandbox to serve has.
    """
    there = {provider.name: (plugin, provider) for plugin, provider in _served(plugins)}
    for name in names:
        if name not in there:
            listed = ", ".join(sorted(there)) or "none"
            raise SettingsError(f"No plugin that is installed has a sandbox {name!r} to serve; there are: {listed}.")
    opened = []
    for name in sorted(set(names) or there):
        plugin, provider = there[name]
        stage = Stage(url=f"{at}/{name}", send=send, now=clock.now, seed=_SEED, wares=wares, run=run)
        try:
            opened.append(_opened(plugin, provider, stage))
        except Exception as error:  # noqa: BLE001  # a plugin may raise anything; the other stores open all the same
            log.warning("sandbox.not_opened", sandbox=name, error=str(error) or type(error).__name__)
    return opened


def _served(plugins: Sequence[LoadedPlugin]) -> Iterator[tuple[LoadedPlugin, Provider]]:
    for plugin in plugins:
        for provider in plugin.providers if plugin.problem is None else ():
            if provider.sandbox_is_app and provider.sandbox_settings is not None:
                yield plugin, provider


def _opened(plugin: LoadedPlugin, provider: Provider, stage: Stage) -> Store:
    assert provider.sandbox is not None
    assert provider.sandbox_settings is not None
    settings = provider.sandbox_settings(stage.url)
    integration = Integration(provider.name, plugin.name, provider.settings.model_validate(settings))
    app = provider.sandbox(integration, stage)
    return Store(name=provider.name, plugin=plugin.name, url=stage.url, settings=settings, app=app)
