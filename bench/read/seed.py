"""Fill a migrated database with orders by plain SQL: no checks, no jobs, and indexes built at the end."""

import time
from pathlib import Path

import psycopg

_SCRIPT = Path(__file__).with_name("seed.sql")

# Those that constraints stand on stay: PostgreSQL would not let them go.
_INDEXES = """
select indexrelid::regclass::text, pg_get_indexdef(indexrelid)
from pg_index join pg_class on pg_class.oid = indexrelid
where relnamespace = 'public'::regnamespace and not exists (select from pg_constraint where conindid = indexrelid)
"""


def seed(database: str, orders: int) -> float:
    """Write that many orders with all that belongs to them. The seconds that it took."""
    started = time.perf_counter()
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")  # rows fit by their making: no check of keys
        connection.execute("set maintenance_work_mem = '512MB'")
        indexes = connection.execute(_INDEXES).fetchall()
        for name, _ in indexes:
            connection.execute(f"drop index {name}")
        for statement in _statements(orders):
            connection.execute(statement)
        for _, definition in indexes:
            connection.execute(definition)
        connection.execute("vacuum analyze")
    return time.perf_counter() - started


def _statements(orders: int) -> list[bytes]:
    script = "\n".join(line for line in _SCRIPT.read_text().splitlines() if not line.startswith("--"))
    return [part.replace(":n", str(orders)).encode() for part in script.split(";\n") if part.strip()]
