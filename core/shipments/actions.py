"""What may be done with a shipment, and why not where it may not. Pure."""

from core.actions import Action
from core.shipments.models import ShipmentStatus as S
from core.shipments.tracking import HERE

_HERE = set(HERE)
_GONE = set(S) - _HERE - {S.CANCELLED}

ALLOWED: dict[str, set[S]] = {
    "shippingRatesFetch": _HERE,
    "labelPurchase": {S.DRAFT, S.PACKED},
    "labelVoid": {S.PACKED, S.LABELLED},
    "shipmentHandOver": _HERE,
    "shipmentCancel": _HERE,
    "shipmentTrack": _GONE | {S.LABELLED},
    "shipmentCorrect": _GONE,
}
"""Mutation: the statuses in which it makes sense."""

_WHY = {
    "shippingRatesFetch": "it has left, or was cancelled",
    "labelPurchase": "it has its labels already, has left, or was cancelled",
    "labelVoid": "it has left, or was cancelled",
    "shipmentHandOver": "it has left, or was cancelled",
    "shipmentCancel": "it has left, or was cancelled",
    "shipmentTrack": "it has not left, or was cancelled",
    "shipmentCorrect": "it has not left, or was cancelled",
}


def available(status: S) -> list[Action]:
    return [Action(name, status in statuses, _why_not(name, status)) for name, statuses in ALLOWED.items()]


def _why_not(name: str, status: S) -> str | None:
    if status in ALLOWED[name]:
        return None
    return f"The shipment is {status.value.replace('_', ' ').lower()}: {_WHY[name]}."
