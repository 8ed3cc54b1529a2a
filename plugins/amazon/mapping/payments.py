"""What an Amazon order says of its payment."""

from crossdock import Money, PaymentData, PaymentState
from plugins.amazon.wire.orders import Order

_NOT_READY = {"PENDING", "PENDING_AVAILABILITY"}
_CANCELLED = "CANCELLED"
_ON_DELIVERY = {"COD", "CashOnDelivery"}
_GATEWAY = "amazon"


def payments_of(order: Order, total: Money) -> tuple[PaymentData, ...]:
    """Amazon takes the money: it is ours once the order waits to be shipped. On delivery, whoever delivers takes it.

    Several payments are told apart where they come to `total`, which is ours; else tax that Amazon keeps is in them.
    """
    status = order.fulfillment.fulfillment_status if order.fulfillment is not None else ""
    if not total or not status or status == _CANCELLED:
        return ()
    executions = order.payment.payment_executions if order.payment is not None else ()
    split = [(each.payment_method, each.payment_amount.money) for each in executions if each.payment_amount]
    if not split or Money.sum((amount for _, amount in split), total.currency) != total:
        method = split[0][0] if len(split) == 1 else None
        split = [(method, total)]
    return tuple(
        PaymentData(
            reference=order.order_id if place == 1 else f"{order.order_id}/{place}",
            gateway=_GATEWAY,
            state=_state(status, method),
            amount=amount,
            at=order.created_time,
        )
        for place, (method, amount) in enumerate(split, start=1)
    )


def _state(status: str, method: str | None) -> PaymentState:
    if status in _NOT_READY:
        return PaymentState.PENDING
    return PaymentState.AUTHORIZED if method in _ON_DELIVERY else PaymentState.CAPTURED
