"""The numbers of transactions, kept rising where a database moves to another PostgreSQL.

Events are read in the order of the transactions that wrote them, and every cursor names one. A dump that is restored
into a new cluster finds a counter that begins anew, below the numbers that it brings along: new events would stand
before the old ones. `hub_transaction()` and `hub_horizon()` add an epoch to PostgreSQL's own numbers for that.
"""

from sqlalchemy import text
from sqlalchemy.engine import Connection

# What this snapshot sees was written below the snapshot's end, unless another cluster wrote it.
_AHEAD = text(
    """
    select cast(cast(max(transaction) as text) as bigint)
        - cast(cast(pg_snapshot_xmax(pg_current_snapshot()) as text) as bigint)
    from events
    where transaction >= cast(cast(
        cast(cast(pg_snapshot_xmax(pg_current_snapshot()) as text) as bigint) + hub_epoch() as text) as xid8)
    """
)


def is_behind(connection: Connection) -> bool:
    """Whether events stand here that a PostgreSQL wrote which counted further than this one."""
    return connection.execute(_AHEAD).scalar() is not None


def lift(connection: Connection) -> bool:
    """Have the next transactions count on above whatever is there; False where they do. Nobody else may be writing."""
    ahead = connection.execute(_AHEAD).scalar()
    if ahead is not None:
        keep(connection, int(ahead) + 1)
    return ahead is not None


def keep(connection: Connection, epoch: int) -> None:
    """Set what is added to PostgreSQL's own numbers: the body of a function, so that a dump takes it along."""
    how = f"returns bigint immutable parallel safe language sql as 'select {epoch:d}::bigint'"
    connection.execute(text(f"create or replace function hub_epoch() {how}"))
