"""`crossdock plugins`: what is installed, what runs, and what was refused and why."""

import logging
from typing import Annotated

import typer
from rich.table import Table

from core.cli.app import out, settings


def add_to(app: typer.Typer) -> None:
    app.command()(plugins)


def plugins(
    reference: Annotated[bool, typer.Option(help="Print docs/plugins/reference.md: hooks, verbs and types.")] = False,
) -> None:
    """List plugins and their integrations; for each that was refused, the reason and how to mend it."""
    from core.plugins import load
    from core.plugins.reference import as_markdown

    if reference:
        out.print(as_markdown(), end="", highlight=False, markup=False, soft_wrap=True)
        return
    config = settings()
    logging.getLogger("core.plugins").setLevel(logging.CRITICAL)  # the list below says the same
    registry = load(config.plugins_file if config.plugins_file.exists() else None)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("plugin", "version", "kinds", "integrations", "status"):
        table.add_column(title, overflow="fold")
    for name, plugin in sorted(registry.plugins.items()):
        uses = [each for each in registry.integrations.values() if each.plugin == name]
        status = "[red]refused[/]" if plugin.problem else "[green]runs[/]" if registry.enabled(name) else "installed"
        table.add_row(
            name, plugin.version, ", ".join(plugin.kinds) or "hooks", ", ".join(each.key for each in uses), status
        )
    out.print(table)
    for what, problem in registry.problems:
        out.print(f"\n{what}: {problem.reason}\n  {problem.mend}", highlight=False, markup=False, soft_wrap=True)
    if not config.plugins_file.exists():
        out.print(f"\n{config.plugins_file} is not there, so no integration runs.", highlight=False)
    if registry.problems:
        raise typer.Exit(1)
