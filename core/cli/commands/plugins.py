"""`crossdock plugins`: what is installed, what runs, and what was refused and why."""

import logging
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from rich.table import Table

from core.cli.app import out, settings

if TYPE_CHECKING:
    from core.config import Config

log = logging.getLogger(__name__)


def add_to(app: typer.Typer) -> None:
    app.command()(plugins)


def plugins(
    reference: Annotated[bool, typer.Option(help="Print docs/plugins/reference.md: hooks, verbs and types.")] = False,
) -> None:
    """List plugins and their integrations; for each that was refused or is not well, the reason and how to mend it."""
    from core.plugins import load
    from core.plugins.reference import as_markdown

    if reference:
        out.print(as_markdown(), end="", highlight=False, markup=False, soft_wrap=True)
        return
    config = settings()
    logging.getLogger("core.plugins").setLevel(logging.CRITICAL)  # the list below says the same
    registry = load(config.plugins_file if config.plugins_file.exists() else None)
    known = _known(config)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("plugin", "version", "kinds", "integrations", "status"):
        table.add_column(title, overflow="fold")
    for name, plugin in sorted(registry.plugins.items()):
        uses = {each.key for each in registry.integrations.values() if each.plugin == name}
        uses |= {each.key for each in known if each.plugin == name}
        running = registry.enabled(name) or any(each.plugin == name and each.enabled for each in known)
        status = "[red]refused[/]" if plugin.problem else "[green]runs[/]" if running else "installed"
        table.add_row(name, plugin.version, ", ".join(plugin.kinds) or "hooks", ", ".join(sorted(uses)), status)
    out.print(table)
    refused = {key for key, each in registry.integrations.items() if each.problem is not None}
    for each in known:
        if each.enabled and each.health in {"DOWN", "DEGRADED"} and each.key not in refused:
            said = f"\nintegration {each.key} is {each.health.lower()}: {each.message or 'nobody said why.'}"
            out.print(said, highlight=False, markup=False, soft_wrap=True)
    for what, problem in registry.problems:
        out.print(f"\n{what}: {problem.reason}\n  {problem.mend}", highlight=False, markup=False, soft_wrap=True)
    if not config.plugins_file.exists():
        out.print(f"\n{config.plugins_file} is not there, so no integration runs.", highlight=False)
    if registry.problems:
        raise typer.Exit(1)


class _Known(NamedTuple):
    """An integration as the running hub has it."""

    key: str
    plugin: str
    enabled: bool
    health: str
    message: str | None


def _known(config: "Config") -> list[_Known]:
    """Integrations with their health, those among them that were made in the API; none where no hub runs."""
    from sqlalchemy import select
    from sqlalchemy.exc import SQLAlchemyError

    from core import db, models
    from core.integrations.models import Integration
    from core.servers import database_at_work

    url = database_at_work(config)
    if url is None:
        return []
    assert models.metadata is not None  # every table is known: their relations name each other
    engine = db.connect(url, pool_size=1, application="crossdock plugins")
    row = Integration
    query = select(row.key, row.plugin_name, row.enabled, row.health, row.health_message)
    try:
        with db.transaction(engine) as session:
            rows = session.execute(query.where(row.deleted_at.is_(None)).order_by(row.key)).all()
    except SQLAlchemyError as error:
        log.debug("no health is known: %s", type(error).__name__)
        return []
    finally:
        engine.dispose()
    return [_Known(*each) for each in rows]
