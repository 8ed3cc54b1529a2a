"""A pytest plugin: run only the suites of some providers, and write down which promise each test proves.

pytest -p crossdock.testing.record --suites-of carrier:pigeon --record report.json
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crossdock.testing.contract import Contract
from crossdock.testing.ladder import proof_of

_RESULTS = pytest.StashKey[dict[str, dict[str, str]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--suites-of` and `--record`."""
    group = parser.getgroup("crossdock")
    group.addoption("--suites-of", default="", help="Providers, as kind:name,kind:name.")
    group.addoption("--record", default="", help="Where to write what was found.")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RESULTS] = {}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is no suite of these providers."""
    wanted = set(filter(None, config.getoption("--suites-of").split(",")))
    kept = [item for item in items if _provider(item) in wanted]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _provider(item: pytest.Item) -> str | None:
    suite: Any = getattr(item, "cls", None)
    if suite is None or not issubclass(suite, Contract):
        return None
    return f"{suite.kind}:{suite.provider}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Keep the worst that happened in a test, and what it said."""
    report: pytest.TestReport = yield  # type: ignore[assignment]  # a wrapper is sent the result
    seen = item.config.stash[_RESULTS].setdefault(
        item.nodeid,
        {
            "provider": _provider(item) or "",
            "promise": proof_of(getattr(item, "function", None)).value,
            "test": item.name,
            "outcome": "passed",
            "said": "",
        },
    )
    if report.outcome != "passed" and seen["outcome"] != "failed":
        seen |= {"outcome": report.outcome, "said": _said(report)}
    return report  # type: ignore[return-value]  # likewise


def _said(report: pytest.TestReport) -> str:
    """The one line that tells most."""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    text = str(getattr(crash, "message", report.longrepr))
    return text.strip().partition("\n")[0]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the report."""
    target = session.config.getoption("--record")
    if target:
        Path(target).write_text(json.dumps(list(session.config.stash[_RESULTS].values())), encoding="utf-8")
