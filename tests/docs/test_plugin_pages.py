"""The pages about plugins name what the SDK has, no more and no less; and what was promised once is still there."""

import dataclasses
import enum
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import crossdock
from crossdock import errors, hooks, testing
from crossdock.capabilities import VERBS
from crossdock.testing.ladder import LEVELS, RUNGS
from tests.docs.pages import ROOT, table

FOLDER = ROOT / "docs" / "plugins"
PROMISED = sorted(Path(__file__).parent.glob("promised_by_*.txt"))
GUIDES = {
    "carrier": "carrier.md",
    "channel": "channel.md",
    "supplier": "supplier.md",
    "routing": "routing.md",
    "helpdesk": "helpdesk.md",
    "address": "other-kinds.md",
    "payment": "other-kinds.md",
    "notifier": "other-kinds.md",
    "risk": "other-kinds.md",
    "accounting": "other-kinds.md",
    "forecast": "other-kinds.md",
}


def test_every_kind_with_verbs_has_its_guide() -> None:
    assert set(GUIDES) == set(VERBS)


@pytest.mark.parametrize("kind", GUIDES)
def test_a_guide_names_the_capabilities_of_its_kind_with_their_verbs(kind: str) -> None:
    text = (FOLDER / GUIDES[kind]).read_text(encoding="utf-8")
    if GUIDES[kind] == "other-kinds.md":
        text = text.partition(f"\n## {kind.capitalize()}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (`\w+`(?:, `\w+`)*) \| (.+) \|$", text, re.MULTILINE)

    assert {name: re.findall(r"\w+", verbs) for name, verbs, _ in rows} == {
        name: [verb for verb in vars(protocol) if not verb.startswith("_")]
        for name, protocol in VERBS[kind].items()  # type: ignore[index]  # the kinds of the table
    }


def test_the_table_of_faults_is_that_of_the_injector() -> None:
    assert [row[0] for row in table(FOLDER / "testing.md", "fault")] == [f"`{fault}`" for fault in testing.Fault]


def test_the_table_of_levels_is_what_the_check_asks_for() -> None:
    asked = {
        level: ", ".join(rung.promise.value for rung in RUNGS if rung.level == level) for level in LEVELS
    }  # fmt: skip

    assert dict(table(FOLDER / "testing.md", "level")) == asked


def test_the_table_of_suites_names_those_that_there_are() -> None:
    suites = {name for name in vars(testing) if name.endswith("Contract")}

    assert {row[0].strip("`") for row in table(FOLDER / "testing.md", "suite")} == suites


def test_the_contract_tells_of_all_that_a_context_holds_and_of_every_error() -> None:
    page = FOLDER / "contract.md"
    fields = {field.name for field in dataclasses.fields(crossdock.Context)}
    raised = {
        name for name, each in vars(errors).items() if inspect.isclass(each) and each.__module__ == errors.__name__
    }

    told = {word for row in table(page, "`ctx.`") for word in re.findall(r"^`(\w+)", row[0])}
    assert told == fields
    assert {re.findall(r"\w+", row[0])[0] for row in table(page, "raise")} == raised - {"ProviderError"}


def test_the_page_of_versions_names_the_one_that_this_is() -> None:
    page = FOLDER / "versions.md"

    assert f"at present {crossdock.API_VERSION}." in page.read_text(encoding="utf-8")
    assert table(page, "version")[-1][0] == crossdock.API_VERSION


@pytest.mark.parametrize("release", PROMISED, ids=lambda path: path.stem)
def test_no_name_that_was_promised_has_gone(release: Path) -> None:
    promised = release.read_text(encoding="utf-8").split()

    assert promised
    assert sorted(set(promised) - set(_names())) == []


def _names() -> Iterator[str]:
    """Exports with their fields and members, hooks with their arguments, capabilities with their verbs."""
    for name, each in vars(crossdock).items():
        if name.startswith("_") or inspect.ismodule(each):
            continue
        yield name
        if isinstance(each, type) and dataclasses.is_dataclass(each):
            yield from (f"{name}.{field.name}" for field in dataclasses.fields(each))
        elif isinstance(each, type) and issubclass(each, enum.Enum):
            yield from (f"{name}.{member.name}" for member in each)
    for name, hook in vars(hooks).items():
        if name.startswith("crossdock_"):
            yield name
            yield from (f"{name}({argument})" for argument in inspect.signature(hook).parameters)
    for kind, capabilities in VERBS.items():
        for capability, protocol in capabilities.items():
            yield from (f"{kind}.{capability}.{verb}" for verb in vars(protocol) if not verb.startswith("_"))
