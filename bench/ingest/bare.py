"""The yardstick: the same payloads, inserted and nothing else."""

import time

import psycopg
from sqlalchemy import Engine

_KEPT = "select kind, external_id, external_version, payload from inbox_messages where id > %s order by id"
_TWIN = """
create table bare_inbox (like inbox_messages including defaults including identity including indexes
    including constraints)
"""
_INSERT = "insert into bare_inbox (kind, external_id, external_version, payload) values (%s, %s, %s, %s)"


def bare_inserts(engine: Engine, *, after: int) -> tuple[int, float]:
    """(messages, seconds) that PostgreSQL takes to write all that was kept after this message, one commit each.

    It goes into an empty twin of the inbox, with its columns, constraints and indexes.
    """
    with psycopg.connect(engine.url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        connection.execute(_TWIN)
        rows = connection.execute(_KEPT, (after,)).fetchall()
        connection.commit()
        began = time.perf_counter()
        for row in rows:
            connection.execute(_INSERT, row)
            connection.commit()
        took = time.perf_counter() - began
        connection.execute("drop table bare_inbox")
    return len(rows), took
