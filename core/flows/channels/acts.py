"""What the hub decided and the channel must hear: cancellations, refunds, answers to returns. Each told at most once.

What a channel told us is never told back: whoever acts as a channel says nothing to it. A channel that refuses opens a
case, for then our books and theirs differ.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import actor, ids
from core.cases.models import CaseKind
from core.cases.service import open_case
from core.catalog.models import Channel
from core.external.models import CallState
from core.external.service import intend
from core.flows.asking import Outcome, perform
from core.integrations.models import Integration
from core.jobs.registry import enqueue, job
from core.orders.models import Order, OrderLine, Payment
from core.origin import Origin
from core.returns.models import Refund, RefundLine, RefundPayment, Return, ReturnState
from crossdock import CancelOrder, Money, Receipt, RefundOrder, ReturnDecision

if TYPE_CHECKING:
    from core.hub import Hub


class _Told(NamedTuple):
    """An act that is written down and may be asked for. `key` is the integration's."""

    key: str
    call_id: int
    request: Any


def cancelled_later(session: Session, order: Order, units: Mapping[int, int], *, whole: bool) -> None:
    """Have the channel told of units that were cancelled here, by order line id; components of bundles by their own."""
    if _is_the_channel_s(order) or not units:
        return
    lines = session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).all()
    said = None if whole else _by_their_names(lines, units)
    if said is None or said:
        state = ",".join(f"{line.id}={line.cancelled}" for line in lines if line.cancelled)
        reason = order.cancel_reason.value if order.cancel_reason is not None else "OTHER"
        key = f"cancel:{ids.encode('ord', order.id)}:{state}"
        enqueue(session, tell_cancelled, same_as=key, order_id=order.id, call_key=key, lines=said, reason=reason)


def refunded_later(session: Session, order: Order, refund_id: int, *, kept_minor: int = 0) -> None:
    """Have the channel give back money that it holds, less what stays with us to pay for something else."""
    if not _is_the_channel_s(order):
        enqueue(session, tell_refunded, same_as=str(refund_id), refund_id=refund_id, kept_minor=kept_minor)


def return_decided_later(session: Session, decided: Return, *, by_channel: bool | None = None) -> None:
    """Have the channel told of our answer to a return that it told us of. `by_channel`: it decided that itself."""
    itself = actor.current().startswith("channel:") if by_channel is None else by_channel
    if decided.origin is Origin.CHANNEL and decided.external_id is not None and not itself:
        enqueue(session, tell_return, same_as=str(decided.id), return_id=decided.id)


@job("channels.tell_cancelled", queue="channels")
def tell_cancelled(hub: "Hub", order_id: int, call_key: str, lines: list[list[Any]] | None, reason: str) -> None:
    """Tell of a cancellation. Raises Retryable where the channel has not answered."""

    def request(_session: Session, order: Order) -> CancelOrder:
        named = None if lines is None else tuple((str(name), int(units)) for name, units in lines)
        return CancelOrder(order_external_id=order.external_id or "", reason=reason, lines=named, refunded=True)

    told = _intended(hub, order_id, "cancel", "cancellation", call_key, request)
    if told is not None:
        outcome = _perform(
            hub,
            told,
            lambda provider, ctx: provider.cancel(ctx, told.request),
            lambda provider, ctx: provider.find_cancel(ctx, told.request),
        )
        _finish(hub, order_id, told, outcome, "cancellation_not_taken")


@job("channels.tell_refunded", queue="channels")
def tell_refunded(hub: "Hub", refund_id: int, kept_minor: int = 0) -> None:
    """Have money given back. Raises Retryable where the channel has not answered."""
    with hub.transaction() as session:
        refund = session.get_one(Refund, refund_id)
        order_id, known = refund.order_id, refund.external_id
        if known is not None or refund.amount_minor <= kept_minor or _has_its_own_gateway(hub, session, refund_id):
            return
    name = f"refund:{ids.encode('ref', refund_id)}"
    told = _intended(
        hub, order_id, "refund", "refund", name, lambda session, order: _refund(session, order, refund_id, kept_minor)
    )
    if told is None:
        return
    outcome = _perform(
        hub,
        told,
        lambda provider, ctx: provider.refund(ctx, told.request),
        lambda provider, ctx: provider.find_refund(ctx, told.request),
    )
    answer = outcome.value.external_id if outcome.value is not None else (outcome.answer or {}).get("external_id")
    if outcome.succeeded and answer:
        with hub.transaction() as session:
            # The channel will tell us of it by this name: so we know it when it does.
            session.get_one(Refund, refund_id).external_id = answer
    _finish(hub, order_id, told, outcome, "refund_not_taken")


@job("channels.tell_return", queue="channels")
def tell_return(hub: "Hub", return_id: int) -> None:
    """Tell of what was decided last. Raises Retryable where the channel has not answered."""
    with hub.transaction() as session:
        decided = session.get_one(Return, return_id)
        accepted = decided.state is not ReturnState.DECLINED
        if decided.state in {ReturnState.REQUESTED, ReturnState.CANCELLED, ReturnState.EXPIRED}:
            return
        reason = " ".join(decided.policy.get("reasons", ()))
        order_id, external_id = decided.order_id, decided.external_id or ""

    def request(_session: Session, order: Order) -> ReturnDecision:
        return ReturnDecision(
            return_external_id=external_id,
            order_external_id=order.external_id or "",
            accepted=accepted,
            reason=reason,
        )

    name = f"return:{ids.encode('ret', return_id)}:{'accepted' if accepted else 'declined'}"
    told = _intended(hub, order_id, "returns", "return_decision", name, request)
    if told is not None:
        outcome = _perform(
            hub,
            told,
            lambda provider, ctx: provider.decide_return(ctx, told.request),
            lambda provider, ctx: provider.find_return_decision(ctx, told.request),
        )
        _finish(hub, order_id, told, outcome, "return_decision_not_taken")


