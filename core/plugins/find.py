"""Find plugins by entry point, import each, and ask what it offers."""

import traceback
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points

import pluggy

import crossdock
from core.plugins.bound import START_SECONDS
from core.plugins.patience import within
from core.plugins.problem import Problem, Refused
from core.plugins.registry import LoadedPlugin

GROUP = "crossdock.plugins"


def find(points: Iterable[EntryPoint] | None = None) -> list[LoadedPlugin]:
    """Every plugin on this installation, by name, the broken ones with their problem."""
    by_name = defaultdict[str, list[EntryPoint]](list)
    for point in entry_points(group=GROUP) if points is None else points:
        if not any(_same(point, other) for other in by_name[point.name]):
            by_name[point.name].append(point)
    return _without_clashes([_examine(name, found) for name, found in sorted(by_name.items())])


def _same(point: EntryPoint, other: EntryPoint) -> bool:
    """One distribution may be seen twice, as installed and in the working folder."""
    return point.value == other.value and _distribution(point) == _distribution(other)


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "an unnamed package"


def _examine(name: str, points: Sequence[EntryPoint]) -> LoadedPlugin:
    point = points[0]
    version = point.dist.version if point.dist else "0"
    plugin = LoadedPlugin(name=name, version=version, distribution=_distribution(point))
    try:
        _require_one(name, points)
        return _imported(plugin, point)
    except Refused as refused:
        return replace(plugin, problem=refused.problem)


def _require_one(name: str, points: Sequence[EntryPoint]) -> None:
    if len(points) > 1:
        owners = ", ".join(sorted(_distribution(point) for point in points))
        raise Refused(f"Several packages call a plugin {name!r}: {owners}.", "Uninstall all but one.")


def _imported(plugin: LoadedPlugin, point: EntryPoint) -> LoadedPlugin:
    try:
        module = within(START_SECONDS, point.load)
    except Exception as error:
        raise Refused(
            f"Plugin {plugin.name!r} cannot be imported: {_one_line(error)}",
            f"Mend or uninstall the package {plugin.distribution}.",
        ) from error
    manifest = getattr(module, "manifest", None)
    if not isinstance(manifest, crossdock.Manifest):
        manifest = crossdock.Manifest(summary=_first_line(module.__doc__), api="1.0")
    plugin = replace(plugin, module=module, summary=manifest.summary, api_version=manifest.api)
    _require_api(plugin)
    _require_known_hooks(plugin)
    return replace(plugin, providers=_providers(plugin))


def _require_api(plugin: LoadedPlugin) -> None:
    ours = tuple(int(part) for part in crossdock.API_VERSION.split("."))
    try:
        theirs = tuple(int(part) for part in plugin.api_version.split("."))
    except ValueError:
        theirs = ()
    if not theirs or theirs[0] != ours[0] or theirs > ours:
        raise Refused(
            f"Plugin {plugin.name!r} was built for plugin API {plugin.api_version}; "
            f"this hub speaks {crossdock.API_VERSION}.",
            f"Install a release of {plugin.distribution} made for {crossdock.API_VERSION}.",
        )


def _require_known_hooks(plugin: LoadedPlugin) -> None:
    """A misspelt hook would never be called, and a wrong argument would fail on the first order."""
    checker = pluggy.PluginManager(crossdock.PROJECT)
    checker.add_hookspecs(crossdock.hooks)
    try:
        checker.register(plugin.module, plugin.name)
        checker.check_pending()
    except pluggy.PluginValidationError as error:
        raise Refused(
            f"Plugin {plugin.name!r} has a hook that does not fit: {_one_line(error)}",
            "Compare its name and arguments with crossdock.hooks.",
        ) from error


def _providers(plugin: LoadedPlugin) -> tuple[crossdock.Provider, ...]:
    announce = getattr(plugin.module, "crossdock_providers", None)
    if announce is None:
        return ()
    try:
        providers = within(START_SECONDS, lambda: tuple(announce()))
    except Exception as error:
        raise Refused(
            f"Plugin {plugin.name!r} failed to say what it offers: {_one_line(error)}",
            f"Mend or uninstall the package {plugin.distribution}.",
        ) from error
    _require_sound(plugin.name, providers)
    return providers


def _require_sound(name: str, providers: Sequence[object]) -> None:
    mend = "Mend its hook crossdock_providers."
    seen = set[tuple[str, str]]()
    models = set[type]()
    for provider in providers:
        if not isinstance(provider, crossdock.Provider):
            raise Refused(f"Plugin {name!r} announces {provider!r}, which is no crossdock.Provider.", mend)
        if provider.kind not in crossdock.KINDS:
            raise Refused(f"Plugin {name!r} announces a provider of unknown kind {provider.kind!r}.", mend)
        if (provider.kind, provider.name) in seen:
            raise Refused(f"Plugin {name!r} announces {provider.kind} {provider.name!r} twice.", mend)
        seen.add((provider.kind, provider.name))
        models.add(provider.settings)
    if len(models) > 1:
        names = ", ".join(sorted(model.__name__ for model in models))
        raise Refused(f"Plugin {name!r} has several settings models ({names}); an integration has one.", mend)


def _without_clashes(plugins: Sequence[LoadedPlugin]) -> list[LoadedPlugin]:
    """Strategies are chosen by name alone, so two plugins must not share one. The first by name keeps it."""
    owners: dict[str, str] = {}
    kept = []
    for plugin in plugins:
        names = [provider.name for provider in plugin.providers if provider.kind == "routing"]
        taken = next((name for name in names if name in owners), None)
        if taken is None:
            owners.update(dict.fromkeys(names, plugin.name))
            kept.append(plugin)
            continue
        reason = f"Plugin {plugin.name!r} clashes with {owners[taken]!r}: both have a strategy {taken!r}."
        kept.append(replace(plugin, providers=(), problem=Problem(reason, "Uninstall one of them.")))
    return kept


def _one_line(error: BaseException) -> str:
    return " ".join("".join(traceback.format_exception_only(error)).split())


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]
