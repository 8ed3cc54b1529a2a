"""Between the hub and a provider: every verb passes here, whatever its kind; nothing else in the hub calls one.

Bears whatever a plugin does: see `core.plugins.verbs`. Of those that reach the other side it counts failures in a row,
and leaves alone who fails again and again; keeps the pause that the other side asks for; says how urgent the call is;
looks for newer secrets before credentials count as refused; writes down the health.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

import crossdock
from core import clock
from core.errors import PluginFault
from core.http import Client, OutOfTokens
from core.integrations.buckets import Buckets, lane_of
from core.integrations.circuit import THRESHOLD, Circuits
from core.integrations.health import note_health, note_trouble
from core.integrations.models import HealthStatus
from core.plugins import verbs
from core.plugins.patience import TookTooLong
from crossdock import errors

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

_NO_FAULT = (errors.Rejected, errors.NotSupported, errors.BadData, errors.Pending, errors.Untrusted, errors.KeyNeeded)
"""Answers: the other side is well."""


_UNKNOWN = ""
"""Of one that has not answered yet."""
SECONDS = 180.0
"""For one verb, all its requests together; each of them has a limit of its own."""
_GRACE_SECONDS = 5.0
"""Beyond the deadline that a verb was told: then it is no longer waited for."""


class Guard:
    """Of one process. `fresh` says whether an integration has other settings than those that were used."""

    def __init__(self, hub: "Hub", buckets: Buckets, circuits: Circuits, fresh: Callable[[str, object], bool]) -> None:
        self._hub = hub
        self.buckets = buckets
        self.circuits = circuits
        self.fresh = fresh
        self._lock = threading.Lock()
        self._well: dict[str, str | None] = {}  # those that answer, with what is wrong with the clock all the same

    def around(
        self,
        integration: str,
        kind: crossdock.Kind | None,
        name: str | None,
        instance: object,
        *,
        seconds: float = SECONDS,
    ) -> "Guarded":
        """The same object, asked through this guard. `kind` None: its verbs are none of a provider's."""
        return Guarded(self, integration, kind, name, instance, seconds)

    def call(self, guarded: "Guarded", verb: str, context: crossdock.Context[Any], *rest: Any, **named: Any) -> Any:
        """Ask. Raises what the verb raises, and Retryable where the integration is left alone."""
        key = guarded.integration
        standing = self.circuits.look(key)
        if standing.refused is not None:
            if not self.fresh(key, context.settings):
                raise errors.AuthExpired(standing.refused)
            guarded, context = self._renewed(guarded, context)
        if standing.wait > 0:
            pause = timedelta(seconds=standing.wait)
            raise errors.Retryable(f"{key} failed {standing.failures} times in a row and is left alone.", after=pause)
        if isinstance(context.http, Client):
            context.http.lane = lane_of(verb)
        try:
            try:
                answer = self._asked(guarded, verb, context, rest, named)
            except errors.AuthExpired:
                if not self.fresh(key, context.settings):
                    raise
                renewed, context = self._renewed(guarded, context)
                answer = self._asked(renewed, verb, context, rest, named)
        except Exception as error:
            # Being late for somebody in a hurry says nothing of its health.
            hurried = context.deadline is not None and clock.now() >= context.deadline
            if not hurried and (_tells(context) or not isinstance(error, _NO_FAULT)):
                self._failed(key, standing.failures, error, _wrong_clock(context))
            raise
        if _tells(context):
            self._worked(key, standing.failures + (standing.refused is not None), _wrong_clock(context))
        return answer

    def _asked(
        self,
        guarded: "Guarded",
        verb: str,
        context: crossdock.Context[Any],
        rest: tuple[Any, ...],
        named: Mapping[str, Any],
    ) -> Any:
        """The answer, in time. Who does not come back may have acted."""
        seconds = guarded.seconds
        if context.deadline is not None:
            seconds = min(seconds, max((context.deadline - clock.now()).total_seconds(), 0) + _GRACE_SECONDS)
        try:
            return verbs.ask(guarded.kind, verb, guarded.instance, (context, *rest), named, seconds=seconds)
        except TookTooLong as error:
            log.warning("plugin.hangs", integration=guarded.integration, verb=verb, seconds=seconds)
            said = f"{guarded.integration} did not come back within {seconds:.0f} seconds."
            raise (errors.OutcomeUnknown(said) if context.key else errors.Retryable(said)) from error

    def forget(self, integration: str) -> None:
        """What was known of its health no longer counts: its settings changed."""
        self._unwell(integration)
        self.circuits.worked(integration)

    def _unwell(self, integration: str) -> None:
        with self._lock:
            self._well.pop(integration, None)

    def _renewed(self, guarded: "Guarded", context: crossdock.Context[Any]) -> tuple["Guarded", crossdock.Context[Any]]:
        """The same with the settings that the integration has now."""
        log.info("integration.secrets_changed", integration=guarded.integration)
        registry = self._hub.registry
        settings = registry.integration(guarded.integration).settings
        if guarded.kind is not None:
            instance = registry.bound(guarded.integration, guarded.kind, guarded.name).instance
            guarded = self.around(guarded.integration, guarded.kind, guarded.name, instance, seconds=guarded.seconds)
        return guarded, replace(context, settings=settings)

    def _failed(self, key: str, before: int, error: Exception, wrong_clock: str | None) -> None:
        match error:
            case OutOfTokens():
                pass
            case errors.RateLimited():
                pause = (error.until - clock.now()).total_seconds()
                if pause > 0:
                    self.buckets.block(key, error.group, pause)
            case errors.AuthExpired():
                why = f"{error.message} {wrong_clock}" if wrong_clock else error.message
                self.circuits.refused(key, why)
                self._note(key, errors.AuthExpired(why))
            case _ if isinstance(error, _NO_FAULT):
                self._worked(key, before, wrong_clock)
            case _:
                failures = self.circuits.failed(key)
                if failures >= THRESHOLD:
                    self._trouble(key, f"It failed {failures} times in a row: {str(error) or type(error).__name__}")

    def _worked(self, key: str, failures: int, wrong_clock: str | None) -> None:
        if failures:
            self.circuits.worked(key)
        with self._lock:
            known = self._well.get(key, _UNKNOWN)
            self._well[key] = wrong_clock
        if wrong_clock is None and (failures or known is not None):
            self._note(key, None)
        elif wrong_clock is not None and known in (None, _UNKNOWN):
            with self._hub.transaction() as session:
                note_trouble(session, key, HealthStatus.DEGRADED, wrong_clock)

    def _note(self, key: str, error: Exception | None) -> None:
        if error is not None:
            self._unwell(key)
        with self._hub.transaction() as session:
            note_health(session, key, error)

    def _trouble(self, key: str, message: str) -> None:
        self._unwell(key)
        with self._hub.transaction() as session:
            note_trouble(session, key, HealthStatus.DEGRADED, f"{message} It is tried again after a while.")


