"""A carrier that is disturbed, jobs run alone, and the lines of an order."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.hub import Hub
from core.jobs.run import run_jobs
from core.orders.models import Order, OrderLine


def line_ids(session: Session, order: Order) -> list[int]:
    query = select(OrderLine.id).where(OrderLine.order_id == order.id).order_by(OrderLine.position)
    return list(session.scalars(query))


@contextmanager
def acting(hub: Hub, **verbs: Any) -> Iterator[None]:
    """The carrier's verbs, done otherwise: what a network does between it and us."""
    carrier = hub.registry.bound("post", "carrier").instance
    with pytest.MonkeyPatch.context() as patch:
        for name, verb in verbs.items():
            patch.setattr(carrier, name, verb)
        yield


def run_jobs_named(hub: Hub, name: str) -> None:
    """Only these: the others would take the story further."""
    with hub.transaction() as session:
        session.execute(text("delete from jobs where name <> :name"), {"name": name})
    run_jobs(hub)
