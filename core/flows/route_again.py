"""Giving an order its next turn: whatever freed, refused or opened its units need not know who routes."""

from datetime import datetime

from sqlalchemy.orm import Session

from core import clock, outbox


def route_again(session: Session, order_id: int, *, at: datetime | None = None) -> None:
    """Have the order looked at after this transaction; once, however often it is asked for."""
    job = outbox.NewJob(
        name="orders.advance",
        queue="orders",
        arguments={"order_id": order_id},
        same_as=str(order_id),
        run_at=at or clock.now(),
    )
    outbox.add_job(session, job)
