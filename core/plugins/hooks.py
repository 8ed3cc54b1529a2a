"""Ask every plugin, each on its own: one that raises is reported, and the others still count."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import ModuleType
from typing import Any

import pluggy
import structlog

import crossdock
from core.plugins.patience import within
from crossdock import events, extensions, orders, returns, routing
from crossdock import hooks as specs
from crossdock.journal import EntryDraft

log = structlog.get_logger(__name__)


_SECONDS = {"crossdock_on_event": 30.0, "crossdock_journal": 5.0, "crossdock_jobs": 5.0, "crossdock_routes": 5.0}
"""How long a hook that is not in the way of an order may take. The others are bound by the job that asks them."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A hook implementation that raised instead of answering."""

    plugin: str
    hook: str
    error: Exception

    @property
    def message(self) -> str:
        return f"Plugin {self.plugin!r} failed in {self.hook}: {type(self.error).__name__}: {self.error}"


class Hooks:
    """The enabled plugins' hooks, typed. Answers come in the order in which plugins were enabled."""

    def __init__(self) -> None:
        self._pluggy = pluggy.PluginManager(crossdock.PROJECT)
        self._pluggy.add_hookspecs(specs)

    def register(self, name: str, module: ModuleType) -> None:
        """Take a plugin's hooks in; harmless to repeat."""
        if not self._pluggy.has_plugin(name):
            self._pluggy.register(module, name)

    def unregister(self, name: str) -> None:
        """Leave a plugin's hooks out; harmless where they are not in."""
        if self._pluggy.has_plugin(name):
            self._pluggy.unregister(name=name)

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
        return [each for _, each in self._flat(hook, **facts)]

    def _named(self, hook: str) -> list[tuple[str, Any]]:
        return list(self._flat(hook))

    def _flat(self, hook: str, **facts: object) -> Iterator[tuple[str, Any]]:
        for plugin, answers in self._ask(hook, None, **facts):
            if not isinstance(answers, Fault):
                for answer in answers:
                    yield plugin, answer

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
        call = partial(function, *(facts[name] for name in names))
        seconds = _SECONDS.get(hook)
        answer = call() if seconds is None else within(seconds, call)
        # A generator raises while it is read: read it here.
        return list(answer) if isinstance(answer, Iterator) else answer
    except Exception as error:  # noqa: BLE001  # a plugin may raise anything
        fault = Fault(plugin, hook, error)
        log.warning("plugin.hook_failed", plugin=plugin, hook=hook, error=fault.message)
        return fault


def _failed(fault: Fault) -> orders.Finding:
    return orders.Finding(
        kind=orders.FindingKind.WARN,
        code="plugin_failed",
        message=fault.message,
        fix=f"Mend or disable the plugin {fault.plugin}.",
        plugin=fault.plugin,
    )