def _is_the_channel_s(order: Order) -> bool:
    return order.external_id is None or actor.current().startswith("channel:")


def _by_their_names(lines: Any, units: Mapping[int, int]) -> list[tuple[str, int]]:
    """Units by the channel's names of lines: it knows a bundle and not its components, so only whole ones."""
    by_id = {line.id: line for line in lines}
    named: dict[str, int] = {}
    for line_id, quantity in units.items():
        line = by_id[line_id]
        bundle = by_id.get(line.bundle_line_id) if line.bundle_line_id is not None else None
        if bundle is not None and bundle.external_id is not None:
            sets = quantity // (line.per_bundle or 1)
            named[bundle.external_id] = min(named.get(bundle.external_id, sets), sets)
        elif line.external_id is not None:
            named[line.external_id] = named.get(line.external_id, 0) + quantity
    return [(name, quantity) for name, quantity in named.items() if quantity]


def _intended(
    hub: "Hub",
    order_id: int,
    capability: str,
    purpose: str,
    call_key: str,
    request: Callable[[Session, Order], Any],
) -> _Told | None:
    """Write the intent; None where the order's channel cannot be told, now or ever. Raises IntegrationAway."""
    hub.refresh()
    able = {key for key, _ in hub.registry.providers("channel", capability)}
    with hub.transaction() as session:
        order = session.get_one(Order, order_id)
        row = session.execute(
            select(Integration.id, Integration.key)
            .join(Channel, Channel.integration_id == Integration.id)
            .where(Channel.id == order.channel_id, Integration.deleted_at.is_(None))
        ).first()
        if row is None or order.external_id is None:
            return None
        hub.registry.integration(row.key)  # raises where it does not run: then telling waits until it does
        if row.key not in able:
            return None
        call_id = intend(
            session,
            purpose=purpose,
            subject=ids.encode("ord", order_id),
            call_key=call_key,
            integration_id=row.id,
            order_id=order_id,
        )
        return _Told(row.key, call_id, request(session, order))


def _perform(
    hub: "Hub", told: _Told, act: Callable[[Any, Any], Receipt], find: Callable[[Any, Any], Receipt | None]
) -> Outcome[Receipt]:
    return perform(
        hub,
        told.call_id,
        told.key,
        "channel",
        act,
        find,
        note=lambda receipt: {"external_id": receipt.external_id, "message": receipt.message},
    )


def _finish(hub: "Hub", order_id: int, told: _Told, outcome: Outcome[Receipt], code: str) -> None:
    if outcome.again is not None:
        raise outcome.again
    if outcome.state is CallState.REJECTED:
        with hub.transaction() as session:
            order = session.get_one(Order, order_id)
            open_case(
                session,
                kind=CaseKind.ORDER,
                code=code,
                title=f"The channel does not take what was decided about {order.number}",
                message=outcome.message or "It gave no reason.",
                subject=ids.encode("ord", order_id),
                order_id=order_id,
                same_as=f"{code}:{told.call_id}",
            )


def _refund(session: Session, order: Order, refund_id: int, kept_minor: int) -> RefundOrder:
    """What the channel is asked for. Where some of it is kept, the rest is an amount, and not the worth of lines."""
    refund = session.get_one(Refund, refund_id)
    rows = session.execute(
        select(OrderLine.external_id, RefundLine.quantity, RefundLine.amount_minor, RefundLine.tax_minor)
        .join(OrderLine, OrderLine.id == RefundLine.order_line_id)
        .where(RefundLine.refund_id == refund_id, OrderLine.external_id.is_not(None))
        .order_by(RefundLine.id)
    )
    reference = session.scalar(
        select(Payment.reference)
        .join(RefundPayment, RefundPayment.payment_id == Payment.id)
        .where(RefundPayment.refund_id == refund_id)
        .order_by(RefundPayment.id)
    )
    currency = refund.currency
    return RefundOrder(
        order_external_id=order.external_id or "",
        amount=Money(refund.amount_minor - kept_minor, currency),
        lines=tuple(
            (name or "", units, Money(amount, currency), Money(tax, currency))
            for name, units, amount, tax in rows
            if not kept_minor
        ),
        shipping=Money(refund.shipping_minor, currency) if refund.shipping_minor and not kept_minor else None,
        reason=refund.reason or "",
        payment_reference=reference,
    )


def _has_its_own_gateway(hub: "Hub", session: Session, refund_id: int) -> bool:
    """Whether the money was taken by a payment integration of ours, which gives it back, rather than by the channel."""
    gateways = session.scalars(
        select(Payment.gateway)
        .join(RefundPayment, RefundPayment.payment_id == Payment.id)
        .where(RefundPayment.refund_id == refund_id)
    )
    ours = {key for key, _ in hub.registry.providers("payment")}
    return bool(ours.intersection(gateways))
