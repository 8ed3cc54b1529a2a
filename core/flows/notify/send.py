"""Handing one message to its notifier, at most once."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from core import clock, ids
from core.external import service as external
from core.external.models import CallState, ExternalCall
from core.flows import asking
from core.integrations.models import Integration
from core.jobs import retry
from core.jobs.registry import job
from core.notifications import service
from core.notifications.models import Notification, NotificationState
from core.orders.models import Order
from crossdock import Message, NotSupported, Sent

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from core.hub import Hub

TOO_LATE = timedelta(days=1)
"""What waited for so long nobody wants to hear any more."""


class _Act(NamedTuple):
    call_id: int
    integration: str
    message: Message


@job("notifications.send")
def send(hub: "Hub", notification_id: int) -> None:
    """Send what is queued. Raises what says when to try again; what nobody can say the end of is not tried again."""
    with hub.transaction() as session:
        act = _intend(session, notification_id)
    if act is None:
        return
    outcome = asking.perform(
        hub,
        act.call_id,
        act.integration,
        "notifier",
        lambda provider, ctx: provider.send(ctx, act.message),
        lambda provider, ctx: provider.find_message(ctx, act.message),
        note=lambda sent: {"external_id": sent.external_id, "at": sent.at.isoformat()},
    )
    with hub.transaction() as session:
        over = _write_down(session, notification_id, act.call_id, outcome)
    if not over and outcome.again is not None:
        raise outcome.again


def _intend(session: "Session", notification_id: int) -> _Act | None:
    """Write down that it is about to be sent; None where it is not to be, or not any more."""
    row = session.get_one(Notification, notification_id, with_for_update=True)
    if row.state is not NotificationState.QUEUED or row.integration_id is None:
        return None
    name = ids.encode("ntf", row.id)
    call_id = external.intend(
        session,
        purpose="notification",
        subject=name,
        call_key=f"notification-{name}",
        integration_id=row.integration_id,
        order_id=row.order_id,
    )
    call = session.get_one(ExternalCall, call_id)
    if row.created_at + TOO_LATE < clock.now() and call.state in {CallState.INTENDED, CallState.FAILED}:
        service.failed(
            session, row, f"It could not be sent for a day; now it is too late. {call.message or ''}".strip()
        )
        return None
    key = session.get_one(Integration, row.integration_id).key
    return _Act(call_id, key, _message(row, session.get_one(Order, row.order_id).number))


def _message(row: Notification, order_number: str) -> Message:
    return Message(
        medium=row.medium,
        recipient=row.recipient,
        recipient_name=row.recipient_name,
        subject=row.subject,
        text=row.body,
        language=row.language,
        event=row.event,
        order_number=order_number,
    )


def _write_down(session: "Session", notification_id: int, call_id: int, outcome: asking.Outcome[Sent]) -> bool:
    """Write what came of it; whether that was the end."""
    row = session.get_one(Notification, notification_id, with_for_update=True, populate_existing=True)
    if row.state is not NotificationState.QUEUED:
        return True
    if outcome.succeeded:
        service.sent(session, row, _sent_at(outcome))
        return True
    reason = _end(outcome, session.get_one(ExternalCall, call_id).attempts)
    if reason is not None:
        service.failed(session, row, reason)
    return reason is not None


def _sent_at(outcome: asking.Outcome[Sent]) -> datetime:
    """Of one that succeeded before, and was not written down, the call remembers it."""
    return outcome.value.at if outcome.value is not None else datetime.fromisoformat((outcome.answer or {})["at"])


def _end(outcome: asking.Outcome[Sent], attempts: int) -> str | None:
    """Why it is not tried again; None where it is, or where somebody else is at it."""
    said = outcome.message or "The notifier gave no reason."
    if outcome.state is CallState.REJECTED:
        return said
    again, now = outcome.again, clock.now()
    if again is None or outcome.error is None or retry.parked_until(again, now) is not None:
        return None
    cannot_say = isinstance(outcome.error, NotSupported)
    if not cannot_say and retry.again_at(again, attempts, now) is not None:
        return None
    return f"It may have arrived; nobody can say. {said}" if outcome.state is CallState.UNKNOWN else said


__all__ = ["send"]
