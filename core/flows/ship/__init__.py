"""Goods leaving: by our hands, or by somebody else's word."""

from core.flows.ship.record import ShipmentFact, record

__all__ = ["ShipmentFact", "record"]
