"""Taking money that was authorised."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock, ids, outbox
from core.errors import IllegalState, Invalid, NotFound, OutcomeUnknown, PluginRejected, PluginUnavailable
from core.external import service as external
from core.external.models import CallState
from core.flows import asking, book
from core.flows.payments.told import go_on
from core.integrations.models import Integration
from core.money import Money, spoken
from core.orders import queries
from core.orders.models import Order, Payment
from core.orders.states import PaymentState
from crossdock.payment import CaptureRequest

if TYPE_CHECKING:
    from core.hub import Hub


def capture(hub: "Hub", payment_id: int, *, amount_minor: int | None = None) -> int:
    """Take authorised money: through the payment provider where its gateway is an integration, else as a fact.

    Returns the order's id. Raises NotFound, IllegalState, Invalid; PluginRejected, PluginUnavailable, OutcomeUnknown.
    """
    with hub.transaction() as session:
        payment = _authorized(session, payment_id)
        amount = payment.amount_minor if amount_minor is None else amount_minor
        if not 0 < amount <= payment.amount_minor:
            most = spoken(payment.amount_minor, payment.currency)
            raise Invalid(f"Between nothing and {most} can be captured of it.", path=("amount",))
        order = session.get_one(Order, payment.order_id)
        wanted = CaptureRequest(
            reference=payment.reference, amount=Money(amount, payment.currency), order_number=order.number
        )
        gateway = payment.gateway if _is_asked(hub, payment.gateway) else None
        call_id = None if gateway is None else _intend(session, payment, gateway)
    if gateway is not None and call_id is not None:
        outcome = asking.perform(
            hub,
            call_id,
            gateway,
            "payment",
            lambda provider, ctx: provider.capture(ctx, wanted),
            lambda provider, ctx: provider.find_capture(ctx, wanted),
        )
        _check(outcome)
    with hub.transaction() as session:
        order_id = session.get_one(Payment, payment_id).order_id
        queries.lock(session, [order_id])
        payment = session.get_one(Payment, payment_id, with_for_update=True, populate_existing=True)
        if payment.state is PaymentState.AUTHORIZED:
            payment.state, payment.captured_minor = PaymentState.CAPTURED, amount
            session.flush()
            said, subject = f"{spoken(amount, payment.currency)} was captured.", ids.encode("pay", payment_id)
            outbox.record(session, "payment.captured", subject, said, order_id=order_id)
            book.payments(session, [payment_id], at=clock.now())
            go_on(session, [order_id])
    return order_id


def _authorized(session: Session, payment_id: int) -> Payment:
    payment = session.scalar(select(Payment).where(Payment.id == payment_id))
    if payment is None:
        raise NotFound(f"There is no payment pay_{payment_id}.", path=("id",))
    if payment.state is not PaymentState.AUTHORIZED:
        state = payment.state.lower()
        raise IllegalState(f"Payment pay_{payment_id} is {state}; only authorised money can be captured.", path=("id",))
    return payment


def _is_asked(hub: "Hub", gateway: str) -> bool:
    return gateway in hub.able("payment", "capture")


def _intend(session: Session, payment: Payment, gateway: str) -> int:
    subject = ids.encode("pay", payment.id)
    integration_id = session.scalar(select(Integration.id).where(Integration.key == gateway))
    return external.intend(
        session,
        purpose="capture",
        subject=subject,
        call_key=f"capture-{subject}",
        integration_id=integration_id,
        order_id=payment.order_id,
    )


def _check(outcome: asking.Outcome[Any]) -> None:
    said = outcome.message or "The payment provider did not say why."
    if outcome.state is CallState.REJECTED:
        raise PluginRejected(said)
    if outcome.state is CallState.FAILED:
        raise PluginUnavailable(said)
    if outcome.state is not CallState.SUCCEEDED:
        raise OutcomeUnknown(said)
