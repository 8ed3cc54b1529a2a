"""Payments that a payment provider of ours looks after: those whose gateway is its integration's key."""

from collections.abc import Sequence

from sqlalchemy import any_, literal, select
from sqlalchemy.orm import Session

from core.integrations.models import Integration, Plugin
from core.orders.models import Payment


def give_back(session: Session, payment_ids: Sequence[int]) -> frozenset[int]:
    """Those of these payments whose provider gives money back, whether it runs at the moment or not."""
    query = (
        select(Payment.id)
        .join(Integration, Integration.key == Payment.gateway)
        .join(Plugin, Plugin.name == Integration.plugin_name)
        .where(Payment.id.in_(payment_ids), Integration.deleted_at.is_(None))
        .where(literal("payment.refund") == any_(Plugin.capabilities))
    )
    return frozenset(session.scalars(query))
