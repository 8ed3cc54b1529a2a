"""Quoting, labelling, handing over and tracking."""

from datetime import datetime
from typing import Any

import strawberry

from core.flows import manifest as manifests
from core.flows import ship as flows
from core.flows.labels import cancel as voiding
from core.flows.labels import purchase as buying
from core.flows.labels import rates as quoting
from core.flows.once import Unfinished
from core.flows.track.file import Found
from core.flows.track.tell import tell
from core.hub import Hub
from core.ids import number_of
from schema.acting import perform, perform_once, transact, transact_once
from schema.context import Context
from schema.engine import Ref, Refs, mutation
from schema.ids import ShipmentId, ShippingRateId
from schema.inputs import LineQuantity, line_quantities, money
from schema.scalars import MoneyInput
from schema.shipments.payloads import ManifestPayload, ShipmentPayload, ShipmentsPayload
from schema.shipments.problems import Told, shown, told
from schema.shipments.types import Manifest, Shipment, ShipmentStatus

SCOPE = "fulfillment:write"


@strawberry.input
class ShipmentInput:
    """Without `fulfillmentOrderId`, for an order that was never routed."""

    order_id: strawberry.ID
    fulfillment_order_id: strawberry.ID | None = None
    location: str | None = None
    lines: list[LineQuantity] | None = None
    carrier: str | None = None
    service: str | None = None
    tracking_number: str | None = None
    shipped_at: datetime | None = None
    cost: MoneyInput | None = None


@strawberry.input
class TrackingEventInput:
    occurred_at: datetime
    status: ShipmentStatus | None = None
    code: str | None = None
    message: str | None = None
    place: str | None = None


@strawberry.input
class ShipmentCorrectionInput:
    """What is right instead; what is left out stays as it is.

    `packageId`: whose tracking number it is, where the shipment has several packages.
    """

    package_id: strawberry.ID | None = None
    carrier: str | None = None
    service: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None


@mutation(scope=SCOPE)
async def shipping_rates_fetch(ctx: Context, shipment_id: ShipmentId) -> ShipmentPayload:
    """Asks every carrier that serves it; one that does not answer is a userError, not a failure."""
    return _payload(shipment_id, await perform(ctx, _quoted, shipment_id))


@mutation(scope=SCOPE)
async def label_purchase(
    ctx: Context, shipment_id: ShipmentId, idempotency_key: str, rate_id: ShippingRateId | None = None
) -> ShipmentPayload:
    """One label a package. Without `rateId`, by the order's shipping method at the least cost."""
    return _payload(shipment_id, await perform_once(ctx, idempotency_key, _bought, shipment_id, rate_id))


@mutation(scope=SCOPE)
async def label_void(ctx: Context, shipment_id: ShipmentId, idempotency_key: str) -> ShipmentPayload:
    """Gives the labels back to their carriers; where one refuses, its cost stays."""
    return _payload(shipment_id, await perform_once(ctx, idempotency_key, _voided, shipment_id))


@mutation(scope=SCOPE)
async def shipment_create(ctx: Context, input: ShipmentInput, idempotency_key: str) -> ShipmentPayload:
    """Records what left without our label, with its tracking."""
    shipment = await transact_once(ctx, idempotency_key, flows.create, _left(input))
    return ShipmentPayload(shipment=Ref(Shipment, shipment))


@mutation(scope=SCOPE)
async def shipment_hand_over(
    ctx: Context, ids: list[ShipmentId], idempotency_key: str, at: datetime | None = None
) -> ShipmentsPayload:
    """Packed goods leave: stock and cost move, the channel and the shopper are told."""
    await transact_once(ctx, idempotency_key, flows.hand_over, ids, at=at)
    return ShipmentsPayload(shipments=Refs(Shipment, ids))


@mutation(scope=SCOPE)
async def shipment_cancel(ctx: Context, id: ShipmentId, idempotency_key: str) -> ShipmentPayload:
    """Unpacks; its label is voided."""
    await transact_once(ctx, idempotency_key, flows.cancel, id)
    return ShipmentPayload(shipment=Ref(Shipment, id))


