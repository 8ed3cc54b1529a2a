"""Ask every plugin, each on its own: one that fails, in whatever way, is reported, and the others still count."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from types import ModuleType
from typing import Any

import pluggy
import structlog

import crossdock
from core.errors import PluginFault
from core.plugins.patience import within
from core.plugins.promised import hook_misfit
from core.plugins.verbs import borne, said
from crossdock import events, extensions, orders, returns, routing
from crossdock import hooks as specs
from crossdock.journal import EntryDraft

log = structlog.get_logger(__name__)


_USUAL_SECONDS = 5.0
_SECONDS = {"crossdock_on_event": 30.0}
"""How long a hook may take."""
_MOST_ANSWERS = 100_000
"""Of a hook that gives them one by one."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A hook implementation that raised, hung, or answered what the hook does not allow."""

    plugin: str
    hook: str
    error: Exception

    @property
    def message(self) -> str:
        return f"Plugin {self.plugin!r} failed in {self.hook}: {said(self.error)}"


class Hooks:
    """The enabled plugins' hooks, typed. Answers come in the order in which plugins were enabled."""

    def __init__(self) -> None:
        self._once: dict[str, list[tuple[str, Any]]] = {}
        self._pluggy = pluggy.PluginManager(crossdock.PROJECT)
        self._pluggy.add_hookspecs(specs)

    def register(self, name: str, module: ModuleType) -> None:
        """Take a plugin's hooks in; harmless to repeat."""
        if not self._pluggy.has_plugin(name):
            self._pluggy.register(module, name)
            self._once = {}

    def unregister(self, name: str) -> None:
        """Leave a plugin's hooks out; harmless where they are not in."""
        if self._pluggy.has_plugin(name):
            self._pluggy.unregister(name=name)
            self._once = {}

    def plugins_with(self, hook: str) -> list[str]:
        """Names of the plugins that implement a hook."""
        return [each.plugin_name for each in getattr(self._pluggy.hook, hook).get_hookimpls()]

    def validate_order(self, order: orders.OrderView) -> list[orders.Finding]:
        """What every plugin found; a plugin that failed is a WARN, so that no order is lost over it."""
        findings = []
        for plugin, answer in self._ask("crossdock_validate_order", order=order):
            if isinstance(answer, Fault):
                findings.append(_failed(answer))
            else:
                findings += [replace(finding, plugin=plugin) for finding in answer]
        return findings

    def routing_constraints(self, problem: routing.RoutingProblem) -> list[routing.Exclusion]:
        return self._all("crossdock_routing_constraints", problem=problem)

    def routing_signals(self, problem: routing.RoutingProblem) -> list[routing.RoutingSignal]:
        return self._all("crossdock_routing_signals", problem=problem)

    def return_policy(self, request: returns.ReturnRequest) -> list[returns.PolicyVerdict]:
        """Every verdict; plugins without an opinion are left out."""
        answers = self._ask("crossdock_return_policy", request=request)
        return [answer for _, answer in answers if not isinstance(answer, Fault)]

    def on_event(self, event: events.Event, *, plugin: str | None = None) -> list[Fault]:
        """Tell everybody, or one plugin; those who failed come back, so that the job can be run again."""
        answers = self._ask("crossdock_on_event", plugin, event=event)
        return [answer for _, answer in answers if isinstance(answer, Fault)]

    def journal(self, event: events.Event, *, plugin: str) -> Sequence[EntryDraft] | Fault:
        """What one plugin would book for an event, unchecked."""
        for _, answer in self._ask("crossdock_journal", plugin, event=event):
            return answer if isinstance(answer, Fault) else list(answer)
        return []

    def schema(self) -> list[tuple[str, extensions.SchemaExtension]]:
        return self._named("crossdock_schema")

    def jobs(self) -> list[tuple[str, extensions.PeriodicJob]]:
        return self._named("crossdock_jobs")

    def routes(self) -> list[tuple[str, extensions.Route]]:
        return self._named("crossdock_routes")

    def _all(self, hook: str, **facts: object) -> list[Any]:
        answers = self._ask(hook, **facts)
        return [each for _, answer in answers if not isinstance(answer, Fault) for each in answer]

    def _named(self, hook: str) -> list[tuple[str, Any]]:
        """What the plugins name: they are asked until all of them have answered, and then no more."""
        known, once = self._once.get(hook), self._once
        if known is not None:
            return known
        answers = list(self._ask(hook))
        found = [(plugin, each) for plugin, answer in answers if not isinstance(answer, Fault) for each in answer]
        if not any(isinstance(answer, Fault) for _, answer in answers):
            once[hook] = found
        return found

    def _ask(self, hook: str, only: str | None = None, /, **facts: object) -> Iterator[tuple[str, Any]]:
        """(plugin, its answer or a Fault); None is no answer."""
        for implementation in getattr(self._pluggy.hook, hook).get_hookimpls():
            if only not in (None, implementation.plugin_name):
                continue
            answer = _answer(implementation.plugin_name, hook, implementation.function, implementation.argnames, facts)
            if answer is not None:
                yield implementation.plugin_name, answer


def _answer(
    plugin: str, hook: str, function: Callable[..., Any], names: tuple[str, ...], facts: dict[str, object]
) -> Any:  # as the hook says
    try:
        call = partial(_read, hook, partial(function, *(facts[name] for name in names)))
        return borne(partial(within, _SECONDS.get(hook, _USUAL_SECONDS), call))
    except Exception as error:  # noqa: BLE001  # what a plugin did is told, whatever it was
        fault = Fault(plugin, hook, error)
        log.warning("plugin.hook_failed", plugin=plugin, hook=hook, error=fault.message)
        return fault


def _read(hook: str, call: Callable[[], Any]) -> Any:
    """What it answers, a generator read to its end, of the type that the hook names. Raises PluginFault."""
    answer = call()
    if isinstance(answer, Iterator):
        answer = list(islice(answer, _MOST_ANSWERS + 1))
    if isinstance(answer, list) and len(answer) > _MOST_ANSWERS:
        raise PluginFault(f"It gave more than {_MOST_ANSWERS:,} answers.")
    wrong = None if answer is None else hook_misfit(hook, answer)
    if wrong is not None:
        raise PluginFault(wrong)
    return answer


def _failed(fault: Fault) -> orders.Finding:
    return orders.Finding(
        kind=orders.FindingKind.WARN,
        code="plugin_failed",
        message=fault.message,
        fix=f"Mend or disable the plugin {fault.plugin}.",
        plugin=fault.plugin,
    )
