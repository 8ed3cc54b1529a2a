"""Integrations of stores that are played on this machine, which come and go with whoever plays them."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import clock

PLAYED = "sandbox"
"""The job whose cursor such an integration has: the run of the sandbox that it knows, or `ASIDE`."""
ASIDE = "set aside"

# By itself, for a start of the hub should not load every model for it.
_SET_ASIDE = text(
    """
    with gone as (
        update integrations set enabled = false, version = version + 1, health_message = 'Its store is not open.'
        from sync_cursors
        where integration_id = id and job = :job and enabled and not from_file and deleted_at is null
        returning id
    )
    update sync_cursors set cursor = :aside, updated_at = :now from gone where integration_id = gone.id and job = :job
    """
)


def set_aside(session: Session) -> None:
    """Disable them as long as nobody plays their stores; those that a person has disabled stay so afterwards."""
    session.execute(_SET_ASIDE, {"job": PLAYED, "aside": ASIDE, "now": clock.now()})
