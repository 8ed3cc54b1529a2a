"""How an integration does, as the answers of its other side tell."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from core import outbox
from core.integrations.models import HealthStatus, Integration
from crossdock.errors import AuthExpired


def note_health(session: Session, key: str, error: Exception | None) -> None:
    """Credentials that were refused mark it DOWN, with what the operator must mend; an answer marks it well again.

    Other errors say nothing of the integration as a whole. Writes only where something changes.
    """
    if isinstance(error, AuthExpired):
        message = f"Its credentials were refused: {error.message} Give it new ones, then have it checked."
        note_trouble(session, key, HealthStatus.DOWN, message)
    elif error is None:
        _become(session, key, HealthStatus.OK, None)


def note_trouble(session: Session, key: str, health: HealthStatus, message: str) -> None:
    """Write down that it does not do well, and why. Writes only where the health changes."""
    _become(session, key, health, message)


def note_checked(session: Session, key: str, health: HealthStatus, message: str | None) -> None:
    """Write down what somebody found who looked: the message too, where the health is as before."""
    _become(session, key, health, message)
    session.execute(update(Integration).where(Integration.key == key).values(health_message=message))


def _become(session: Session, key: str, health: HealthStatus, message: str | None) -> None:
    changed = session.execute(
        update(Integration)
        .where(Integration.key == key, Integration.health != health)
        .values(health=health, health_message=message)
        .returning(Integration.id)
    ).scalar()
    if changed is not None:
        said = f"Integration {key} is {health.value.lower()}" + (f": {message}" if message else ".")
        outbox.record(session, f"integration.{health.value.lower()}", f"int_{changed}", said)
