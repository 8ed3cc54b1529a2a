"""`crossdock plugin`: write a plugin from a template, and see which level it has reached."""

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from core.cli.app import fail, out

if TYPE_CHECKING:
    from core.plugins import LoadedPlugin
    from core.plugins.level import Assessment, Standing

_COLOURS = {"bronze": "orange3", "silver": "grey70", "gold": "gold1", "platinum": "bright_cyan"}


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help="Write a plugin, and see how good it is.", no_args_is_help=True)
    group.command()(new)
    group.command()(check)
    app.add_typer(group, name="plugin")


def new(
    name: Annotated[str, typer.Argument(help="What the plugin is called: pigeon, pigeon-post.")],
    kind: Annotated[str, typer.Option(help="address, carrier, channel, payment, risk, routing or supplier.")],
    into: Annotated[Path, typer.Option(help="The folder to write the project into.")] = Path(),
) -> None:
    """Write a plugin package with a sandbox and tests that pass, to be changed into the real thing."""
    from core.plugins import scaffold

    written = scaffold.write(name, kind, into)
    project = next(path for path in written if path.name == "pyproject.toml").parent
    plain = project.name.removeprefix("crossdock-").replace("-", "_")
    out.print(f"[green]✔[/] [bold]{escape(project.name)}[/], a {kind}:")
    for path in written:
        out.print(f"  {escape(str(path.relative_to(project)))}", style="dim", highlight=False)
    out.print("\nNow:", highlight=False)
    for line in (f"cd {project}", "pip install -e .", "pytest", f"crossdock plugin check {plain}"):
        out.print(f"  [bold]{escape(line)}[/]", highlight=False, soft_wrap=True)


def check(
    name: Annotated[str, typer.Argument(help="The plugin, as `crossdock plugins` lists it.")],
    tests: Annotated[Path, typer.Option(help="Where its tests are.")] = Path("tests"),
    require: Annotated[str, typer.Option(help="Fail below this level: bronze, silver, gold or platinum.")] = "bronze",
) -> None:
    """Run a plugin's suites; print its level, bronze to platinum, and what is missing for the next."""
    if importlib.util.find_spec("pytest") is None:
        fail("The suites need pytest, which is not installed here: `pip install pytest`.")
    from core.plugins.level import assess
    from crossdock.testing.ladder import LEVELS

    if require not in LEVELS:
        fail(f"There is no level {require!r}; there are {', '.join(LEVELS)}.")
    plugin = _found(name)
    with out.status(f"Trying {name} ..."):
        assessment = assess(plugin, tests)
    _show(assessment)
    if not assessment.reaches(require):
        raise typer.Exit(1)


def _found(name: str) -> "LoadedPlugin":
    import logging

    from core.plugins import load

    logging.getLogger("core.plugins").setLevel(logging.CRITICAL)  # only one of them is asked about
    sys.path.insert(0, str(Path.cwd()))  # as pytest will see it
    plugins = load(None).plugins
    plugin = plugins.get(name)
    if plugin is None:
        known = ", ".join(sorted(plugins))
        fail(f"No plugin {name!r} is installed here. Install it with `pip install -e .`; there are: {known}.")
    if plugin.problem is not None:
        fail(f"{plugin.problem.reason} {plugin.problem.mend}")
    return plugin


def _show(assessment: "Assessment") -> None:
    plugin = assessment.plugin
    kinds = " and ".join(plugin.kinds) or "hooks"
    out.print(f"\n[bold]{escape(plugin.name)}[/] {plugin.version} [dim]· {kinds}[/]\n", highlight=False)
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    before = ""
    for standing in assessment.standings:
        level = standing.rung.level
        colour = _COLOURS[level] if assessment.reaches(level) else "dim"
        title = "" if level == before else f"[{colour}]{'●' if assessment.reaches(level) else '○'} {level}[/]"
        table.add_row(title, f"{_mark(standing)} {standing.rung.promise.value}", f"[dim]{escape(standing.why)}[/]")
        before = level
    out.print(table)
    _tell_next(assessment)


def _mark(standing: "Standing") -> str:
    from core.plugins.level import State

    marks = {State.KEPT: "[green]✔[/]", State.NOT_NEEDED: "[dim]·[/]", State.UNTRIED: "[dim]?[/]"}
    return marks.get(standing.state, "[red]✘[/]")


def _tell_next(assessment: "Assessment") -> None:
    name, level, following = escape(assessment.plugin.name), assessment.level, assessment.next_level
    reached = f"[bold {_COLOURS[level]}]{level}[/]" if level else "[bold red]below bronze[/]"
    out.print(f"\n{name} is {reached}.", highlight=False)
    if following is None:
        return
    out.print(f"\nFor {following}:", highlight=False)
    for standing in assessment.standings:
        if standing.rung.level != following or standing.good:
            continue
        out.print(f"  [bold]{standing.rung.promise.value}[/]: {escape(standing.rung.mend)}", highlight=False)
        for proof in standing.failed[:5]:
            said = f"    [red]✘[/] {escape(proof.test)}\n      [dim]{escape(proof.said)}[/]"
            out.print(said, highlight=False, soft_wrap=True)
        if len(standing.failed) > 5:  # noqa: PLR2004  # five are enough to begin with
            out.print(f"    … and {len(standing.failed) - 5} more", style="dim", highlight=False)
