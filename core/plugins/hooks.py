"""Ask every plugin, each on its own: one that raises is reported, and the others still count."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import Any

import pluggy
import structlog

import crossdock
from crossdock import events, extensions, journal, orders, returns, routing
from crossdock import hooks as specs

log = structlog.get_logger(__name__)


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

    def journal(self, event: events.Event) -> list[tuple[str, journal.EntryDraft]]:
        """(plugin, draft), unchecked."""
        answers = self._ask("crossdock_journal", event=event)
        return [(name, draft) for name, drafts in answers if not isinstance(drafts, Fault) for draft in drafts]

    def on_event(self, event: events.Event) -> list[Fault]:
        """Tell everybody; those who failed come back, so that the job can be run again."""
        return [answer for _, answer in self._ask("crossdock_on_event", event=event) if isinstance(answer, Fault)]

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
        for plugin, answers in self._ask(hook, **facts):
            if not isinstance(answers, Fault):
                for answer in answers:
                    yield plugin, answer

    def _ask(self, hook: str, **facts: object) -> Iterator[tuple[str, Any]]:
        """(plugin, its answer or a Fault); None is no answer."""
        for implementation in getattr(self._pluggy.hook, hook).get_hookimpls():
            answer = _answer(implementation.plugin_name, hook, implementation.function, implementation.argnames, facts)
            if answer is not None:
                yield implementation.plugin_name, answer


def _answer(
    plugin: str, hook: str, function: Callable[..., Any], names: tuple[str, ...], facts: dict[str, object]
) -> Any:  # as the hook says
    try:
        answer = function(*(facts[name] for name in names))
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
