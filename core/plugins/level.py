"""Which level a plugin has reached, bronze to platinum: its suites are run, and each promise is looked for."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from core.errors import Invalid
from core.plugins import evidence
from core.plugins.registry import LoadedPlugin
from crossdock import Provider
from crossdock.testing.ladder import LEVELS, RUNGS, Promise, Rung

_SUITES = {
    "carrier": "RemoteCarrierContract",
    "supplier": "RemoteSupplierContract",
    "channel": "ChannelContract",
}
"""Those that try what a provider does over HTTP."""


class State(StrEnum):
    """Whether a promise is kept. MISSING: nothing proves it. UNTRIED: it is looked at once what is below it is kept."""

    KEPT = "KEPT"
    BROKEN = "BROKEN"
    MISSING = "MISSING"
    NOT_NEEDED = "NOT_NEEDED"
    UNTRIED = "UNTRIED"


class Proof(NamedTuple):
    """How one test of a suite went."""

    provider: str
    promise: str
    test: str
    outcome: str
    said: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One promise of one level: how it stands, why, and which tests failed."""

    rung: Rung
    state: State
    why: str = ""
    failed: tuple[Proof, ...] = ()

    @property
    def good(self) -> bool:
        return self.state in {State.KEPT, State.NOT_NEEDED}


@dataclass(frozen=True, slots=True)
class Assessment:
    """All promises, in the order of their levels."""

    plugin: LoadedPlugin
    standings: tuple[Standing, ...]

    @property
    def level(self) -> str | None:
        """The highest whose promises are kept, with all below it; None: not even bronze."""
        reached = None
        for level in LEVELS:
            if not all(each.good for each in self.standings if each.rung.level == level):
                break
            reached = level
        return reached

    @property
    def next_level(self) -> str | None:
        """None at the top."""
        return next((level for level in LEVELS if not self.reaches(level)), None)

    def reaches(self, level: str) -> bool:
        return self.level is not None and LEVELS.index(self.level) >= LEVELS.index(level)


def assess(plugin: LoadedPlugin, tests: Path) -> Assessment:
    """Run the plugin's suites that are in this folder or file, and look at all that its level asks for.

    Raises Invalid where there are no tests, or where they cannot be collected.
    """
    if not tests.exists():
        raise Invalid(f"{tests} is not there. Go to the plugin's folder, or name its tests with --tests.")
    proofs = _run(plugin, tests)
    standings: list[Standing] = []
    for rung in RUNGS:
        below = [each for each in standings if each.rung.level != rung.level]
        standings.append(_standing(rung, plugin, proofs, ready=all(each.good for each in below)))
    return Assessment(plugin, tuple(standings))


def _run(plugin: LoadedPlugin, tests: Path) -> list[Proof]:
    wanted = ",".join(sorted(f"{each.kind}:{each.name}" for each in plugin.providers))
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["-q", "-o", "addopts=", "-p", "no:cacheprovider", "-p", "no:valkey"]
        recorded = ["-p", "crossdock.testing.record", "--suites-of", wanted, "--record", str(report)]
        done = subprocess.run(  # noqa: S603  # this Python, with paths that its user named
            [sys.executable, "-m", "pytest", *options, *recorded, str(tests)],
            capture_output=True,
            text=True,
            check=False,
        )
        found = json.loads(report.read_text(encoding="utf-8")) if report.exists() else []
    if not found and done.returncode not in {0, _NO_TESTS}:
        last = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise Invalid("The tests cannot be run. " + "\n".join(last[-8:]))
    return [Proof(**each) for each in found]


_NO_TESTS = 5
"""What pytest ends with then."""

_SEEN = {
    Promise.SETTINGS: evidence.undescribed,
    Promise.README: evidence.readme_lacks,
    Promise.TYPES: evidence.types_lack,
}
"""What needs no test."""


def _standing(rung: Rung, plugin: LoadedPlugin, proofs: Sequence[Proof], *, ready: bool) -> Standing:
    if rung.kinds and not set(rung.kinds) & set(plugin.kinds):
        return Standing(rung, State.NOT_NEEDED, f"only a {' or a '.join(rung.kinds)} promises it")
    if rung.remote and not any(map(_remote, plugin.providers)):
        return Standing(rung, State.NOT_NEEDED, "it talks to nobody")
    if rung.promise in _SEEN:
        if rung.promise is Promise.TYPES and not ready:
            return Standing(rung, State.UNTRIED)
        wrong = _SEEN[rung.promise](plugin)
        return Standing(rung, State.MISSING, wrong) if wrong else Standing(rung, State.KEPT)
    if rung.promise in {Promise.WEBHOOKS, Promise.SWEEP} and not _hears_news(plugin):
        return Standing(rung, State.NOT_NEEDED, "it fetches no orders")
    return _proven(rung, plugin, [each for each in proofs if each.promise == rung.promise], proofs)


def _proven(rung: Rung, plugin: LoadedPlugin, proofs: Sequence[Proof], every: Sequence[Proof]) -> Standing:
    failed = tuple(each for each in proofs if each.outcome == "failed")
    if failed:
        return Standing(rung, State.BROKEN, f"{len(failed)} of {len(proofs)} tests fail", failed)
    if rung.promise is Promise.CONTRACT:
        tried = {each.provider for each in every}
        alone = [f"{each.kind} {each.name!r}" for each in plugin.providers if f"{each.kind}:{each.name}" not in tried]
        if alone:
            return Standing(rung, State.MISSING, f"no suite tries the {', '.join(alone)}")
    passed = sum(each.outcome == "passed" for each in proofs)
    if passed:
        return Standing(rung, State.KEPT, f"{passed} test{'s' if passed > 1 else ''}")
    if proofs:
        return Standing(rung, State.MISSING, proofs[0].said.rstrip("."))
    if rung.promise is Promise.CONTRACT:
        return Standing(rung, State.MISSING, "it has no provider that a suite could try")
    suites = sorted({_SUITES[kind] for kind in plugin.kinds if kind in _SUITES})
    return Standing(rung, State.MISSING, f"inherit {' and '.join(suites)}" if suites else "no suite tries it")


def _remote(provider: Provider) -> bool:
    """Whether it reaches somebody over HTTP: it has an address, or a sandbox that is served at one."""
    return "url" in provider.settings.model_fields or provider.sandbox_is_app


def _hears_news(plugin: LoadedPlugin) -> bool:
    return bool({"channel.orders", "helpdesk.tickets"} & set(plugin.capabilities))
