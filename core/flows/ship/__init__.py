"""Goods leaving: by our hands, or by somebody else's word."""

from core.flows.ship.cancel import cancel
from core.flows.ship.correction import Correction, correct
from core.flows.ship.create import Left, create
from core.flows.ship.hand_over import hand_over
from core.flows.ship.record import ShipmentFact, record

__all__ = ["Correction", "Left", "ShipmentFact", "cancel", "correct", "create", "hand_over", "record"]
