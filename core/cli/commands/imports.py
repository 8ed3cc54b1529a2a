"""`crossdock import`: files of orders."""

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.cli.app import out

if TYPE_CHECKING:
    from core.flows.import_files import Report


class OpeningStock(enum.StrEnum):
    """Where goods of a shop's history came from."""

    AUTO = "auto"
    NONE = "none"


def add_to(app: typer.Typer) -> None:
    group = typer.Typer(help="Bring in files.", no_args_is_help=True)
    group.command()(orders)
    group.callback()(lambda: None)  # so that `orders` stays a word of its own
    app.add_typer(group, name="import")


def orders(
    file: Annotated[Path, typer.Argument(help="The file, plain or .gz, of any size.")],
    channel: Annotated[str, typer.Option(help="Key of the channel that the orders are of; made if it is not there.")],
    mapping: Annotated[str, typer.Option(help="Name of a mapping, or the path of one, that says what columns mean.")],
    integration: Annotated[
        str | None, typer.Option(help="Key of the integration that reads the file; needed only where several can.")
    ] = None,
    location: Annotated[str, typer.Option(help="Code of the location that goods left from.")] = "main",
    opening_stock: Annotated[
        OpeningStock,
        typer.Option(help="auto: first put as much stock there as the file needs; none: put nothing there."),
    ] = OpeningStock.AUTO,
    opening_cost: Annotated[
        int, typer.Option(min=0, max=1000, help="What opening stock cost, in percent of the average price sold at.")
    ] = 60,
) -> None:
    """Import a file of orders, credit notes and adjustments.

    Every row is accounted for: what was created, what was known already, and what was rejected, with line, reason and
    mend, in a file of its own. Importing a file again changes nothing; an import that was stopped goes on where it was.
    """
    from core.cli.joining import joined
    from core.cli.progress import bar
    from core.flows.import_files import import_orders

    with joined("import") as (hub, _servers):
        with bar(file.name) as progress:
            report = import_orders(
                hub,
                file,
                channel,
                mapping,
                integration_key=integration,
                location=location,
                opening_stock=opening_stock.value,
                opening_cost_percent=opening_cost,
                progress=lambda what, done, of: progress(done, of, what),
            )
        _tell(report)


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _tell(report: "Report") -> None:
    counts = report.counts
    rate = counts.seen / report.seconds if report.seconds else 0
    rows = (
        f"{counts.seen:,} rows in {report.seconds:.1f} s ({rate:,.0f} a second): {counts.created:,} created, "
        f"{counts.updated:,} updated, {counts.unchanged:,} unchanged, {counts.rejected:,} rejected."
    )
    documents = (
        f"{_many(counts.orders, 'order')}; {_many(counts.credit_notes, 'credit note')}, of whose lines "
        f"{counts.credit_lines_attached:,} fit a sale and {counts.credit_lines_alone:,} stand alone; "
        f"{_many(counts.stock_changes, 'stock change')}; {_many(counts.adjustments, 'adjustment')}."
    )
    told = [rows, documents]
    if report.opening_units:
        told.append(f"Opening stock: {report.opening_units:,} units of {report.opening_items:,} items.")
    if report.rejects is not None:
        told.append(f"Rejected rows, with reason and mend: {report.rejects}")
    out.print("\n".join(told), highlight=False, markup=False, soft_wrap=True)
