"""Whatever a plugin does, in whichever verb and hook: the hub is told of it in words, and lives on."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import repeat
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest

import crossdock
from core.errors import PluginFault
from core.hub import Hub
from core.integrations.buckets import LocalBuckets
from core.integrations.circuit import Circuits
from core.integrations.guard import Guard
from core.plugins import Fault, Hooks, promised, shape, verbs
from core.plugins import hooks as asking
from crossdock import hooks as specs
from crossdock.errors import OutcomeUnknown, Retryable
from crossdock.testing import a_context
from crossdock.testing.routing import PROBLEM
from tests.core.plugins.house import House
from tests.core.plugins.test_hooks import EVENT, NOW, ORDER

LIFTED = threading.Event()
"""Those who hang outside Python are let go when the tests are over."""


@pytest.fixture(scope="module", autouse=True)
def _lifted() -> Iterator[None]:
    yield
    LIFTED.set()


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "PURE_SECONDS", 0.01)
    monkeypatch.setattr(asking, "_USUAL_SECONDS", 0.01)
    monkeypatch.setattr(asking, "_SECONDS", {})
    monkeypatch.setattr(shape, "MOST_ITEMS", 1000)


class Outrage(BaseException):
    pass


class Mute(Exception):
    def __str__(self) -> str:
        raise ValueError


def raising(error: BaseException) -> Callable[[], object]:
    def misdeed() -> object:
        raise error

    return misdeed


def recursing() -> object:
    return recursing()


def looping() -> object:
    while True:
        time.sleep(0.001)


MISDEEDS: dict[str, Callable[[], object]] = {
    "ends the process": raising(SystemExit(3)),
    "interrupts it": raising(KeyboardInterrupt()),
    "raises what nobody knows": raising(Outrage()),
    "raises what cannot say what it is": raising(Mute()),
    "raises an error that cannot be": raising(Retryable("Later.", after=cast(timedelta, "soon"))),
    "recurses": recursing,
    "is out of memory": raising(MemoryError()),
    "loops": looping,
    "hangs": LIFTED.wait,
    "answers nonsense": object,
    "answers too much": lambda: [None] * 1001,
    "answers without end": lambda: repeat(None),
}
ANSWERS = {"answers nonsense", "answers too much", "answers without end"}
VERBS = [(kind, name) for kind, protocols in crossdock.VERBS.items() for name in promised.verbs_of(kind) if protocols]


def reaches_somebody(kind: crossdock.Kind, verb: str) -> bool:
    (spec,) = {vars(each)[verb] for each in crossdock.VERBS[kind].values() if verb in vars(each)}
    return "ctx" in spec.__code__.co_varnames


class Rogue:
    """A provider of every kind that does one thing only."""

    def __init__(self, misdeed: Callable[[], object]) -> None:
        self._misdeed = misdeed

    def __getattr__(self, verb: str) -> Callable[..., object]:
        return lambda *_given, **_named: self._misdeed()


def test_every_verb_of_the_sdk_is_tried() -> None:
    assert {kind for kind, _ in VERBS} == set(crossdock.VERBS)
    assert len(VERBS) > 60


@pytest.mark.parametrize("name", MISDEEDS)
def test_what_a_provider_does_is_an_error_that_says_so(name: str, tmp_path: Path) -> None:
    watch = Guard(cast(Hub, None), LocalBuckets(), Circuits(None), lambda _key, _used: False)
    ctx = a_context(crossdock.Settings(), tmp_path)
    for kind, verb in VERBS:
        if name in ANSWERS and promised.verbs_of(kind)[verb] is type(None):
            continue  # whatever it answers, nobody looks
        rogue = watch.around("rogue", kind, None, Rogue(MISDEEDS[name]), seconds=0.01)
        with pytest.raises((PluginFault, Retryable)) as caught:
            read(getattr(rogue, verb)(ctx if reaches_somebody(kind, verb) else object()))
        assert str(caught.value)


def read(answer: object) -> None:
    """To its end, where it comes bit by bit."""
    list(answer if isinstance(answer, Iterator) else ())


def test_who_does_not_come_back_from_an_act_may_have_acted(tmp_path: Path) -> None:
    watch = Guard(cast(Hub, None), LocalBuckets(), Circuits(None), lambda _key, _used: False)
    rogue = watch.around("rogue", "carrier", None, Rogue(looping), seconds=0.02)

    with pytest.raises(OutcomeUnknown, match="did not come back"):
        rogue.buy_label(a_context(crossdock.Settings(), tmp_path, key="once"), None)


ASKED: dict[str, Callable[[Hooks], object]] = {
    "crossdock_validate_order": lambda hooks: [each.code for each in hooks.validate_order(ORDER)],
    "crossdock_routing_constraints": lambda hooks: hooks.routing_constraints(PROBLEM),
    "crossdock_routing_signals": lambda hooks: hooks.routing_signals(PROBLEM),
    "crossdock_return_policy": lambda hooks: hooks.return_policy(
        crossdock.ReturnRequest(order=ORDER, lines=(), requested_at=NOW)
    ),
    "crossdock_journal": lambda hooks: hooks.journal(EVENT, plugin="rogue"),
    "crossdock_on_event": lambda hooks: hooks.on_event(EVENT),
    "crossdock_schema": lambda hooks: hooks.schema(),
    "crossdock_jobs": lambda hooks: hooks.jobs(),
    "crossdock_routes": lambda hooks: hooks.routes(),
}


@pytest.mark.parametrize("name", MISDEEDS)
def test_what_a_hook_does_is_told_and_nobody_else_hears_of_it(name: str) -> None:
    hooks = Hooks()
    rogue = ModuleType("rogue")
    for hook in ASKED:
        names = ", ".join(_arguments(hook))
        made: dict[str, Any] = {"misdeed": MISDEEDS[name]}
        exec(f"def {hook}({names}): return misdeed()", made)  # noqa: S102  # the hook's own arguments, by name
        setattr(rogue, hook, crossdock.hookimpl(made[hook]))
    hooks.register("rogue", rogue)

    for hook, ask in ASKED.items():
        answer: Any = ask(hooks)
        if hook == "crossdock_on_event" and name in ANSWERS:
            continue
        if hook == "crossdock_validate_order":
            assert answer == ["plugin_failed"]
        elif hook == "crossdock_journal":
            assert isinstance(answer, Fault)
        elif hook == "crossdock_on_event":
            assert [fault.plugin for fault in answer] == ["rogue"]
        else:
            assert answer == []


def test_every_hook_of_the_sdk_is_tried() -> None:
    assert {name for name in vars(specs) if name.startswith("crossdock_")} == {*ASKED, "crossdock_providers"}


def _arguments(hook: str) -> tuple[str, ...]:
    code = getattr(specs, hook).__code__
    return cast(tuple[str, ...], code.co_varnames[: code.co_argcount])


START = """
    import crossdock
    {module}

    class Pigeon:
        def __init__(self, integration):
            {factory}

        def rates(self, ctx, request):
            return []

    def limits(settings):
        {limits}

    @crossdock.hookimpl
    def crossdock_providers():
        {providers}
        return [crossdock.Provider("rogue", kind="carrier", settings=crossdock.Settings, factory=Pigeon,
                                   capabilities={{"rates"}}, limits=limits)]
"""
HARMLESS = {"module": "pass", "factory": "pass", "limits": "return ()", "providers": "pass"}


@pytest.mark.parametrize("place", HARMLESS)
@pytest.mark.parametrize(
    "misdeed", ["raise SystemExit(3)", "raise KeyboardInterrupt", "import time\n{0}while True: time.sleep(0.001)"]
)
def test_one_that_cannot_even_start_is_refused_and_the_hub_starts(
    house: House, monkeypatch: pytest.MonkeyPatch, place: str, misdeed: str
) -> None:
    for module in ("bound", "find"):
        monkeypatch.setattr(f"core.plugins.{module}.START_SECONDS", 0.2)
    indent = {"module": 4, "factory": 12}.get(place, 8)
    house.add("rogue", START.format(**{**HARMLESS, place: misdeed.format(" " * indent)}))

    registry = house.load('[integrations.rogue]\nplugin = "rogue"\n')

    assert [name for name, _ in registry.problems if "rogue" in name]
    assert list(registry.able("carrier")) == []
