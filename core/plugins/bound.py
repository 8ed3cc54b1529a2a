"""A provider bound to one integration: made, and asked once for all that its settings decide."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

import structlog

import crossdock
from core.plugins.patience import within
from core.plugins.problem import Refused
from core.plugins.verbs import said

log = structlog.get_logger(__name__)
T = TypeVar("T")

START_SECONDS = 30.0
"""For each step of a plugin's start: what hangs there is refused, so that the hub starts."""


@dataclass(frozen=True, slots=True)
class BoundProvider:
    """A provider and the object that its factory made for one integration.

    limits: how often its other side may be asked. store: the other side's name of its account. paces: how often it
    wants its jobs to run, by their names.
    """

    provider: crossdock.Provider
    instance: Any  # it has the verbs of its capabilities
    limits: tuple[crossdock.RateLimit, ...] = ()
    store: str | None = None
    paces: Mapping[str, timedelta] = field(default_factory=dict, hash=False)


def bind(
    provider: crossdock.Provider, integration: crossdock.Integration[crossdock.Settings], plugin: str
) -> BoundProvider:
    """Raises Refused, with what does not fit."""
    label = f"{provider.kind} {provider.name!r} of plugin {plugin!r}"
    instance = _started(label, lambda: provider.factory(integration))
    broken = _started(label, lambda: crossdock.broken_promises(provider.kind, provider.capabilities, instance))
    if broken:
        raise Refused(f"The {label} does not keep its word: {broken[0]}", "Mend or update the plugin.")
    settings = integration.settings
    limits = _started(label, lambda: _limits(provider, settings))
    store: Any = _started(label, lambda: None if provider.store is None else provider.store(settings))
    if not isinstance(store, str | None):
        raise Refused(f"The {label} names its store {store!r}, which is no text.", "Mend or update the plugin.")
    return BoundProvider(provider, instance, limits, store, _paces(provider, settings, integration.key))


def _limits(provider: crossdock.Provider, settings: crossdock.Settings) -> tuple[crossdock.RateLimit, ...]:
    found: Any = () if provider.limits is None else tuple(provider.limits(settings))
    for each in found:
        if not isinstance(each, crossdock.RateLimit) or not (each.size > 0 and each.rate > 0):
            raise ValueError(f"{each!r} is no RateLimit that lets anything through")
    return tuple(found)


def _paces(provider: crossdock.Provider, settings: crossdock.Settings, key: str) -> dict[str, timedelta]:
    """What a plugin cannot say is as usual."""
    poll_every = provider.poll_every
    if poll_every is None:
        return {}
    try:
        told: dict[Any, Any] = within(START_SECONDS, lambda: dict(poll_every(settings)))
    except Exception as error:  # noqa: BLE001  # a plugin may raise anything; its jobs run all the same
        log.warning("plugin.no_pace", integration=key, reason=repr(error))
        return {}
    return {str(job): every for job, every in told.items() if isinstance(every, timedelta)}


def _started(label: str, function: Callable[[], T]) -> T:
    try:
        return within(START_SECONDS, function)
    except Exception as error:  # a plugin may raise anything; the rest of the hub runs
        raise Refused(f"The {label} did not start: {said(error)}", "Mend its settings or the plugin.") from error


__all__ = ["BoundProvider", "bind"]
