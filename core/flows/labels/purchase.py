"""Buying labels: one for each package, each at most once, whatever is retried, asked twice at once or interrupted."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

import crossdock
from core import clock, ids
from core.errors import CrossdockError, IllegalState, NotFound, OutcomeUnknown, PluginRejected, PluginUnavailable
from core.external.models import CallState
from core.external.service import STUCK_AFTER, intend
from core.flows.asking import Outcome, perform, recall
from core.flows.labels import afresh, rates
from core.flows.labels.outcome import write
from core.flows.labels.parcels import Parcels, read
from core.flows.shipment_lock import locked
from core.integrations.models import Integration
from core.jobs.registry import enqueue, job
from core.orders import queries as orders
from core.shipments.models import Label, LabelState, ShippingRate
from core.shipments.tracking import HERE

if TYPE_CHECKING:
    from core.hub import Hub

_PATIENCE = 15.0
"""Seconds to wait for somebody else who is buying the same label."""
LIVE = (
    LabelState.INTENT,
    LabelState.PURCHASING,
    LabelState.PURCHASED,
    LabelState.UNKNOWN,
    LabelState.VOID_REQUESTED,
    LabelState.VOID_REJECTED,
)
UNDECIDED = (LabelState.INTENT, LabelState.PURCHASING, LabelState.UNKNOWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """One label to be bought, its call written down."""

    label_id: int
    call_id: int
    carrier: str
    request: crossdock.LabelRequest


def purchase(hub: "Hub", shipment_id: int, *, rate_id: int | None = None) -> list[CrossdockError]:
    """Buy a label for every package that has none. Without `rate_id`: the shopper's method at the least cost.

    What the carriers answer is in the labels; what went wrong is in the answer: PLUGIN_REJECTED, PLUGIN_UNAVAILABLE
    and, while nobody knows whether it was bought, OUTCOME_UNKNOWN. A package never has two labels: whoever asks while
    it is being bought waits for the outcome. Raises NotFound, IllegalState and Invalid where none may be bought.
    """
    afresh.read(hub, shipment_id)
    errors = _quoted(hub, shipment_id, rate_id)
    wanted = _intended(hub, shipment_id, rate_id)
    if wanted is None:
        return errors or [PluginUnavailable("No carrier ships this parcel to this address.", path=("shipmentId",))]
    problems = [problem for each in wanted if (problem := buy(hub, each)) is not None]
    wait(hub, Label.shipment_id == shipment_id)
    return problems


def buy(hub: "Hub", wanted: Purchase, *, only_find: bool = False) -> CrossdockError | None:
    """Buy one label, or find out whether it was bought; what went wrong, if anything did.

    `only_find`: nobody wants it any more, so it is not bought where it was not bought before.
    """
    outcome: Outcome[crossdock.Label] = perform(
        hub,
        wanted.call_id,
        wanted.carrier,
        "carrier",
        refuse if only_find else lambda provider, ctx: provider.buy_label(ctx, wanted.request),
        lambda provider, ctx: provider.find_label(ctx, wanted.request),
        note=lambda label: {"external_id": label.external_id, "tracking_number": label.tracking_number},
    )
    if outcome.succeeded and outcome.value is None:  # whoever bought it may not have lived to keep it
        outcome = recall(
            hub,
            wanted.call_id,
            wanted.carrier,
            "carrier",
            lambda provider, ctx: provider.find_label(ctx, wanted.request),
        )
    with hub.transaction() as session:
        write(session, wanted.label_id, outcome)
        if outcome.state is CallState.UNKNOWN and outcome.error is not None:
            enqueue(session, find_out, same_as=str(wanted.label_id), label_id=wanted.label_id)
        elif outcome.state is CallState.UNKNOWN:
            _find_out_if_lost(session, wanted.label_id)
    return problem_of(outcome)


def refuse(_provider: Any, _ctx: Any) -> crossdock.Label:
    """In place of buying what nobody wants any more."""
    raise crossdock.Rejected("not_wanted", "It was not bought, and is not wanted any more.")


@job("labels.find_out", queue="carriers")
def find_out(hub: "Hub", label_id: int) -> None:
    """Ask again for a label whose purchase has an unknown outcome: the carrier is asked whether it was bought first.

    For a shipment that was unpacked meanwhile that is all: what was bought is given back, and nothing more is bought.
    """
    with hub.transaction() as session:
        label = session.get_one(Label, label_id)
        if label.state not in UNDECIDED or label.shipment_id is None:
            return
        shipment = locked(session, [label.shipment_id])[0]
        over = shipment.status not in HERE
        wanted = _purchase(session, label, read(session, shipment, left=over))
    problem = buy(hub, wanted, only_find=over)
    if isinstance(problem, OutcomeUnknown):
        raise crossdock.Retryable(problem.message)


def _find_out_if_lost(session: Session, label_id: int) -> None:
    """Whoever asks now may not live to hear the answer."""
    at = clock.now() + STUCK_AFTER
    enqueue(session, find_out, same_as=f"{label_id}:lost", at=at, label_id=label_id)


def _quoted(hub: "Hub", shipment_id: int, rate_id: int | None) -> list[CrossdockError]:
    """Fetch quotes where the caller named none and none hold."""
    with hub.transaction() as session:
        shipment = locked(session, [shipment_id], path=("shipmentId",))[0]
        (order,) = orders.locked(session, [shipment.order_id])
        known = rates.cheapest(session, shipment_id, order.shipping_method, clock.now())
    return [] if rate_id is not None or known is not None else rates.fetch(hub, shipment_id)


def _intended(hub: "Hub", shipment_id: int, rate_id: int | None) -> list[Purchase] | None:
    """Write the intents; None where there is no rate to buy at."""
    with hub.transaction() as session:
        shipment = locked(session, [shipment_id], path=("shipmentId",))[0]
        (order,) = orders.locked(session, [shipment.order_id])
        if order.on_hold:
            raise IllegalState(f"Order {order.number} is on hold: no label is bought.", path=("shipmentId",))
        parcels = read(session, shipment)
        labels = {
            label.package_id: label
            for label in session.scalars(
                select(Label).where(Label.package_id.in_(parcels.packages), Label.state.in_(LIVE))
            )
        }
        open_packages = [package for package in parcels.packages if package not in labels]
        rate = _rate(session, shipment_id, rate_id, order.shipping_method) if open_packages else None
        if open_packages and rate is None:
            return None
        for package_id in open_packages:
            assert rate is not None
            labels[package_id] = Label(
                package_id=package_id,
                shipment_id=shipment_id,
                state=LabelState.PURCHASING,
                carrier=rate.carrier,
                service=rate.service,
                rate_reference=rate.external_id,
                created_at=clock.now(),
            )
            session.add(labels[package_id])
        session.flush()
        for package_id in open_packages:
            _find_out_if_lost(session, labels[package_id].id)
        return [_purchase(session, label, parcels) for label in labels.values() if label.state in UNDECIDED]


def _rate(session: Session, shipment_id: int, rate_id: int | None, method: str | None) -> ShippingRate | None:
    now = clock.now()
    if rate_id is None:
        return rates.cheapest(session, shipment_id, method, now)
    rate = session.get(ShippingRate, rate_id)
    if rate is None or rate.shipment_id != shipment_id:
        raise NotFound("This rate is not, or no longer, one of the shipment's: fetch them again.", path=("rateId",))
    if rate.expires_at is not None and rate.expires_at <= now:
        raise IllegalState("This rate has expired: fetch them again.", path=("rateId",))
    return rate


def _purchase(session: Session, label: Label, parcels: Parcels) -> Purchase:
    name = ids.encode("lbl", label.id)
    assert label.package_id is not None
    call_id = intend(
        session,
        purpose="label",
        subject=name,
        call_key=f"label:{name}",
        integration_id=session.scalar(select(Integration.id).where(Integration.key == label.carrier)),
        order_id=parcels.order_id,
    )
    label.external_call_id = call_id
    request = crossdock.LabelRequest(
        reference=ids.encode("pkg", label.package_id),
        order_number=parcels.order_number,
        service=label.service,
        ship_from=parcels.request.ship_from,
        ship_to=parcels.request.ship_to,
        parcel=parcels.request.parcels[parcels.packages.index(label.package_id)],
        rate_reference=label.rate_reference,
    )
    return Purchase(label_id=label.id, call_id=call_id, carrier=label.carrier, request=request)


def wait(hub: "Hub", wanted: ColumnElement[bool]) -> None:
    """Wait a while for whoever else is buying these labels."""
    until = time.monotonic() + _PATIENCE
    statement = select(Label.id).where(wanted, Label.state == LabelState.PURCHASING)
    while time.monotonic() < until:
        with hub.transaction() as session:
            if session.scalar(statement) is None:
                return
        time.sleep(0.05)


def problem_of(outcome: Outcome[crossdock.Label], path: tuple[str, ...] = ("shipmentId",)) -> CrossdockError | None:
    """What is to be said of a purchase that did not bring a label; None of one that did, or that somebody else made."""
    message = outcome.message or "The carrier gave no reason."
    if outcome.state is CallState.REJECTED:
        return PluginRejected(message, path=path)
    if outcome.state is CallState.FAILED:
        return PluginUnavailable(message, path=path)
    if outcome.state is CallState.UNKNOWN and outcome.error is not None:
        return OutcomeUnknown(f"Nobody knows yet whether the label was bought: {message}", path=path)
    return None
