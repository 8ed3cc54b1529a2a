"""What jobs there are: functions named noun.verb, each on a queue, some on a schedule; and how they get work."""

import functools
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from core import clock, outbox
from core.config import Config

QUEUES = ("orders", "suppliers", "carriers", "channels", "stock", "ledger", "default")
"""A queue is a lane of its own: slow carriers do not hold up orders."""

F = TypeVar("F", bound=Callable[..., object])


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One kind of job. `batch`: up to how many of its jobs are run by one call; None: each by its own."""

    name: str
    queue: str
    run: Callable[..., object]
    batch: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodic:
    """A job that is enqueued again and again, where `only_if` allows it."""

    definition: Definition
    every: timedelta
    only_if: Callable[[Config], bool]


_definitions: dict[str, Definition] = {}
_by_function: dict[Callable[..., object], Definition] = {}
_periodic: dict[str, Periodic] = {}


def job(name: str, *, queue: str = "default", batch: int | None = None) -> Callable[[F], F]:
    """Make a function a job. It is called as `(hub, **arguments)`, with `batch` as `(hub, [arguments, ...])`.

    It may run twice, so running it again must be harmless. Arguments are ids and other plain JSON.
    """

    def register(function: F) -> F:
        _register(Definition(name=name, queue=queue, run=function, batch=batch))
        return function

    return register


def periodic(
    name: str, *, every: timedelta, queue: str = "default", only_if: Callable[[Config], bool] = lambda _: True
) -> Callable[[F], F]:
    """Make a function a job without arguments that runs every so often; periods missed while down run once."""

    def register(function: F) -> F:
        definition = Definition(name=name, queue=queue, run=function)
        _register(definition)
        _periodic[name] = Periodic(definition=definition, every=every, only_if=only_if)
        return function

    return register


def enqueue(
    session: Session,
    function: Callable[..., object],
    *,
    same_as: str | None = None,
    at: datetime | None = None,
    integration_id: int | None = None,
    **arguments: Any,
) -> None:
    """Have a job run after this transaction has committed, `at` a moment or at once.

    While a job of this kind with the same `same_as` waits to run, this one is not added.
    """
    definition = _by_function[function]
    outbox.add_job(
        session,
        outbox.NewJob(
            name=definition.name,
            queue=definition.queue,
            arguments=arguments,
            same_as=same_as,
            integration_id=integration_id,
            run_at=at or clock.now(),
        ),
    )


def definition(name: str) -> Definition | None:
    """The job of this name, or None where this release has none."""
    if name not in _definitions:
        load_all()
    return _definitions.get(name)


def batches() -> Mapping[str, int]:
    """How many jobs of a kind are run by one call; those not named here run each by its own."""
    return {each.name: each.batch for each in _definitions.values() if each.batch}


def schedule() -> Mapping[str, Periodic]:
    """All periodic jobs by name."""
    return dict(_periodic)


@functools.cache
def load_all() -> None:
    """Import every flow, so that every job is known. Workers and the scheduler do so when they start."""
    flows = importlib.import_module("core.flows")
    for module in pkgutil.walk_packages(flows.__path__, "core.flows."):
        importlib.import_module(module.name)


def _register(definition: Definition) -> None:
    if definition.queue not in QUEUES:
        raise ValueError(f"Job {definition.name} names the queue {definition.queue!r}; there are {', '.join(QUEUES)}.")
    known = _definitions.get(definition.name)
    if known is not None and known.run.__module__ != definition.run.__module__:
        places = f"{known.run.__module__} and {definition.run.__module__}"
        raise ValueError(f"Two jobs are called {definition.name}: in {places}.")
    _definitions[definition.name] = definition
    _by_function[definition.run] = definition
