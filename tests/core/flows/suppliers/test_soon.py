"""Whoever asks for a job that takes long is told how far it is."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from core.flows import sync
from core.flows.sync import soon
from core.hub import Hub
from core.integrations.models import SyncRun, SyncState
from core.purchasing.models import Supplier
from tests.core.flows.suppliers.test_offers import an_offer
from tests.core.flows.suppliers.wholesaler import Wholesaler


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soon, "PATIENCE", 0)


def state(session: Session, run: int | None) -> SyncState:
    session.rollback()
    return session.get_one(SyncRun, run, populate_existing=True).state


@pytest.mark.usefixtures("impatient")
def test_a_job_that_takes_long_is_answered_as_it_stands_and_goes_on(
    hub: Hub, session: Session, acme: Supplier, wholesaler: Wholesaler
) -> None:
    wholesaler.offered = [an_offer("RED")]
    wholesaler.counter_is_open.clear()

    assert sync.sync_soon(hub, "acme", "offers") is None or runs(session) == 1
    (going,) = (each.ended for each in soon._going.values())
    assert wholesaler.at_the_counter.wait(30)
    run = sync.sync_soon(hub, "acme", "offers")

    assert (state(session, run), runs(session)) == (SyncState.RUNNING, 1)
    wholesaler.counter_is_open.set()
    assert (going.result(30), state(session, run)) == (run, SyncState.SUCCEEDED)
    assert soon._going == {}


def runs(session: Session) -> int:
    session.rollback()
    return len(session.scalars(select(SyncRun.id)).all())


def test_what_goes_wrong_in_time_is_told(hub: Hub, session: Session, acme: Supplier) -> None:
    with pytest.raises(NotFound, match="acme has no job 'dreams'"):
        sync.sync_soon(hub, "acme", "dreams")
    assert soon._going == {}
