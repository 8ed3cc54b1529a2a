"""The database is away, or has no time: said the same way whoever noticed it, and told to ask again soon."""

from typing import Final

from psycopg import errors
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoneFree

AGAIN: Final = 1
"""Seconds after which to ask again: a server that is started anew takes about as long."""
UNAVAILABLE: Final = "UNAVAILABLE"
"""The code of the error."""
SENTENCE: Final = "The service cannot read its data at the moment; ask again soon."

_GONE = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow, errors.TooManyConnections)


class Away(Exception):
    """The read engine got no connection."""


def is_away(problem: BaseException | None) -> bool:
    """Whether this is what a server says that is not there, that ends or that begins; or that nobody got a word in."""
    if isinstance(problem, DBAPIError):
        cause = problem.orig
        lost = isinstance(cause, errors.OperationalError) and cause.sqlstate is None  # nothing came from a server
        return problem.connection_invalidated or lost or isinstance(cause, _GONE)
    return isinstance(problem, (Away, NoneFree))