def _tells(context: crossdock.Context[Any]) -> bool:
    return context.http.tells if isinstance(context.http, Client) else True


def _wrong_clock(context: crossdock.Context[Any]) -> str | None:
    return context.http.wrong_clock if isinstance(context.http, Client) else None


class Guarded:
    """A provider whose verbs are asked through the guard. What takes no context is pure: no health comes of it."""

    def __init__(
        self,
        guard: Guard,
        integration: str,
        kind: crossdock.Kind | None,
        name: str | None,
        instance: object,
        seconds: float,
    ) -> None:
        self._guard = guard
        self.integration = integration
        self.kind = kind
        self.name = name
        self.instance = instance
        self.seconds = seconds

    def __getattr__(self, verb: str) -> Any:
        found = getattr(self.instance, verb)
        if not callable(found):
            return found
        return Verb(self._guard, self, verb)


class Verb:
    """One verb of a provider. What it is handed says how it is asked: with a context, or as a pure one."""

    __slots__ = ("_guard", "_guarded", "_name")

    def __init__(self, guard: Guard, guarded: Guarded, name: str) -> None:
        self._guard = guard
        self._guarded = guarded
        self._name = name

    def __call__(self, *given: Any, **named: Any) -> Any:
        if given and isinstance(given[0], crossdock.Context):
            return self._guard.call(self._guarded, self._name, *given, **named)
        of = self._guarded
        try:
            return verbs.ask(of.kind, self._name, of.instance, given, named, seconds=verbs.PURE_SECONDS)
        except TookTooLong as error:
            raise self._hangs() from error

    def each(self, given: Sequence[tuple[Any, ...]]) -> list[Any]:
        """A pure verb, asked once for each of these arguments in one go: answers, and errors in their places."""
        of = self._guarded
        answers = verbs.ask_each(of.kind, self._name, of.instance, given, seconds=verbs.PURE_SECONDS)
        return [self._hangs() if isinstance(each, TookTooLong) else each for each in answers]

    def _hangs(self) -> PluginFault:
        log.warning("plugin.hangs", integration=self._guarded.integration, verb=self._name)
        seconds = verbs.PURE_SECONDS
        return PluginFault(f"{self._guarded.integration} did not come back within {seconds:.0f} seconds.")
