"""Telling those who judged an order's risk what became of it, so that they judge the next one better."""

from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import any_, literal, select
from sqlalchemy.orm import Session

from core import clock, ids
from core.integrations.models import Integration, Plugin
from core.jobs.registry import enqueue, job
from core.orders.models import Order, RiskAssessment
from crossdock import Rejected, RiskEnding, RiskOutcome

if TYPE_CHECKING:
    from core.hub import Hub

log = structlog.get_logger(__name__)


def later(session: Session, order_id: int, ending: RiskEnding, message: str) -> None:
    """Have every source hear of it that judged the order and wants to know. Told once for each ending."""
    judged = (
        select(Integration.id, Integration.key)
        .join(Plugin, Plugin.name == Integration.plugin_name)
        .join(RiskAssessment, RiskAssessment.source == Integration.key)
        .where(RiskAssessment.order_id == order_id, Integration.deleted_at.is_(None))
        .where(literal("risk.outcomes") == any_(Plugin.capabilities))
        .distinct()
    )
    for integration_id, key in session.execute(judged).all():
        enqueue(
            session,
            tell,
            same_as=f"{key}:{order_id}:{ending}",
            integration_id=integration_id,
            integration=key,
            order_id=order_id,
            ending=ending.value,
            happened_at=clock.now().isoformat(),
            message=message,
        )


@job("risk.tell_outcome", queue="default")
def tell(hub: "Hub", integration: str, order_id: int, ending: str, happened_at: str, message: str) -> None:
    """Tell one source. Raises what it raises, to be tried again; one that wants to hear nothing of it has its way."""
    with hub.transaction() as session:
        number = session.get_one(Order, order_id).number
    name = ids.encode("ord", order_id)
    outcome = RiskOutcome(
        order_id=name, number=number, ending=RiskEnding(ending), at=datetime.fromisoformat(happened_at), message=message
    )
    try:
        provider = hub.provider(integration, "risk")
        provider.report_outcome(hub.context(integration, key=f"risk:{name}:{ending}"), outcome)
    except Rejected as error:
        log.info("risk.outcome_not_wanted", integration=integration, order=number, reason=error.message)


__all__ = ["later"]
