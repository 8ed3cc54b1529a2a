"""`crossdock plugin new` writes plugins whose tests pass, and `crossdock plugin check` says how good they are."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from core import cli
from core.errors import AlreadyExists, Invalid
from core.plugins import scaffold
from crossdock import VERBS

ROOT = Path(__file__).parents[3]


class Done(NamedTuple):
    """How a command ended, and what it said."""

    code: int
    said: str


class Project(NamedTuple):
    """A plugin's folder, and one with its wheel unpacked, as an installer leaves it."""

    folder: Path
    site: Path

    def run(self, *arguments: str) -> Done:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env={
                "PATH": "",
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPATH": f"{self.site}:{ROOT}",
                "COLUMNS": "150",
                "CROSSDOCK_HOME": str(self.site / "home"),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return Done(done.returncode, done.stdout + done.stderr)


def a_project(folder: Path, name: str, kind: str) -> Project:
    """Written by the command, built and installed."""
    site = folder / "site"
    site.mkdir()
    project = Project(folder / f"crossdock-{name}", site)
    made = CliRunner().invoke(cli.command_line(), ["plugin", "new", name, "--kind", kind, "--into", str(folder)])
    assert made.exit_code == 0, made.output
    assert f"crossdock-{name}" in made.output
    built = project.run("-m", "hatchling", "build", "--target", "wheel", "--directory", str(site))
    assert built.code == 0, built.said
    with zipfile.ZipFile(next(site.glob("*.whl"))) as wheel:
        wheel.extractall(site)
    return project


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["carrier", "channel", "helpdesk", "supplier"])
def test_the_tests_of_a_new_plugin_pass_against_its_wheel(kind: str, tmp_path: Path) -> None:
    project = a_project(tmp_path, f"pigeon-{kind}", kind)

    done = project.run("-m", "pytest", "-q", "-W", "error", "-p", "no:valkey", "-p", "no:cacheprovider", "tests")

    assert done.code == 0, done.said
    assert re.search(r"^\d\d passed", done.said, re.MULTILINE), done.said


def test_there_is_a_template_for_each_kind_of_the_sdk() -> None:
    assert set(scaffold.KINDS) == set(VERBS)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["accounting", "address", "forecast", "notifier", "payment", "risk"])
def test_a_new_plugin_that_talks_to_nobody_is_gold_at_once(kind: str, tmp_path: Path) -> None:
    project = Project(tmp_path / f"crossdock-{kind}-of-ours", tmp_path)
    scaffold.write(f"{kind}-of-ours", kind, tmp_path)
    installed = tmp_path / f"crossdock_{kind}_of_ours-0.1.0.dist-info"  # as an installer would write it
    installed.mkdir()
    (installed / "METADATA").write_text(f"Metadata-Version: 2.1\nName: crossdock-{kind}-of-ours\nVersion: 0.1.0\n")
    entry = f"[crossdock.plugins]\n{kind}_of_ours = crossdock_{kind}_of_ours\n"
    (installed / "entry_points.txt").write_text(entry)

    done = project.run("-m", "core.cli", "plugin", "check", f"{kind}_of_ours", "--require", "gold")

    assert done.code == 0, done.said


@pytest.mark.slow
@pytest.mark.long
def test_a_new_strategy_passes_its_tests_and_is_platinum_by_the_check(tmp_path: Path) -> None:
    project = a_project(tmp_path, "fullest", "routing")

    done = project.run("-m", "core.cli", "plugin", "check", "fullest", "--require", "platinum")

    assert done.code == 0, done.said
    assert "fullest is platinum." in done.said
    assert re.search(r"✔ contract suite +\d\d tests", done.said)
    assert re.search(r"· rate limits +it talks to nobody", done.said)


@pytest.mark.slow
@pytest.mark.long
def test_the_check_says_what_is_missing_and_which_test_shows_it(tmp_path: Path) -> None:
    project = a_project(tmp_path, "parrot", "channel")
    client = project.folder / "crossdock_parrot" / "client.py"
    client.write_text(client.read_text(encoding="utf-8").replace("case 429:", "case 430:"), encoding="utf-8")

    done = project.run("-m", "core.cli", "plugin", "check", "parrot", "--require", "silver")

    assert done.code == 1, done.said
    assert "parrot is bronze." in done.said
    assert re.search(r"✔ contract suite +\d\d tests", done.said)
    assert re.search(r"✘ rate limits +1 of 2 tests fail", done.said)
    assert "For silver:\n  rate limits: Raise RateLimited with `until`, and ask no more." in done.said
    assert "✘ test_a_limit_is_obeyed_until_the_time_that_it_names\n      crossdock.errors.Rejected: Parrot" in done.said
    assert "? strict types" in done.said


def test_a_plugin_that_is_not_installed_is_said_to_be_missing() -> None:
    done = CliRunner().invoke(cli.command_line(), ["plugin", "check", "phoenix"])

    assert done.exit_code == 1
    assert "No plugin 'phoenix' is installed here. Install it with `pip install -e .`; there are: " in done.stderr


@pytest.mark.parametrize("name", ["", "Pigeon", "9lives", "pigeon post", "../pigeon", "class", "-", "pigeon--"])
def test_a_name_that_python_cannot_take_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be a plugin's name"):
        scaffold.write(name, "carrier", tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_a_kind_without_a_template_is_refused_and_what_is_there_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=f"there is one for {', '.join(scaffold.KINDS)}"):
        scaffold.write("pigeon", "zeppelin", tmp_path)

    first = scaffold.write("pigeon", "carrier", tmp_path)
    with pytest.raises(AlreadyExists):
        scaffold.write("crossdock-pigeon", "supplier", tmp_path)
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == first
