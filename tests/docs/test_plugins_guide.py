"""The plugin of docs/plugins/tutorial.md is built, installed, tested and loaded here, word for word."""

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import EntryPoint, distributions
from pathlib import Path

import pytest

from core.plugins import Registry, load
from core.plugins.find import GROUP
from crossdock import Address, FindingKind, OrderData, OrderView
from tests.docs.pages import ROOT, files, table

PAGE = ROOT / "docs" / "plugins" / "tutorial.md"
FILES = files(PAGE)
REFUSALS = dict(table(PAGE, "what is wrong"))


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as the page writes it."""
    folder = tmp_path_factory.mktemp("crossdock-pigeon")
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def installed(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with its wheel unpacked, as an installer leaves it."""
    folder = tmp_path_factory.mktemp("site")
    built = folder / "wheel"
    _run("-m", "hatchling", "build", "--target", "wheel", "--directory", str(built), folder=package)
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as content:
        content.extractall(folder)
    return folder


@pytest.fixture
def points(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EntryPoint]]:
    """The entry points of the installed package, which can be imported until the test ends."""
    monkeypatch.syspath_prepend(str(installed))
    monkeypatch.setenv("PIGEON_TOKEN", "seed")
    yield [point for each in distributions(path=[str(installed)]) for point in each.entry_points.select(group=GROUP)]
    for name in [name for name in sys.modules if name.partition(".")[0] == "crossdock_pigeon"]:
        del sys.modules[name]


def _run(*arguments: str, folder: Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={"PATH": "", "PYTHONDONTWRITEBYTECODE": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _loaded(folder: Path, points: list[EntryPoint], toml: str = FILES["plugins.toml"]) -> Registry:
    path = folder / "plugins.toml"
    path.write_text(toml, encoding="utf-8")
    return load(path, points=points)


def test_its_tests_pass_against_the_installed_package(package: Path, installed: Path) -> None:
    said = _run(
        *("-m", "pytest", "-q", "-W", "error", "-p", "no:valkey", "-p", "no:cacheprovider", "tests"),
        folder=package,
        PYTHONPATH=f"{installed}:{ROOT}",
    )

    assert re.search(r"^11 passed", said, re.MULTILINE), said


def test_it_is_found_and_enabled(tmp_path: Path, points: list[EntryPoint]) -> None:
    registry = _loaded(tmp_path, points)

    assert registry.problems == []
    assert registry.plugins["pigeon"].distribution == "crossdock-pigeon"
    assert registry.integrations["birds"].capabilities == ["carrier.labels", "carrier.rates"]
    assert "seed" not in str(registry.integrations["birds"].config)


@pytest.mark.parametrize(("town", "held"), [("P.O. Box 7, London", True), ("1 Poborough Street, London", False)])
def test_its_check_holds_what_goes_to_a_po_box(town: str, held: bool, tmp_path: Path, points: list[EntryPoint]) -> None:
    order = OrderData(
        external_id="1",
        placed_at=datetime(2026, 3, 2, tzinfo=UTC),
        currency="GBP",
        lines=(),
        shipping_address=Address(line1=town, country="GB"),
    )
    view = OrderView(order_id="ord_1", number="1", channel="shop", data=order)

    findings = _loaded(tmp_path, points).hooks.validate_order(view)

    expected = [(FindingKind.HOLD, "po_box", "pigeon")] if held else []
    assert [(each.kind, each.code, each.plugin) for each in findings] == expected


def test_the_page_names_seven_ways_to_be_refused() -> None:
    assert len(REFUSALS) == 7


@pytest.mark.parametrize("wrong", REFUSALS)
def test_it_is_refused_with_the_sentence_that_the_page_gives(
    wrong: str, installed: Path, tmp_path: Path, points: list[EntryPoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    toml, module = FILES["plugins.toml"], installed / "crossdock_pigeon" / "__init__.py"
    source = module.read_text(encoding="utf-8")
    match wrong.strip("`").split("`")[0]:
        case "PIGEON_TOKEN":
            monkeypatch.delenv("PIGEON_TOKEN")
        case '"tracking"':
            source = source.replace('"labels"', '"labels", "tracking"')
        case 'api="2.0"' as api:
            source = source.replace('api="1.0"', api)
        case line if line.startswith(("token", "plugin")):
            toml = re.sub(rf"^{line.split()[0]} = .*$", line, toml, flags=re.MULTILINE)
        case line:
            toml += line + "\n"
    changed = tmp_path / "changed"
    _copy(installed / "crossdock_pigeon", changed / "crossdock_pigeon", source)
    monkeypatch.syspath_prepend(str(changed))

    registry = _loaded(tmp_path, points, toml)

    assert registry.integrations["birds"].error == REFUSALS[wrong]


def _copy(package: Path, target: Path, init: str) -> None:
    target.mkdir(parents=True)
    for path in package.glob("*.py"):
        (target / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (target / "__init__.py").write_text(init, encoding="utf-8")


def test_every_block_of_the_page_is_a_file_of_the_plugin() -> None:
    assert PAGE.read_text(encoding="utf-8").count("\n```") == 2 * len(FILES)
