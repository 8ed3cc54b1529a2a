"""Asking who knows about fraud: each source's latest word about an order is kept, and counts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import delete, tuple_
from sqlalchemy.orm import Session

import crossdock
from core import clock, ids, outbox
from core.orders.models import RiskAssessment
from core.orders.states import RiskLevel
from core.orders.views import Checked

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)

Said = Mapping[int, Mapping[str, crossdock.RiskVerdict]]
"""Order id to source to verdict."""

_RANK = {RiskLevel.LOW: 1, RiskLevel.MEDIUM: 2, RiskLevel.HIGH: 3}


def assess(hub: "Hub", orders: Sequence[Checked]) -> Said:
    """What every provider of kind `risk` thinks of these orders. No transaction is open.

    One that fails says nothing: its word of before stands, and the order does not wait for it.
    """
    said: dict[int, dict[str, crossdock.RiskVerdict]] = {}
    for key, provider in hub.providers("risk", "assess"):
        for order in orders:
            try:
                verdict: crossdock.RiskVerdict = provider.assess(hub.context(key), order.view)
            except Exception as error:  # noqa: BLE001  # a plugin may raise anything
                log.warning("risk.not_assessed", integration=key, order=order.view.number, error=str(error))
                continue
            said.setdefault(order.id, {})[key] = verdict
    return said


def keep(session: Session, orders: Sequence[Checked], said: Said) -> list[Checked]:
    """Write the verdicts over what the same sources said before; the orders, as risky as they are by now."""
    fresh = [(order, source, verdict) for order in orders for source, verdict in said.get(order.id, {}).items()]
    if not fresh:
        return list(orders)
    known = [(order.id, source) for order, source, _ in fresh]
    session.execute(delete(RiskAssessment).where(tuple_(RiskAssessment.order_id, RiskAssessment.source).in_(known)))
    now = clock.now()
    for order, source, verdict in fresh:
        signals = [{"code": each.code, "message": each.message, "weight": str(each.weight)} for each in verdict.signals]
        session.add(
            RiskAssessment(
                order_id=order.id,
                source=source,
                level=RiskLevel(verdict.level),
                score=verdict.score,
                signals=signals,
                assessed_at=now,
            )
        )
        message = f"{source} rates the risk {verdict.level.lower()} ({verdict.score:f} of 100)."
        subject = ids.encode("ord", order.id)
        outbox.record(session, "order.risk_assessed", subject, message, order_id=order.id, data={"source": source})
    session.flush()
    return [_rated(session, order) if order.id in said else order for order in orders]


def _rated(session: Session, order: Checked) -> Checked:
    levels = session.query(RiskAssessment.level).filter(RiskAssessment.order_id == order.id)
    return replace(order, risk=max((level for (level,) in levels), key=_RANK.__getitem__, default=None))
