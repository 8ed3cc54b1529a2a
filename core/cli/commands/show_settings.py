"""`crossdock settings`: what can be set, and what is."""

from typing import Annotated

import typer
from rich.table import Table

from core.cli.app import out, settings
from core.config import Config, as_markdown, variable


def add_to(app: typer.Typer) -> None:
    app.command(name="settings")(show)


def show(
    markdown: Annotated[bool, typer.Option(help="Print the table of docs/settings.md, with defaults.")] = False,
) -> None:
    """List every setting with the value in force; secrets are masked."""
    if markdown:
        out.print(as_markdown(), end="", highlight=False, markup=False, soft_wrap=True)
        return
    config = settings()
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("variable", "value", ""):
        table.add_column(title, overflow="fold")
    for name, field in Config.model_fields.items():
        value = getattr(config, name)
        table.add_row(variable(name), "" if value is None else _shown(value), field.description)
    out.print(table)


def _shown(value: object) -> str:
    from core.logs import masked

    return str(masked(str(int(value) if isinstance(value, bool) else value)))
