"""Labels for the way back: one for a return, bought at most once, whatever is retried or asked twice."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

import crossdock
from core import clock, ids, outbox
from core.errors import CrossdockError, OutcomeUnknown, PluginUnavailable
from core.external.models import CallState
from core.external.service import STUCK_AFTER, intend
from core.flows.asking import Outcome, perform, recall
from core.flows.labels.outcome import DECIDED, keep, not_bought
from core.flows.labels.purchase import UNDECIDED, problem_of, refuse, wait
from core.flows.labels.void import give_back
from core.flows.take_back import parcel
from core.flows.take_back.decide import locked, require
from core.flows.take_back.issued import live
from core.flows.take_back.offers import Offer, cheapest
from core.integrations.models import Integration
from core.jobs.registry import enqueue, job
from core.orders.models import Order
from core.returns.models import Return, ReturnState
from core.shipments.models import Document, DocumentKind, Label, LabelState

if TYPE_CHECKING:
    from core.hub import Hub

_PATH = ("id",)
_OVER = {ReturnState.CANCELLED, ReturnState.DECLINED, ReturnState.EXPIRED}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Purchase:
    """A label to be bought, its call written down. Not `wanted`: only whether it was bought is to be found out."""

    return_id: int
    label_id: int
    call_id: int
    carrier: str
    request: crossdock.LabelRequest
    wanted: bool


def buy_label(
    hub: "Hub", return_id: int, *, carrier: str | None = None, service: str | None = None
) -> list[CrossdockError]:
    """Buy the label of an approved return: of the carrier that is cheapest for it, unless one is named.

    What went wrong is in the answer, as with labels of shipments. A return never has two live labels: asked again, it
    goes on with the one that it has. Raises NotFound, WrongReturnState, NotSupported where no carrier makes such
    labels, Invalid where an address or a weight is missing.
    """
    with hub.transaction() as session:
        label = live(session, locked(session, return_id))
        request = _request(session, return_id) if label is None else None
    offer = None
    if request is not None:
        offer, errors = cheapest(hub, request, carrier=carrier, service=service)
        if offer is None:
            return errors or [PluginUnavailable("No carrier brings this parcel back from there.", path=_PATH)]
    with hub.transaction() as session:
        purchase = _intended(session, return_id, offer)
    if purchase is None:
        return []
    problem = _buy(hub, purchase)
    wait(hub, Label.id == purchase.label_id)
    return [] if problem is None else [problem]


@job("returns.find_out_label", queue="carriers")
def find_out(hub: "Hub", return_id: int) -> None:
    """Ask again for a return's label whose purchase has an unknown outcome; one that is not wanted is only looked for.

    Raises Retryable while nobody knows.
    """
    with hub.transaction() as session:
        label = live(session, locked(session, return_id))
        purchase = _purchase(session, return_id, label) if label is not None and label.state in UNDECIDED else None
    if purchase is not None and isinstance(problem := _buy(hub, purchase), OutcomeUnknown):
        raise crossdock.Retryable(problem.message)


def _request(session: Session, return_id: int) -> crossdock.RateRequest:
    found = locked(session, return_id)
    require(found, "returnLabelPurchase")
    return parcel.read(session, found)


def _intended(session: Session, return_id: int, offer: Offer | None) -> _Purchase | None:
    """Write the intent; None where the return has its label by now."""
    found = locked(session, return_id)
    label = live(session, found)
    if label is not None and label.state not in UNDECIDED:
        return None
    if label is None:
        require(found, "returnLabelPurchase")
        if offer is None:
            raise PluginUnavailable("The label was not bought. Try again.", path=_PATH)
        label = Label(
            state=LabelState.PURCHASING,
            carrier=offer.carrier,
            service=offer.service,
            rate_reference=offer.reference,
            created_at=clock.now(),
        )
        session.add(label)
        session.flush()
        found.label_id = label.id
        _find_out_later(session, return_id)
    return _purchase(session, return_id, label)


def _find_out_later(session: Session, return_id: int) -> None:
    """Whoever asks now may not live to hear the answer."""
    enqueue(session, find_out, same_as=f"{return_id}:lost", at=clock.now() + STUCK_AFTER, return_id=return_id)


def _purchase(session: Session, return_id: int, label: Label) -> _Purchase:
    found = session.get_one(Return, return_id)
    name, way = ids.encode("lbl", label.id), parcel.read(session, found)
    call_id = intend(
        session,
        purpose="return_label",
        subject=name,
        call_key=f"return_label:{name}",
        integration_id=session.scalar(select(Integration.id).where(Integration.key == label.carrier)),
        order_id=found.order_id,
    )
    label.external_call_id = call_id
    request = crossdock.LabelRequest(
        reference=found.number,
        order_number=session.get_one(Order, found.order_id).number,
        service=label.service,
        ship_from=way.ship_from,
        ship_to=way.ship_to,
        parcel=way.parcels[0],
        rate_reference=label.rate_reference,
    )
    return _Purchase(
        return_id=return_id,
        label_id=label.id,
        call_id=call_id,
        carrier=label.carrier,
        request=request,
        wanted=found.state not in _OVER,
    )


def _buy(hub: "Hub", asked: _Purchase) -> CrossdockError | None:
    outcome: Outcome[crossdock.Label] = perform(
        hub,
        asked.call_id,
        asked.carrier,
        "carrier",
        (lambda provider, ctx: provider.return_label(ctx, asked.request)) if asked.wanted else refuse,
        lambda provider, ctx: provider.find_return_label(ctx, asked.request),
        note=lambda label: {"external_id": label.external_id, "tracking_number": label.tracking_number},
    )
    if outcome.succeeded and outcome.value is None:  # whoever bought it may not have lived to keep it
        outcome = recall(
            hub,
            asked.call_id,
            asked.carrier,
            "carrier",
            lambda provider, ctx: provider.find_return_label(ctx, asked.request),
        )
    with hub.transaction() as session:
        _write(session, asked, outcome)
        if outcome.state is CallState.UNKNOWN and outcome.error is not None:
            enqueue(session, find_out, same_as=str(asked.return_id), return_id=asked.return_id)
        elif outcome.state is CallState.UNKNOWN:
            _find_out_later(session, asked.return_id)
    return problem_of(outcome, _PATH)


def _write(session: Session, asked: _Purchase, outcome: Outcome[crossdock.Label]) -> None:
    """Write the outcome, once; what was bought for a return that is over is given back."""
    found = locked(session, asked.return_id)
    label = session.get_one(Label, asked.label_id, with_for_update=True, populate_existing=True)
    if label.state in DECIDED:
        return
    if outcome.value is None:
        not_bought(label, outcome)
        return
    bought = outcome.value
    document = Document(
        kind=DocumentKind.RETURN_LABEL, format=bought.format.lower(), content=bought.content, data={"return": found.id}
    )
    keep(session, label, bought, document, order_id=found.order_id)
    if found.state in _OVER:
        give_back(session, [label])
    elif found.state is ReturnState.APPROVED:
        found.state = ReturnState.LABEL_ISSUED
        found.version += 1
        how = f"{label.carrier} {bought.tracking_number or ''}".rstrip()
        said = f"{found.number}: the shopper sends it back with {how}."
        outbox.record(session, "return.label_issued", f"ret_{found.id}", said, order_id=found.order_id)
