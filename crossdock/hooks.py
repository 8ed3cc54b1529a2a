"""The hooks: what every plugin may answer. An implementation may take fewer arguments than its spec here.

    import crossdock

    @crossdock.hookimpl
    def crossdock_validate_order(order):
        ...

All but `crossdock_on_event` must be quick, and those called pure must do no I/O at all. One that
raises is reported and left out of the answer; the others still count.
"""

from collections.abc import Sequence

import pluggy

from crossdock.events import Event
from crossdock.extensions import PeriodicJob, Route, SchemaExtension
from crossdock.journal import EntryDraft
from crossdock.orders import Finding, OrderView
from crossdock.provider import Provider
from crossdock.returns import PolicyVerdict, ReturnRequest
from crossdock.routing import Exclusion, RoutingProblem, RoutingSignal

PROJECT = "crossdock"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def crossdock_providers() -> Sequence[Provider]:
    """Say what this plugin offers. Called once per process, after settings were read."""


@hookspec
def crossdock_validate_order(order: OrderView) -> Sequence[Finding]:
    """Look at an order before it is routed; no findings is a pass. Pure."""


@hookspec
def crossdock_routing_constraints(problem: RoutingProblem) -> Sequence[Exclusion]:
    """Name locations that must not ship this order, or an item of it. Pure."""


@hookspec
def crossdock_routing_signals(problem: RoutingProblem) -> Sequence[RoutingSignal]:
    """Add to a candidate's cost, days or priority. Pure."""


@hookspec
def crossdock_return_policy(request: ReturnRequest) -> PolicyVerdict | None:
    """Judge a return; None is no opinion. Pure. The strictest verdict wins."""


@hookspec
def crossdock_journal(event: Event) -> Sequence[EntryDraft]:
    """Propose entries for the books. Pure; the core checks that they balance, then posts them."""


@hookspec
def crossdock_on_event(event: Event) -> None:
    """React to what happened. A job of its own, run at least once; raise Retryable to be asked again."""


@hookspec
def crossdock_schema() -> Sequence[SchemaExtension]:
    """Add types and computed fields to the API. Called once, when the schema is built."""


@hookspec
def crossdock_jobs() -> Sequence[PeriodicJob]:
    """Name periodic jobs. Called once per process."""


@hookspec
def crossdock_routes() -> Sequence[Route]:
    """Name HTTP routes under `/x/<plugin>/`. Called once, when the HTTP app is built."""
