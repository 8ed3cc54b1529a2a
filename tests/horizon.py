"""Waiting until whatever follows events may read the last of them."""

import time

from sqlalchemy import text
from sqlalchemy.engine import Engine

_SETTLED = text("select coalesce(max(transaction) < hub_horizon(), true) from events")


def settle(engine: Engine) -> None:
    """Return once nothing older can appear any more: transactions of other databases of the server count too."""
    for _ in range(600):
        with engine.connect() as connection:
            if connection.scalar(_SETTLED):
                return
        time.sleep(0.05)
    raise AssertionError("The events did not settle.")
