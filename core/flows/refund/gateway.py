"""Money that a payment provider gives back: asked for once the refund is decided, and settled by its answer."""

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import ids, outbox
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.external.models import CallState
from core.external.service import intend
from core.flows import book, statuses
from core.flows.asking import Outcome, perform
from core.flows.refund import undo
from core.integrations.models import Integration
from core.jobs.registry import enqueue, job
from core.money import Money, spoken
from core.orders import queries as orders
from core.orders.models import Order, Payment
from core.returns.amounts import less_kept
from core.returns.models import Refund, RefundPayment, RefundState
from crossdock import GiveBackRequest, GivenBack

if TYPE_CHECKING:
    from core.hub import Hub

_OPEN = {RefundState.SUBMITTED, RefundState.UNKNOWN}


class _Asked(NamedTuple):
    call_id: int
    gateway: str
    order_id: int
    request: GiveBackRequest


def later(session: Session, refund_id: int, *, kept_minor: int = 0) -> None:
    """Have payment providers give their parts back, less what stays with us to pay for something else."""
    query = select(RefundPayment).where(RefundPayment.refund_id == refund_id).order_by(RefundPayment.id)
    parts = session.scalars(query).all()
    for part, given in zip(parts, less_kept([part.amount_minor for part in parts], kept_minor), strict=True):
        if part.state is RefundState.SUBMITTED:
            enqueue(session, give_back, same_as=str(part.id), part_id=part.id, amount_minor=given)


@job("payments.give_back", queue="channels")
def give_back(hub: "Hub", part_id: int, amount_minor: int) -> None:
    """Ask for what of one part does not stay with us.

    Raises Retryable where the outcome is unknown or the provider asks for patience.
    """
    with hub.transaction() as session:
        part = session.get_one(RefundPayment, part_id)
        if part.state not in _OPEN:
            return
        wanted = _intended(session, part, amount_minor) if amount_minor > 0 else None
    if wanted is None:
        _settle(hub, part_id, RefundState.SUCCEEDED)
        return
    hub.registry.integration(wanted.gateway)  # raises where it does not run: then the money waits until it does
    outcome: Outcome[GivenBack] = perform(
        hub,
        wanted.call_id,
        wanted.gateway,
        "payment",
        lambda provider, ctx: provider.refund(ctx, wanted.request),
        lambda provider, ctx: provider.find_refund(ctx, wanted.request),
        note=lambda given: {"external_id": given.external_id},
    )
    if outcome.again is not None:
        raise outcome.again
    state = RefundState.FAILED if outcome.state is CallState.REJECTED else RefundState.SUCCEEDED
    answer = outcome.value.external_id if outcome.value is not None else (outcome.answer or {}).get("external_id")
    _settle(hub, part_id, state, reference=answer, said=outcome.message)


def _intended(session: Session, part: RefundPayment, amount_minor: int) -> _Asked:
    refund, payment = session.get_one(Refund, part.refund_id), session.get_one(Payment, part.payment_id)
    order = session.get_one(Order, refund.order_id)
    name = ids.encode("ref", refund.id)
    call_id = intend(
        session,
        purpose="payment_refund",
        subject=name,
        call_key=f"give-back-{name}-{payment.id}",
        integration_id=session.scalar(select(Integration.id).where(Integration.key == payment.gateway)),
        order_id=order.id,
    )
    request = GiveBackRequest(
        reference=payment.reference,
        amount=Money(amount_minor, part.currency),
        order_number=order.number,
        reason=refund.reason or "",
    )
    return _Asked(call_id, payment.gateway, order.id, request)


def _settle(
    hub: "Hub", part_id: int, state: RefundState, *, reference: str | None = None, said: str | None = None
) -> None:
    """Write down how a part ended, and with the last of them how the refund did."""
    with hub.transaction() as session:
        refund = session.get_one(Refund, session.get_one(RefundPayment, part_id).refund_id)
        orders.lock(session, [refund.order_id])
        session.refresh(refund)
        part = session.get_one(RefundPayment, part_id, with_for_update=True, populate_existing=True)
        if part.state not in _OPEN:
            return
        part.state, part.reference = state, reference
        session.flush()
        if state is RefundState.FAILED:
            undo.payment(session, part)
            _open_case(session, refund, part, said)
        states = set(session.scalars(select(RefundPayment.state).where(RefundPayment.refund_id == refund.id)))
        if not states & _OPEN:
            _end(session, refund, failed=states == {RefundState.FAILED})
        statuses.refresh(session, [refund.order_id])


def _end(session: Session, refund: Refund, *, failed: bool) -> None:
    """All parts have ended. Where none of the money went back, the refund never was."""
    refund.state = RefundState.FAILED if failed else RefundState.SUCCEEDED
    session.flush()
    if failed:
        undo.lines(session, refund)
    book.refunds(session, [refund.id])
    worth = spoken(refund.amount_minor, refund.currency)
    name, said = ("refund.failed", f"{worth} did not go back.") if failed else ("refund.paid", f"{worth} went back.")
    outbox.record(session, name, ids.encode("ref", refund.id), said, order_id=refund.order_id)


def _open_case(session: Session, refund: Refund, part: RefundPayment, said: str | None) -> None:
    order, payment = session.get_one(Order, refund.order_id), session.get_one(Payment, part.payment_id)
    worth, name = spoken(part.amount_minor, part.currency), ids.encode("ref", refund.id)
    open_case(
        session,
        kind=CaseKind.PAYMENT,
        code="refund_not_taken",
        title=f"{payment.gateway} does not give back {worth} for {order.number}",
        message=f"{said or 'It gave no reason.'} Give the money back another way, and record that refund.",
        subject=name,
        order_id=order.id,
        same_as=f"refund_not_taken:{part.id}",
    )


__all__ = ["later"]
