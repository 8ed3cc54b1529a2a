"""What was loaded: plugins, their integrations, and the way to a provider."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import ModuleType
from typing import Any

import crossdock
from core.errors import IntegrationAway, NotSupported
from core.plugins.bound import BoundProvider
from core.plugins.hooks import Hooks
from core.plugins.problem import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedPlugin:
    """A plugin found on this installation. With a `problem` it was refused and offers nothing."""

    name: str
    version: str
    distribution: str
    api_version: str = crossdock.API_VERSION
    summary: str = ""
    module: ModuleType | None = None
    providers: tuple[crossdock.Provider, ...] = ()
    problem: Problem | None = None

    @property
    def kinds(self) -> list[crossdock.Kind]:
        return sorted({provider.kind for provider in self.providers})

    @property
    def capabilities(self) -> list[str]:
        """As `carrier.labels`, over all its providers."""
        return sorted({f"{each.kind}.{name}" for each in self.providers for name in each.capabilities})

    @property
    def settings(self) -> type[crossdock.Settings]:
        """The model of one integration's settings; a plugin with hooks only has none to set."""
        return self.providers[0].settings if self.providers else crossdock.Settings

    @property
    def config_schema(self) -> dict[str, Any] | None:
        """JSON Schema of the settings, secrets writeOnly. None when the plugin did not load."""
        return None if self.problem else self.settings.model_json_schema()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedIntegration:
    """One configured use of a plugin. With a `problem` it does not run."""

    key: str
    plugin: str
    settings: crossdock.Settings | None = None
    providers: tuple[BoundProvider, ...] = ()
    from_file: bool = True
    problem: Problem | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """What plugins.toml says, secrets as references; by it the settings are made again when a secret changed."""
    version: int = 1

    @property
    def error(self) -> str | None:
        """Reason and mend in one line, None when it runs."""
        return None if self.problem is None else str(self.problem)

    @property
    def kinds(self) -> list[crossdock.Kind]:
        return sorted({bound.provider.kind for bound in self.providers})

    @property
    def capabilities(self) -> list[str]:
        return sorted({f"{b.provider.kind}.{name}" for b in self.providers for name in b.provider.capabilities})

    @property
    def config(self) -> dict[str, Any]:
        """The settings with every secret masked."""
        return {} if self.settings is None else self.settings.model_dump(mode="json")


@dataclass(slots=True)
class Registry:
    """Everything that is loaded. `integrations` holds the refused ones too, each with its problem."""

    plugins: dict[str, LoadedPlugin] = field(default_factory=dict)
    integrations: dict[str, LoadedIntegration] = field(default_factory=dict)
    hooks: Hooks = field(default_factory=Hooks)

    def add(self, integration: LoadedIntegration) -> None:
        """Take an integration in, in place of one of its key, and with the first of a plugin the plugin's hooks."""
        self.integrations = {**self.integrations, integration.key: integration}  # others may be reading it
        plugin = self.plugins.get(integration.plugin)
        if integration.problem is None and plugin is not None and plugin.module is not None:
            self.hooks.register(plugin.name, plugin.module)

    def remove(self, key: str) -> None:
        """Forget an integration, and with the last of a plugin the plugin's hooks."""
        gone = self.integrations.get(key)
        self.integrations = {known: each for known, each in self.integrations.items() if known != key}
        if gone is not None and not self.enabled(gone.plugin):
            self.hooks.unregister(gone.plugin)

    def limits(self, key: str) -> list[crossdock.RateLimit]:
        """How often the other side of an integration may be asked: one bucket for each group, whoever declares it."""
        found: dict[str, crossdock.RateLimit] = {}
        for bound in self.integration(key).providers:
            for limit in bound.limits:
                found.setdefault(limit.group, limit)
        return list(found.values())

    def paces(self, key: str) -> dict[str, timedelta]:
        """How often an integration wants its jobs to run, by their names."""
        return {job: every for bound in self.integration(key).providers for job, every in bound.paces.items()}

    def stores(self, key: str) -> dict[str, str]:
        """The accounts of an integration's plugin, by the other side's names of them, and whose each is."""
        plugin = self.integration(key).plugin
        return {
            bound.store: other
            for other, integration in sorted(self.integrations.items())
            for bound in integration.providers
            if integration.plugin == plugin and bound.store is not None
        }

    def enabled(self, plugin: str) -> bool:
        """Whether an integration of it runs."""
        return any(each.plugin == plugin and each.problem is None for each in self.integrations.values())

    def integration(self, key: str) -> LoadedIntegration:
        """A running integration. Raises IntegrationAway, with the reason, when there is none."""
        found = self.integrations.get(key)
        if found is None:
            raise IntegrationAway(f"There is no integration {key!r}.")
        if found.problem is not None:
            raise IntegrationAway(str(found.problem))
        return found

    def bound(self, key: str, kind: crossdock.Kind, name: str | None = None) -> BoundProvider:
        """The provider of one kind; `name` picks one where the integration has several.

        Raises IntegrationAway as `integration` does, NotSupported when it is not of that kind.
        """
        for bound in self.integration(key).providers:
            if bound.provider.kind == kind and name in (None, bound.provider.name):
                return bound
        raise NotSupported(f"Integration {key!r} is no {kind}.")

    def able(self, kind: crossdock.Kind, capability: str | None = None) -> Iterator[tuple[str, BoundProvider]]:
        """(integration key, provider) of all that run and are of a kind, by key."""
        for key, integration in sorted(self.integrations.items()):
            for bound in integration.providers:
                if bound.provider.kind == kind and (capability is None or capability in bound.provider.capabilities):
                    yield key, bound

    def player(self, key: str) -> crossdock.Player | None:
        """Whoever plays the other side of an integration in a demo; None where its plugin brings nobody.

        Raises IntegrationAway as `integration` does.
        """
        found = self.integration(key)
        for bound in found.providers:
            provider = bound.provider
            if provider.sandbox is not None and not provider.sandbox_is_app and found.settings is not None:
                player = provider.sandbox(crossdock.Integration(key, found.plugin, found.settings))
                if isinstance(player, crossdock.Player):
                    return player
        return None

    @property
    def strategies(self) -> Mapping[str, tuple[str, BoundProvider]]:
        """Routing strategies by name, with the integration that each belongs to."""
        return {
            bound.provider.name: (key, bound)
            for key, integration in self.integrations.items()
            for bound in integration.providers
            if bound.provider.kind == "routing"
        }

    @property
    def problems(self) -> list[tuple[str, Problem]]:
        """What did not load: (plugin or integration, problem)."""
        plugins = [(f"plugin {each.name}", each.problem) for each in self.plugins.values()]
        integrations = [(f"integration {each.key}", each.problem) for each in self.integrations.values()]
        return [(name, problem) for name, problem in (*plugins, *integrations) if problem is not None]
