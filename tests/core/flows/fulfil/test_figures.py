"""What a supplier's files say is applied once, if need be when it is replayed."""

from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import clock
from core.flows import inbox
from core.flows.supplier_stock import fetch as fetch_stock
from core.flows.supplier_updates import fetch
from core.hub import Hub
from core.inbox.models import InboxMessage, InboxState
from core.integrations.models import SyncRun
from core.jobs.run import run_jobs
from core.purchasing.models import SupplierOffer
from tests.builders import an_item
from tests.core.flows.fulfil.answers import write
from tests.core.flows.fulfilling import (
    level_of,
    lines_of,
    parts_of,
    work_of,
)
from tests.core.stock.ledger import assert_levels_are_sums


def test_a_suppliers_stock_file_becomes_the_figures_of_its_location(
    hub: Hub, session: Session, split: Any, folder: Path
) -> None:
    order, tea, first, _ = split
    at = f"{clock.now():%Y-%m-%dT%H:%M:%S.%f+00:00}"
    write(folder, "stock-0001.csv", f"sku,quantity,as_of\nA-1,35,{at}\nNOBODY,3,{at}\n")

    run = session.get_one(SyncRun, fetch_stock(hub, "acme"))

    assert (run.seen, run.updated, run.rejected) == (2, 1, 1)
    assert level_of(session, tea, first.id)[0] == 35
    session.expire_all()
    offers = session.scalars(select(SupplierOffer.stock).where(SupplierOffer.stock.is_not(None))).all()
    assert offers == [35]
    error = session.scalars(select(InboxMessage.error).where(InboxMessage.state == InboxState.QUARANTINED)).one()
    assert error == (
        "stock-0001.csv line 3: there is no item 'NOBODY'. Add it, or an offer of it, then replay this message."
    )
    assert lines_of(session, order) == [("TEA", 0, 0, 10, 0, 0)]
    assert_levels_are_sums(session)


def test_a_figure_that_came_before_its_item_counts_when_it_is_replayed_and_only_once(
    hub: Hub, session: Session, split: Any, folder: Path
) -> None:
    *_, first, _ = split
    at = f"{clock.now():%Y-%m-%dT%H:%M:%S.%f+00:00}"
    write(folder, "stock-0001.csv", f"sku,quantity,as_of\nNOBODY,3,{at}\n")
    fetch_stock(hub, "acme")
    replay_all(hub, session)
    assert states(session) == [InboxState.QUARANTINED]
    newcomer = an_item(session, "NOBODY")
    session.commit()

    replay_all(hub, session)

    assert states(session) == [InboxState.APPLIED]
    assert level_of(session, newcomer, first.id) == (3, 0)
    later = f"{clock.now():%Y-%m-%dT%H:%M:%S.%f+00:00}"
    write(folder, "stock-0002.csv", f"sku,quantity,as_of\nNOBODY,8,{later}\n")
    fetch_stock(hub, "acme")
    replay_all(hub, session)
    assert level_of(session, newcomer, first.id) == (8, 0)
    assert_levels_are_sums(session)


def test_an_answer_that_did_not_fit_is_applied_when_it_is_replayed_and_only_once(
    hub: Hub, session: Session, split: Any, folder: Path
) -> None:
    """They answer by a SKU of their own, of which we have no offer yet."""
    order, tea, *_ = split
    (work,) = work_of(session, order)
    write(folder, "ack-0001.csv", f"reference,line,sku,status,quantity\nful_{work.id},,THEIRS,accepted,6\n")
    run = session.get_one(SyncRun, fetch(hub, "acme"))
    assert (run.rejected, states(session)) == (1, [InboxState.QUARANTINED])
    session.execute(text("update supplier_offers set supplier_sku = 'THEIRS' where item_id = :id"), {"id": tea.id})
    session.commit()

    for _ in range(2):
        replay_all(hub, session)
        session.expire_all()
        assert states(session) == [InboxState.APPLIED]
        assert [part.accepted for part in parts_of(session, work)] == [6]


def replay_all(hub: Hub, session: Session) -> None:
    inbox.replay(session, session.scalars(select(InboxMessage.id)).all())
    session.commit()
    run_jobs(hub)
    session.commit()


def states(session: Session) -> list[InboxState]:
    session.expire_all()
    return list(session.scalars(select(InboxMessage.state).order_by(InboxMessage.id)))
