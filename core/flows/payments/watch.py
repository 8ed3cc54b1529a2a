"""Asking payment providers how payments stand that were promised and not yet taken."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock
from core.flows.payments.told import go_on, take
from core.integrations import runs
from core.integrations.models import Integration
from core.integrations.runs import Counts
from core.orders import queries
from core.orders.models import Payment
from crossdock import BadData, PaymentData, PaymentStanding, Rejected

if TYPE_CHECKING:
    from core.hub import Hub

JOB = "payments"
_AT_ONCE = 200
_OPEN = text("payments.state in ('PENDING', 'AUTHORIZED')")  # as the index has it
_FORGOTTEN = timedelta(days=60)
"""Nobody takes money that was promised so long ago."""


class _Open(NamedTuple):
    id: int
    order_id: int
    reference: str
    currency: str


def look(hub: "Hub", key: str) -> int | None:
    """Ask about the next payments that nobody has told the end of, and take in what changed; the run's id.

    None where there are none. What the provider does not know, or says in another currency, is counted as rejected.
    """
    with hub.transaction() as session:
        integration_id = session.scalars(select(Integration.id).where(Integration.key == key)).one()
        after = int(runs.cursor_of(session, integration_id, JOB) or 0)
        waiting = _waiting(session, key, after) or (_waiting(session, key, 0) if after else [])
        if not waiting:
            return None
        run_id = runs.begin(session, integration_id, JOB)
    provider = hub.provider(key, "payment")
    for payment in waiting:
        try:
            counts = _heard(hub, key, payment, provider)
        except Exception as error:
            with hub.transaction() as session:
                runs.end(session, run_id, error=str(error) or type(error).__name__)
            raise
        with hub.transaction() as session:
            runs.count(session, run_id, counts)
            runs.keep_cursor(session, integration_id, JOB, str(payment.id))
    with hub.transaction() as session:
        runs.end(session, run_id)
    return run_id


def _waiting(session: Session, key: str, after: int) -> list[_Open]:
    query = (
        select(Payment.id, Payment.order_id, Payment.reference, Payment.currency)
        .where(_OPEN, Payment.gateway == key, Payment.id > after)
        .where(Payment.reference.is_not(None), Payment.created_at > clock.now() - _FORGOTTEN)
        .order_by(Payment.id)
        .limit(_AT_ONCE)
    )
    return [_Open(row.id, row.order_id, row.reference or "", row.currency) for row in session.execute(query)]


def _heard(hub: "Hub", key: str, payment: _Open, provider: Any) -> Counts:
    try:
        said: PaymentStanding = provider.status(hub.context(key), payment.reference)
    except (Rejected, BadData):
        return Counts(seen=1, rejected=1)
    if said.amount.currency != payment.currency or said.amount.minor <= 0:
        return Counts(seen=1, rejected=1)
    told = PaymentData(
        reference=payment.reference,
        gateway=key,
        state=said.state,
        amount=said.amount,
        at=said.at,
        expires_at=said.expires_at,
    )
    with hub.transaction() as session:
        queries.lock(session, [payment.order_id])
        before = session.get_one(Payment, payment.id, populate_existing=True).state
        take(session, [(payment.order_id, told)])
        if session.get_one(Payment, payment.id).state is before:
            return Counts(seen=1, unchanged=1)
        go_on(session, [payment.order_id])
        return Counts(seen=1, updated=1)


__all__ = ["JOB", "look"]
