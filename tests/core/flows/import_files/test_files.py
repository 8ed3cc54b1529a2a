"""Files of history: every row accounted for."""

from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.cases.models import Case
from core.errors import NotFound, SettingsError
from core.flows.import_files import import_orders
from core.hub import Hub
from core.integrations.models import SyncRun, SyncState
from crossdock.errors import BadData
from tests.core.flows.import_files.history import ROWS, a_file, bring, rejects_of


def test_every_row_is_accounted_for(files: Hub, session: Session, tmp_path: Path) -> None:
    report = bring(files, a_file(tmp_path, ROWS))

    sync = session.get_one(SyncRun, report.sync_run_id)
    assert (sync.seen, sync.created, sync.updated, sync.unchanged, sync.rejected) == (9, 8, 0, 0, 1)
    assert sync.state is SyncState.PARTIAL
    (rejected,) = rejects_of(report)
    assert (rejected["line"], rejected["column"]) == ("10", "Quantity")
    totals = session.execute(
        text("select external_id, total_minor, shipping_minor, status from orders order by id")
    ).all()
    assert [tuple(row) for row in totals] == [
        ("1", 3400, 400, "COMPLETED"),
        ("2", 1001, 0, "COMPLETED"),
        ("6", 2000, 0, "COMPLETED"),
    ]


def test_the_opening_stock_is_just_enough(files: Hub, session: Session, tmp_path: Path) -> None:
    report = bring(files, a_file(tmp_path, ROWS))

    query = """
        select sku, on_hand, (
            select sum(on_hand_delta) from stock_movements m where m.item_id = items.id and reason = 'RECEIPT')
        from items join stock_levels on stock_levels.item_id = items.id order by sku
    """
    # Within a batch what leaves counts before what comes back: 20 mugs, and 2 + 1 bowls.
    assert [tuple(row) for row in session.execute(text(query))] == [("10A", 8, 20), ("10B", 1, 3)]
    assert (report.opening_units, report.opening_items) == (23, 2)
    # 60% of the average price, times what was sold.
    cost = "select sum(amount_minor) from postings join ledger_accounts a on a.id = account_id where a.code = '5000'"
    assert session.execute(text(cost)).scalar() == (20 - 8) * 150 + 2 * 300


def test_a_credit_note_goes_to_earlier_lines_or_stands_alone(files: Hub, session: Session, tmp_path: Path) -> None:
    report = bring(files, a_file(tmp_path, ROWS))

    refunds = "select external_id, amount_minor, orders.external_id from refunds join orders on orders.id = order_id"
    refunds = refunds.replace("select external_id", "select refunds.external_id")
    assert [tuple(row) for row in session.execute(text(refunds))] == [("C4", 2000, "1")]
    lines = "select quantity, refunded, returned from order_lines where sku = '10A' order by id"
    assert [tuple(row) for row in session.execute(text(lines))] == [(6, 6, 6), (6, 2, 2), (8, 0, 0)]
    assert (report.counts.credit_lines_attached, report.counts.credit_lines_alone) == (1, 1)
    case = session.scalars(select(Case)).one()
    assert (case.code, case.data["creditNote"]) == ("credit_note_unmatched", "C5")
    alone = """
        select sum(amount_minor) from journal_entries entry join postings on entry_id = entry.id
        where rule = 'credit' and amount_minor > 0
    """
    assert session.execute(text(alone)).scalar() == 500


def test_without_opening_stock_what_shipped_is_found_by_the_way(files: Hub, session: Session, tmp_path: Path) -> None:
    import_orders(files, a_file(tmp_path, ROWS[:4]), "uk-shop", "online-retail", opening_stock="none")

    assert set(session.scalars(select(Case.code))) == {"shipped_without_stock", "cost_missing"}
    assert session.execute(text("select min(on_hand) from stock_levels")).scalar() == 0


def test_a_file_that_cannot_be_trusted_leaves_nothing(files: Hub, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")

    with pytest.raises(BadData, match=r"other\.csv"):
        bring(files, path)

    assert session.execute(text("select count(*) from orders")).scalar() == 0


def test_a_missing_file_and_a_hub_that_reads_none_are_told_in_a_sentence(hub: Hub, files: Hub, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no file"):
        bring(files, tmp_path / "nothing.csv")
    with pytest.raises(SettingsError, match="Say which integration reads the file"):
        bring(hub, a_file(tmp_path, ROWS))