@mutation(scope=SCOPE)
async def shipment_correct(
    ctx: Context, id: ShipmentId, input: ShipmentCorrectionInput, idempotency_key: str
) -> ShipmentPayload:
    """Writes another carrier or tracking number for what has left. The sales channel is told of it as a correction."""
    await transact_once(ctx, idempotency_key, flows.correct, id, _correction(input))
    return ShipmentPayload(shipment=Ref(Shipment, id))


@mutation(scope=SCOPE)
async def shipment_track(ctx: Context, shipment_id: ShipmentId, input: TrackingEventInput) -> ShipmentPayload:
    """Files a scan where it belongs in time; one that is known already changes nothing."""
    scan = Found(
        shipment_id=shipment_id,
        occurred_at=input.occurred_at,
        status=input.status,
        raw_code=input.code,
        message=input.message,
        place=input.place,
    )
    await transact(ctx, tell, scan)
    return ShipmentPayload(shipment=Ref(Shipment, shipment_id))


@mutation(scope=SCOPE)
async def manifest_create(
    ctx: Context, location: str, carrier: str, shipment_ids: list[ShipmentId], idempotency_key: str
) -> ManifestPayload:
    """Has a carrier make the paper for what it collects from a location: all of these shipments, or none."""
    made = await perform_once(ctx, idempotency_key, _manifested, location, carrier, shipment_ids)
    number = made["manifest"]
    manifest = Ref(Manifest, number) if number is not None else None
    return ManifestPayload(manifest=manifest, user_errors=shown(made["problems"]))


def _payload(shipment_id: int, answer: Told) -> ShipmentPayload:
    return ShipmentPayload(shipment=Ref(Shipment, shipment_id), user_errors=shown(answer))


def _quoted(hub: Hub, shipment_id: int) -> Told | Unfinished[Told]:
    return told(quoting.fetch(hub, shipment_id))


def _bought(hub: Hub, shipment_id: int, rate_id: int | None) -> Told | Unfinished[Told]:
    return told(buying.purchase(hub, shipment_id, rate_id=rate_id))


def _voided(hub: Hub, shipment_id: int) -> Told | Unfinished[Told]:
    return told(voiding.void_all(hub, shipment_id))


def _manifested(
    hub: Hub, location: str, carrier: str, shipment_ids: list[int]
) -> dict[str, Any] | Unfinished[dict[str, Any]]:
    """Only what was made is remembered: what stood in the way may be gone when the caller tries again."""
    made = manifests.make(hub, location, carrier, shipment_ids)
    problems = told(made.problems)
    said = problems.result if isinstance(problems, Unfinished) else problems
    answer = {"manifest": made.manifest_id, "problems": said}
    return Unfinished(answer) if made.problems else answer


def _left(given: ShipmentInput) -> flows.Left:
    work_id = None
    if given.fulfillment_order_id is not None:
        work_id = number_of("ful", given.fulfillment_order_id, path=("input", "fulfillmentOrderId"))
    cost, currency = money(given.cost, "input", "cost") if given.cost is not None else (None, None)
    return flows.Left(
        order_id=number_of("ord", given.order_id, path=("input", "orderId")),
        work_id=work_id,
        location=given.location,
        lines=line_quantities(given.lines, "input", "lines"),
        carrier=given.carrier,
        service=given.service,
        tracking_number=given.tracking_number,
        shipped_at=given.shipped_at,
        cost_minor=cost,
        cost_currency=currency,
    )


def _correction(given: ShipmentCorrectionInput) -> flows.Correction:
    package_id = None
    if given.package_id is not None:
        package_id = number_of("pkg", given.package_id, path=("input", "packageId"))
    return flows.Correction(
        package_id=package_id,
        carrier=_said(given.carrier),
        service=_said(given.service),
        tracking_number=_said(given.tracking_number),
        tracking_url=_said(given.tracking_url),
    )


def _said(words: str | None) -> str | None:
    """None for blanks, which correct nothing."""
    return (words or "").strip() or None
