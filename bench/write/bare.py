"""The yardstick: the same rows, written with bare inserts and nothing else."""

import time

import psycopg
from psycopg import sql
from sqlalchemy import Engine, text

# Tables that one order writes, and how their rows belong to it.
_TABLES = {
    "orders": "id = %(order)s",
    "order_lines": "order_id = %(order)s",
    "payments": "order_id = %(order)s",
    "fulfillment_orders": "order_id = %(order)s",
    "fulfillment_lines": "fulfillment_order_id in (select id from fulfillment_orders where order_id = %(order)s)",
    "reservations": "order_line_id in (select id from order_lines where order_id = %(order)s)",
    "stock_movements": "reference in (select 'ful_' || id from fulfillment_orders where order_id = %(order)s)",
    "routing_decisions": "order_id = %(order)s",
    "routing_candidates": "decision_id in (select id from routing_decisions where order_id = %(order)s)",
    "routing_assignments": "decision_id in (select id from routing_decisions where order_id = %(order)s)",
    "journal_entries": "order_id = %(order)s",
    "postings": "entry_id in (select id from journal_entries where order_id = %(order)s)",
    "events": "order_id = %(order)s",
}


def bare_inserts(engine: Engine, *, first_order: int) -> float:
    """Seconds that PostgreSQL takes to write the rows of every order from `first_order` on, one commit an order.

    They go into empty twins of the tables, with the same columns, constraints and indexes.
    """
    ours = text("select id from orders where id >= :first order by id")
    with engine.connect() as connection:
        orders = list(connection.scalars(ours, {"first": first_order}))
    with psycopg.connect(engine.url.render_as_string(hide_password=False)) as connection:
        for table in _TABLES:
            _twin(connection, table)
        connection.commit()
        work = [[_insert(connection, table, where, order) for table, where in _TABLES.items()] for order in orders]
        started = time.perf_counter()
        for statements in work:
            for statement in statements:
                if statement is not None:
                    connection.execute(statement)
            connection.commit()
        took = time.perf_counter() - started
        for table in _TABLES:
            connection.execute(sql.SQL("drop table {}").format(sql.Identifier(f"bare_{table}")))
    return took


def _twin(connection: psycopg.Connection, table: str) -> None:
    statement = "create table {} (like {} including indexes including constraints)"
    connection.execute(sql.SQL(statement).format(sql.Identifier(f"bare_{table}"), sql.Identifier(table)))


def _insert(connection: psycopg.Connection, table: str, where: str, order: int) -> sql.Composed | None:
    """One multi-row insert of an order's rows in a table, values written out."""
    query = sql.SQL("select to_jsonb(found)::text from {} found where " + where).format(sql.Identifier(table))
    rows = [row[0] for row in connection.execute(query, {"order": order}).fetchall()]
    if not rows:
        return None
    twin = sql.Identifier(f"bare_{table}")
    listed = sql.Literal("[" + ",".join(rows) + "]")
    statement = "insert into {} select * from jsonb_populate_recordset(null::{}, {}::jsonb)"
    return sql.SQL(statement).format(twin, twin, listed)
