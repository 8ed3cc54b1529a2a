"""Between the hub and a provider: every verb that is asked of the other side passes here.

Counts failures in a row and leaves alone who fails again and again; keeps the pause that the other side asks for; says
how urgent the call is; looks for newer secrets before credentials count as refused; writes down the health.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog

import crossdock
from core import clock
from core.http import Client, OutOfTokens
from core.integrations.buckets import Buckets, lane_of
from core.integrations.circuit import THRESHOLD, Circuits
from core.integrations.health import note_health, note_trouble
from core.integrations.models import HealthStatus
from crossdock import errors

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

_NO_FAULT = (errors.Rejected, errors.NotSupported, errors.BadData, errors.Pending, errors.Untrusted, errors.KeyNeeded)
"""Answers: the other side is well."""


class Guard:
    """Of one process. `fresh` says whether an integration has other settings than those that were used."""

    def __init__(self, hub: "Hub", buckets: Buckets, circuits: Circuits, fresh: Callable[[str, object], bool]) -> None:
        self._hub = hub
        self.buckets = buckets
        self.circuits = circuits
        self.fresh = fresh
        self._lock = threading.Lock()
        self._well: set[str] = set()

    def around(self, integration: str, kind: crossdock.Kind, name: str | None, instance: object) -> "Guarded":
        return Guarded(self, integration, kind, name, instance)

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
                answer = getattr(guarded.instance, verb)(context, *rest, **named)
            except errors.AuthExpired:
                if not self.fresh(key, context.settings):
                    raise
                renewed, context = self._renewed(guarded, context)
                answer = getattr(renewed.instance, verb)(context, *rest, **named)
        except Exception as error:
            self._failed(key, standing.failures, error)
            raise
        self._worked(key, standing.failures + (standing.refused is not None))
        return answer

    def forget(self, integration: str) -> None:
        """What was known of its health no longer counts: its settings changed."""
        with self._lock:
            self._well.discard(integration)
        self.circuits.worked(integration)

    def _renewed(self, guarded: "Guarded", context: crossdock.Context[Any]) -> tuple["Guarded", crossdock.Context[Any]]:
        """The same with the settings that the integration has now."""
        log.info("integration.secrets_changed", integration=guarded.integration)
        registry = self._hub.registry
        instance = registry.provider(guarded.integration, guarded.kind, guarded.name)
        settings = registry.integration(guarded.integration).settings
        renewed = self.around(guarded.integration, guarded.kind, guarded.name, instance)
        return renewed, replace(context, settings=settings)

    def _failed(self, key: str, before: int, error: Exception) -> None:
        match error:
            case OutOfTokens():
                pass
            case errors.RateLimited():
                pause = (error.until - clock.now()).total_seconds()
                if pause > 0:
                    self.buckets.block(key, error.group, pause)
            case errors.AuthExpired():
                self.circuits.refused(key, error.message)
                self._note(key, error)
            case _ if isinstance(error, _NO_FAULT):
                self._worked(key, before)
            case _:
                failures = self.circuits.failed(key)
                if failures >= THRESHOLD:
                    self._trouble(key, f"It failed {failures} times in a row: {str(error) or type(error).__name__}")

    def _worked(self, key: str, failures: int) -> None:
        if failures:
            self.circuits.worked(key)
        with self._lock:
            known = key in self._well
            self._well.add(key)
        if failures or not known:
            self._note(key, None)

    def _note(self, key: str, error: Exception | None) -> None:
        if error is not None:
            with self._lock:
                self._well.discard(key)
        with self._hub.transaction() as session:
            note_health(session, key, error)

    def _trouble(self, key: str, message: str) -> None:
        with self._lock:
            self._well.discard(key)
        with self._hub.transaction() as session:
            note_trouble(session, key, HealthStatus.DEGRADED, f"{message} It is tried again after a while.")


class Guarded:
    """A provider whose verbs are asked through the guard. What takes no context is pure, and goes straight to it."""

    def __init__(
        self, guard: Guard, integration: str, kind: crossdock.Kind, name: str | None, instance: object
    ) -> None:
        self._guard = guard
        self.integration = integration
        self.kind = kind
        self.name = name
        self.instance = instance

    def __getattr__(self, verb: str) -> Any:
        found = getattr(self.instance, verb)
        if not callable(found):
            return found

        def ask(*given: Any, **named: Any) -> Any:
            if given and isinstance(given[0], crossdock.Context):
                return self._guard.call(self, verb, *given, **named)
            return found(*given, **named)

        return ask
