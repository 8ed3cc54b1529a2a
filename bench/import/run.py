"""`python -m bench import`: see the README beside it."""

import csv
import gzip
import resource
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg
from pydantic import SecretStr

from bench.write.usage import cpu_seconds
from core import migrate
from core.config import Config
from core.db import connect
from core.flows.import_files import Report, import_orders
from core.hub import Hub, open_hub
from core.integrations.mirror import mirror
from core.servers import embedded_postgres

_ROOT = Path(__file__).parents[2]
_WHOLE = _ROOT.parent / "shared" / "data" / "online-retail.csv.gz"
_SAMPLE = _ROOT / "plugins" / "csv_orders" / "sample" / "online-retail-days.csv.gz"


def main() -> None:
    path = _WHOLE if _WHOLE.exists() else _SAMPLE
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crossdock-bench-")))
        database = stack.enter_context(embedded_postgres(home))
        hub = _hub(home, database)
        stack.callback(hub.close)
        copied, rows = _plain_copy(database, path)
        postmaster = {"postgres": _postmaster(database)}
        before = cpu_seconds(postmaster)
        report = import_orders(hub, path, "uk-shop", "online-retail")
        used = {name: spent - before[name] for name, spent in cpu_seconds(postmaster).items()}
        _print(path, rows, report, used, copied)


def _hub(home: Path, database: str) -> Hub:
    engine = connect(database)
    migrate.upgrade(engine)
    engine.dispose()
    plugins = home / "plugins.toml"
    plugins.write_text('[integrations.files]\nplugin = "csv_orders"\n')
    config = Config(
        database_url=database,
        home=home / "hub",
        plugins_file=plugins,
        admin_key=SecretStr("key-of-the-bench-only"),
        sample=False,
    )
    hub = open_hub(config, database)
    with hub.transaction() as session:
        mirror(session, hub.registry)
    return hub


def _plain_copy(database: str, path: Path) -> tuple[float, int]:
    """Seconds for the bare rows, parsed and copied into one table without indexes; and how many they are."""
    with psycopg.connect(database) as connection, gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        columns = [f'"{name}" text' for name in next(reader)]
        connection.execute(f"create table bare ({', '.join(columns)})")
        rows, started = 0, time.perf_counter()
        with connection.cursor().copy("copy bare from stdin") as copy:
            for row in reader:
                copy.write_row(row)
                rows += 1
        connection.commit()
        seconds = time.perf_counter() - started
        connection.execute("drop table bare")
    return seconds, rows


def _postmaster(database: str) -> int:
    with psycopg.connect(database) as connection:
        folder = connection.execute("show data_directory").fetchone()
    assert folder is not None
    return int((Path(folder[0]) / "postmaster.pid").read_text().split()[0])


def _print(path: Path, rows: int, report: Report, used: dict[str, float], copied: float) -> None:
    counts, seconds = report.counts, report.seconds
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{path.name}: {rows:,} rows, {counts.created:,} created, {counts.rejected:,} rejected")
    print(f"  {counts.orders:,} orders, {counts.credit_notes:,} credit notes, {counts.stock_changes:,} stock changes")
    print(f"import      {seconds:8.1f} s  {rows / seconds:10,.0f} rows/s   peak memory {peak:,.0f} MB")
    print(
        f"plain COPY  {copied:8.1f} s  {rows / copied:10,.0f} rows/s   "
        f"the import takes {seconds / copied:.0f} times as long"
    )
    print(f"CPU         Python {used['clients']:.1f} s, PostgreSQL {used['postgres']:.1f} s")
