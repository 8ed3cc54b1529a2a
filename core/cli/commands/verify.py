"""`crossdock verify`: prove that stock, money and orders add up."""

import typer
from rich.table import Table

from core.cli.app import out


def add_to(app: typer.Typer) -> None:
    app.command()(verify)


def verify() -> None:
    """Check every promise that the hub makes of its data, over one snapshot; exit 1 where one is broken.

    Changes nothing, and may run while the hub works.
    """
    from core import verify as checks
    from core.cli.joining import joined
    from core.cli.progress import bar

    with joined("verify", plugins=False) as (hub, _servers), bar("verifying") as progress:
        findings = checks.run(hub.engine, progress)
    if not findings:
        out.print(f"All {len(checks.CHECKS)} checks hold.", highlight=False)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("check", "subject", "finding"):
        table.add_column(title, overflow="fold")
    for finding in findings:
        table.add_row(finding.check, finding.subject, finding.message)
    out.print(table)
    out.print(f"\n{len(findings)} findings.", style="red", highlight=False)
    raise typer.Exit(1)
