"""Turn one integration's raw settings into a running integration, or into a problem with its mend."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

import crossdock
from core.plugins import addresses
from core.plugins.bound import START_SECONDS, BoundProvider, bind
from core.plugins.patience import within
from core.plugins.problem import Problem, Refused
from core.plugins.registry import LoadedIntegration, LoadedPlugin
from core.plugins.secrets import hint_of, resolved

Where = Callable[[str | None], str]


def configure(
    key: str, raw: Mapping[str, Any], plugins: Mapping[str, LoadedPlugin], *, where: Where, from_file: bool
) -> LoadedIntegration:
    """One integration. `where` names the place of a key; secrets from a file must be references."""
    name = raw.get("plugin")
    named = name if isinstance(name, str) else ""
    kept = dict(raw) if from_file else {}
    try:
        plugin = _plugin(key, name, plugins, where)
        settings = _settings(key, plugin, raw, where, from_file=from_file)
        for setting in plugin.settings.model_fields:
            said = f"{where(setting)}: setting {setting!r} of {key!r}"
            addresses.require_safe(setting, getattr(settings, setting), plugin, said)
        providers = _bound(crossdock.Integration(key, plugin.name, settings), plugin)
    except Refused as refused:
        return LoadedIntegration(key=key, plugin=named, from_file=from_file, problem=refused.problem, raw=kept)
    return LoadedIntegration(
        key=key, plugin=plugin.name, settings=settings, providers=providers, from_file=from_file, raw=kept
    )


def _plugin(key: str, name: object, plugins: Mapping[str, LoadedPlugin], where: Where) -> LoadedPlugin:
    known = ", ".join(sorted(plugins)) or "none"
    if not isinstance(name, str) or not name:
        raise Refused(f"{where(None)}: integration {key!r} names no plugin.", f'Write plugin = "...", one of: {known}.')
    plugin = plugins.get(name)
    if plugin is None:
        raise Refused(
            f"{where('plugin')}: integration {key!r} wants the plugin {name!r}, which is not installed.",
            f"Install it, or name one of: {known}.",
        )
    if plugin.problem is not None:
        raise Refused(f"{where('plugin')}: {plugin.problem.reason}", plugin.problem.mend)
    return plugin


def _settings(
    key: str, plugin: LoadedPlugin, raw: Mapping[str, Any], where: Where, *, from_file: bool
) -> crossdock.Settings:
    model = plugin.settings
    values = {}
    for name, value in raw.items():
        if name == "plugin":
            continue
        values[name] = resolved(value, name, where(name), hint=hint_of(model, name)) if from_file else value
    try:
        return within(START_SECONDS, lambda: model.model_validate(values))
    except ValidationError as error:
        problem = _first(error, key, model, where)
        raise Refused(problem.reason, problem.mend) from None  # the original would show the values
    except Exception as error:  # noqa: BLE001  # a validator of the plugin's may raise anything
        raise Refused(f"{where(None)}: integration {key!r}: {error}", "Mend its settings.") from None


def _first(error: ValidationError, key: str, model: type[crossdock.Settings], where: Where) -> Problem:
    """The first complaint as a sentence. Values are left out: one of them may be a secret."""
    complaint = error.errors(include_url=False, include_input=False)[0]
    location = [str(part) for part in complaint["loc"]]
    name = ".".join(location)
    known = ", ".join(sorted(model.model_fields)) or "none"
    if complaint["type"] == "extra_forbidden":
        reason = f"{where(name)}: integration {key!r} has the unknown setting {name!r}."
        return Problem(reason, f"Remove it; there are: {known}.")
    if complaint["type"] == "missing":
        return Problem(f"{where(None)}: integration {key!r} lacks the setting {name!r}.", "Add it.")
    message = complaint["msg"].removeprefix("Value error, ").rstrip(".")
    reason = f"{where(location[0] if location else None)}: setting {name!r} of {key!r}: {message}."
    return Problem(reason, "Mend the value.")


def _bound(integration: crossdock.Integration[crossdock.Settings], plugin: LoadedPlugin) -> tuple[BoundProvider, ...]:
    return tuple(bind(provider, integration, plugin.name) for provider in plugin.providers)
