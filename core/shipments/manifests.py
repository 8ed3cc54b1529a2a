"""The table of manifests: what a carrier collects, on one paper."""

import enum
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, func

from core.db import Base, BigInt, Id, Mapped, mapped_column, related

if TYPE_CHECKING:
    from core.shipments.models import Document, Shipment
    from core.stock.models import Location


class ManifestState(enum.StrEnum):
    """REQUESTED and UNKNOWN hold their shipments until it is known what became of it; FAILED has let them go."""

    REQUESTED = "REQUESTED"
    UNKNOWN = "UNKNOWN"
    MADE = "MADE"
    FAILED = "FAILED"


class Manifest(Base):
    """Shipments that one carrier collects from one location, written before the carrier is asked for the paper.

    A shipment names its manifest, so that it is never on two.
    """

    __tablename__ = "manifests"

    id: Mapped[Id]
    carrier: Mapped[str]
    """The key of the carrier's integration."""
    location_id: Mapped[BigInt] = mapped_column(ForeignKey("locations.id"))
    state: Mapped[ManifestState] = mapped_column(server_default="REQUESTED")
    external_call_id: Mapped[BigInt | None] = mapped_column(ForeignKey("external_calls.id"))
    external_id: Mapped[str | None]
    """The carrier's own name for it."""
    message: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    location: Mapped["Location"] = related()
    shipments: Mapped[list["Shipment"]] = related()
    documents: Mapped[list["Document"]] = related()
