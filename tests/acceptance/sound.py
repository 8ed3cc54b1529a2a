"""The invariants that every case ends with."""

from typing import Any

from sqlalchemy import text

from core import verify
from core.hub import Hub
from core.jobs.run import run_jobs
from tests.api import Api

_INBOX = "{ inbox(first: 250) { nodes { id } } }"
_REPLAY = "mutation { inboxReplay(filter: {}) { messages { id } userErrors { message } } }"
_OF_THE_MACHINERY = {"api_keys", "idempotency_keys", "inbox_messages", "jobs", "schedules", "workers"}
"""Tables that tell how work goes on, and not what is."""
_TABLES = "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"


def everything_adds_up(hub: Hub) -> None:
    """No job is left, and `crossdock verify` finds nothing."""
    run_jobs(hub)
    assert verify.run(hub.engine) == []


def ends_well(api: Api, hub: Hub) -> None:
    """Every invariant holds, and having the whole inbox applied again changes nothing: not one row of any table."""
    everything_adds_up(hub)
    before = _everything(hub)
    everything_that_came = {message["id"] for message in api(_INBOX)["inbox"]["nodes"]}
    assert {message["id"] for message in api.done(_REPLAY)["messages"]} == everything_that_came
    everything_adds_up(hub)
    assert _everything(hub) == before


def _everything(hub: Hub) -> dict[str, list[Any]]:
    """Every row of every table that says what is; and what became of each message."""
    with hub.transaction() as session:
        tables = sorted(set(session.scalars(text(_TABLES))) - _OF_THE_MACHINERY)
        rows = {
            table: list(session.scalars(text(f'select row::text from "{table}" as row order by 1')))
            for table in tables
        }  # fmt: skip
        rows["inbox"] = list(
            session.scalars(text("select (id, state, order_id, error)::text from inbox_messages order by id"))
        )
    return rows
