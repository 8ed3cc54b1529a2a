"""What an integration has still to do or to answer: while there is some, it cannot be deleted."""

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.external.models import CallState, ExternalCall
from core.fulfillment.models import FulfillmentOrder, RequestState, WorkState
from core.integrations.models import Integration
from core.orders.models import Payment
from core.returns.models import RefundPayment, RefundState

_LIVE = (WorkState.OPEN, WorkState.IN_PROGRESS, WorkState.ON_HOLD)
_ASKED = (RequestState.SUBMITTED, RequestState.ACCEPTED, RequestState.CANCELLATION_REQUESTED)


def of(session: Session, integration: Integration) -> list[str]:
    """In words, such as `2 fulfilment orders that it was asked for`; empty where it owes nothing."""
    return list(_found(session, integration))


def _found(session: Session, integration: Integration) -> Iterator[str]:
    asked = (
        select(func.count())
        .select_from(FulfillmentOrder)
        .where(FulfillmentOrder.integration_id == integration.id)
        .where(FulfillmentOrder.work_state.in_(_LIVE), FulfillmentOrder.request_state.in_(_ASKED))
    )
    unknown = (
        select(func.count())
        .select_from(ExternalCall)
        .where(ExternalCall.integration_id == integration.id)
        .where(ExternalCall.state.in_((CallState.CALLING, CallState.UNKNOWN)))
    )
    refunds = (
        select(func.count())
        .select_from(RefundPayment)
        .join(Payment, Payment.id == RefundPayment.payment_id)
        .where(Payment.gateway == integration.key, RefundPayment.state == RefundState.SUBMITTED)
    )
    for query, one, many in (
        (asked, "fulfilment order that it was asked for", "fulfilment orders that it was asked for"),
        (unknown, "act whose outcome is unknown", "acts whose outcome is unknown"),
        (refunds, "refund that it is to give back", "refunds that it is to give back"),
    ):
        count = session.scalar(query) or 0
        if count:
            yield f"{count} {one if count == 1 else many}"
