"""The one place that decides, by the type of its error, whether and when a job that failed is run again."""

import random
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError, OperationalError

from core.errors import CrossdockError, IntegrationAway, PluginFault
from crossdock import errors as provider_errors

FAULT_ATTEMPTS = 5
"""A fault of the code's own, or of a plugin's: a few tries, in case it was the moment; then a person must look."""
OUTSIDE_ATTEMPTS = 12
"""The outside was not ready: tried for about an hour and a half."""
PATIENT_ATTEMPTS = 100
"""The other side, or our own database, told us to wait: that is no failure of the job's."""
MOST_DEATHS = 4
"""A job that was running in so many workers as they died is held to be the cause."""

_PARKED = (IntegrationAway, provider_errors.AuthExpired)
"""Somebody has to install, configure or log in first: the work waits for that, however long it takes."""
_PARKED_FOR = timedelta(minutes=1)
_FINAL = (
    provider_errors.Rejected,
    provider_errors.NotSupported,
    provider_errors.BadData,
)
_LONGEST = timedelta(minutes=15)
_LONGEST_SENTENCE = 2_000


def parked_until(error: BaseException, now: datetime) -> datetime | None:
    """When to see whether the integration runs by now, without counting the attempt; None: the error is another."""
    return now + _spread(_PARKED_FOR) if isinstance(error, _PARKED) else None


def again_at(error: BaseException, attempts: int, now: datetime) -> datetime | None:
    """When to run it again after so many attempts, or None when more of them are of no use."""
    if isinstance(error, _FINAL) or (isinstance(error, CrossdockError) and not error.retryable):
        return None
    most, wait = _patience(error, attempts, now)
    return now + wait if attempts < most else None


def _patience(error: BaseException, attempts: int, now: datetime) -> tuple[int, timedelta]:
    """How many attempts such an error is worth, and how long to wait for the next."""
    match error:
        case provider_errors.RateLimited(until=until):
            return PATIENT_ATTEMPTS, max(until - now, timedelta(0)) + _spread(timedelta(seconds=1))
        case provider_errors.Pending(ask_again_after=after):
            return PATIENT_ATTEMPTS, after
        case provider_errors.Retryable(after=timedelta() as after):
            return OUTSIDE_ATTEMPTS, _spread(after)
        case provider_errors.ProviderError() | CrossdockError() if not isinstance(error, PluginFault):
            return OUTSIDE_ATTEMPTS, back_off(attempts, first=2)
        case OperationalError() | DBAPIError(connection_invalidated=True):
            # A deadlock, a lock waited for too long, or PostgreSQL restarting.
            return PATIENT_ATTEMPTS, back_off(min(attempts, 6), first=0.2)
        case _:
            return FAULT_ATTEMPTS, back_off(attempts, first=1, growth=4)


def back_off(attempts: int, *, first: float, growth: int = 2) -> timedelta:
    """How long to wait after the given number of attempts: `first` seconds, then ever longer, never quite alike."""
    return _spread(min(timedelta(seconds=first * growth ** min(attempts - 1, 20)), _LONGEST))


def sentence(error: BaseException) -> str:
    """What went wrong, for people; an unexpected error is given with its type, for it was not written for them."""
    if isinstance(error, CrossdockError | provider_errors.ProviderError):
        return error.message
    said = f"{type(error).__name__}: {error}".partition("\n")[0]
    return said.replace("\0", "")[:_LONGEST_SENTENCE]  # PostgreSQL keeps no NUL


def _spread(span: timedelta) -> timedelta:
    """A tenth more or less, so that what failed together does not come back together."""
    return span * random.uniform(0.9, 1.1)  # noqa: S311  # no secret depends on it
