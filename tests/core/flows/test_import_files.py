"""Files of history: every row accounted for, again without effect, and on from where it stopped."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core import verify
from core.cases.models import Case
from core.errors import NotFound, SettingsError
from core.flows import inbox
from core.flows.import_files import Report, import_orders, run
from core.flows.stock import Adjustment, adjust
from core.hub import Hub, open_hub
from core.integrations.mirror import mirror
from core.integrations.models import SyncRun, SyncState
from core.jobs.run import run_jobs
from core.stock.models import MovementReason
from crossdock.errors import BadData
from plugins import csv_orders

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
ROWS = [
    "1,10A,MUG,6,2010-12-01 08:26:00,2.50,17,United Kingdom",
    "1,10A,MUG,6,2010-12-01 08:26:00,2.50,17,United Kingdom",  # a real duplicate
    "1,POST,POSTAGE,1,2010-12-01 08:26:00,4.00,17,United Kingdom",
    "2,10B,BOWL,2,2010-12-01 09:00:00,5.005,,France",
    "3,10B,damaged,-1,2010-12-01 10:00:00,0,,United Kingdom",
    "C4,10A,MUG,-8,2010-12-01 11:00:00,2.50,17,United Kingdom",
    "C5,10B,BOWL,-1,2010-12-01 11:30:00,5.00,99,United Kingdom",  # no such sale
    "6,10A,MUG,8,2010-12-01 12:00:00,2.50,17,United Kingdom",
    "7,10A,MUG,lots,2010-12-01 13:00:00,2.50,17,United Kingdom",  # makes no sense
]


@pytest.fixture
def files(hub: Hub) -> Iterator[Hub]:
    """A hub with one integration that reads files."""
    hub.config.plugins_file.write_text('[integrations.files]\nplugin = "csv_orders"\n')
    files = open_hub(hub.config, hub.engine.url.render_as_string(hide_password=False))
    with files.transaction() as session:
        mirror(session, files.registry)
    yield files
    files.close()


def a_file(folder: Path, rows: list[str], name: str = "orders.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return path


def bring(files: Hub, path: Path, opening_stock: Literal["auto", "none"] = "auto") -> Report:
    return import_orders(files, path, "uk-shop", "online-retail", opening_stock=opening_stock)


def rejects_of(report: Report) -> list[dict[str, str]]:
    assert report.rejects is not None
    with report.rejects.open(newline="") as file:
        return list(csv.DictReader(file))


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


def test_importing_again_changes_nothing(files: Hub, session: Session, tmp_path: Path) -> None:
    path = a_file(tmp_path, ROWS)
    bring(files, path)
    everything = """
        select (select json_agg(o order by id) from orders o), (select json_agg(p order by id) from postings p),
               (select json_agg(m order by id) from stock_movements m), (select json_agg(c order by id) from cases c)
    """
    before = session.execute(text(everything)).one()
    session.commit()

    report = bring(files, path)

    assert (report.counts.unchanged, report.counts.created, report.counts.rejected) == (8, 0, 1)
    assert report.opening_units == 0
    assert session.execute(text(everything)).one() == before


def test_an_import_that_stopped_goes_on_where_it_was(
    files: Hub, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f"{n},10A,MUG,{n % 5 + 1},2010-12-01 08:{n % 60:02}:00,2.50,17,United Kingdom" for n in range(1, 200)]
    rows[150] = "151,10A,MUG,none,2010-12-01 08:00:00,2.50,17,United Kingdom"
    rows[10] = "11,10A,MUG,none,2010-12-01 08:00:00,2.50,17,United Kingdom"
    path = a_file(tmp_path, rows)
    monkeypatch.setattr(run, "BATCH_ROWS", 40)
    seen: list[int] = []

    def pull_the_plug(what: str, done: int, of: int) -> None:
        seen.append(done)
        if what == "importing" and session.execute(text("select count(*) from orders")).scalar_one() > 90:
            raise KeyboardInterrupt
        session.rollback()

    with pytest.raises(KeyboardInterrupt):
        import_orders(files, path, "uk-shop", "online-retail", progress=pull_the_plug)
    assert session.scalars(select(SyncRun.state)).one() is SyncState.FAILED
    half = session.execute(text("select count(*) from orders")).scalar_one()
    session.commit()
    assert 90 < half < 197

    report = bring(files, path)

    session.expire_all()
    sync = session.scalars(select(SyncRun)).one()
    assert report.resumed
    assert (sync.seen, sync.created, sync.rejected, sync.unchanged) == (199, 197, 2, 0)
    assert [row["line"] for row in rejects_of(report)] == ["12", "152"]
    assert session.execute(text("select count(*), min(on_hand) from orders, stock_levels")).one() == (197, 0)


def test_a_changed_credit_note_is_left_to_a_person(files: Hub, session: Session, tmp_path: Path) -> None:
    bring(files, a_file(tmp_path, ROWS))
    changed = [row.replace("-8", "-7") if row.startswith("C4") else row for row in ROWS]

    report = bring(files, a_file(tmp_path, changed, "corrected.csv"))

    assert (report.counts.unchanged, report.counts.rejected) == (7, 2)
    assert session.execute(text("select sum(amount_minor) from refunds")).scalar() == 2000


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


def test_a_write_off_of_more_than_is_there_is_rejected_alone(files: Hub, session: Session, tmp_path: Path) -> None:
    rows = [
        "1,10A,found,3,2010-12-01 08:00:00,0,,United Kingdom",
        "2,10A,damaged,-2,2010-12-01 09:00:00,0,,United Kingdom",
        "3,10A,damaged,-2,2010-12-01 09:30:00,0,,United Kingdom",
        "4,10B,thrown away,-1,2010-12-01 10:00:00,0,,United Kingdom",
        "5,10A,missing,-1,2010-12-01 11:00:00,0,,United Kingdom",
    ]

    report = bring(files, a_file(tmp_path, rows), "none")

    assert (report.counts.created, report.counts.rejected, report.counts.seen) == (3, 2, 5)
    told = [(row["line"], row["reason"], row["row"]) for row in rejects_of(report)]
    assert told == [
        ("4", "2 of 10A went, but only 1 were there that nobody was promised.", rows[2]),
        ("5", "1 of 10B went, but only 0 were there that nobody was promised.", rows[3]),
    ]
    assert on_hand(session) == {"10A": 0, "10B": 0}
    assert verify.run(files.engine) == []


def test_what_would_be_more_than_can_lie_anywhere_is_rejected_alone(
    files: Hub, session: Session, tmp_path: Path
) -> None:
    rows = [f"{n},10A,found,10000000,2010-12-01 08:00:00,0,,United Kingdom" for n in range(102)]

    report = bring(files, a_file(tmp_path, rows), "none")

    assert (report.counts.created, report.counts.rejected) == (100, 2)
    assert on_hand(session) == {"10A": 1_000_000_000}
    assert {row["reason"] for row in rejects_of(report)} == {
        "With 10,000,000 more of 10A there would be over 1,000,000,000 of it in one place."
    }
    assert verify.run(files.engine) == []


def test_what_was_rejected_for_want_of_stock_comes_in_once_it_is_there(
    files: Hub, session: Session, tmp_path: Path
) -> None:
    rows = [f"{n},10A,damaged,-2,2010-12-01 09:0{n}:00,0,,United Kingdom" for n in (1, 2)]
    path = a_file(tmp_path, rows)
    assert bring(files, path, "none").counts.rejected == 2
    assert bring(files, path, "none").counts.rejected == 2

    adjust(session, [Adjustment(sku="10A", location="main", reason=MovementReason.RECEIPT, delta=3)])
    session.commit()
    replay_everything(files, session)

    assert on_hand(session) == {"10A": 1}
    states = "select external_id, state from inbox_messages order by id"
    assert [tuple(row) for row in session.execute(text(states))] == [("1", "APPLIED"), ("2", "QUARANTINED")]
    adjust(session, [Adjustment(sku="10A", location="main", reason=MovementReason.RECEIPT, delta=1)])
    session.commit()
    assert (bring(files, path, "none").counts.created, on_hand(session)) == (1, {"10A": 0})
    assert verify.run(files.engine) == []


def test_a_document_that_came_in_part_keeps_the_rest_waiting(files: Hub, session: Session, tmp_path: Path) -> None:
    rows = [f"1,{sku},damaged,-2,2010-12-01 09:00:00,0,,United Kingdom" for sku in ("10A", "10B", "10A", "10A")]
    path = a_file(tmp_path, rows)
    bring(files, path, "none")
    received(session, "10A", 5)

    for expected in ((2, 0, 2), (0, 2, 2)):
        counts = bring(files, path, "none").counts
        assert (counts.created, counts.unchanged, counts.rejected) == expected
    assert on_hand(session) == {"10A": 1, "10B": 0}
    states = "select state, left_out, error from inbox_messages"
    ((state, left_out, error),) = session.execute(text(states)).all()
    assert (state, left_out) == ("QUARANTINED", ["2", "4"])
    assert "only 1 were there" in error

    mended = bring(files, a_file(tmp_path, rows[:2], "mended.csv"), "none").counts
    assert (mended.created, mended.rejected) == (0, 2)  # a part of it is booked under this number

    received(session, "10A", 3)
    replay_everything(files, session)
    assert on_hand(session) == {"10A": 2, "10B": 0}
    received(session, "10B", 2)
    counts = bring(files, path, "none").counts
    assert (counts.created, counts.unchanged, counts.rejected) == (1, 3, 0)
    assert on_hand(session) == {"10A": 2, "10B": 0}
    again = bring(files, path, "none").counts
    assert (again.created, again.unchanged, again.rejected) == (0, 4, 0)
    assert verify.run(files.engine) == []


def received(session: Session, sku: str, units: int) -> None:
    adjust(session, [Adjustment(sku=sku, location="main", reason=MovementReason.RECEIPT, delta=units)])
    session.commit()


def test_a_line_that_was_mended_late_does_not_open_a_finished_order_again(
    files: Hub, session: Session, tmp_path: Path
) -> None:
    broken = "1,10B,BOWL,two,2010-12-01 08:26:00,5.00,17,United Kingdom"
    path = a_file(tmp_path, [*ROWS[:3], broken])
    bring(files, path)
    a_file(tmp_path, [*ROWS[:3], broken.replace("two", "2")])

    for change in ("UPDATED", "UNCHANGED"):
        report = bring(files, path)
        run_jobs(files)

        assert (report.counts.updated, report.counts.unchanged) == ((4, 0) if change == "UPDATED" else (0, 4))
        session.commit()
        order = session.execute(
            text("select status, payment_status, fulfillment_status, total_minor, paid_minor from orders")
        ).one()
        assert tuple(order) == ("COMPLETED", "PAID", "FULFILLED", 4400, 4400)
        sent = session.execute(text("select sku, sum(quantity) from shipment_lines group by sku order by sku")).all()
        assert [tuple(row) for row in sent] == [("10A", 12), ("10B", 2)]
        assert verify.run(files.engine) == []


def test_replaying_all_documents_of_a_file_changes_nothing(files: Hub, session: Session, tmp_path: Path) -> None:
    bring(files, a_file(tmp_path, ROWS))
    a_file(tmp_path, [*ROWS[:5], ROWS[5].replace("-8", "-7"), *ROWS[6:]])
    bring(files, a_file(tmp_path, [ROWS[0], *ROWS[2:5], ROWS[5].replace("-8", "-7"), *ROWS[6:]]))
    run_jobs(files)
    before = everything(session)

    replay_everything(files, session)

    assert everything(session) == before
    one = session.scalars(text("select id from inbox_messages where kind = 'uk-shop/order' order by id")).first()
    inbox.replay(session, [one or 0])
    session.commit()
    run_jobs(files)
    assert everything(session) == before  # an older telling by itself does not win either


def test_an_order_that_the_mapping_reads_better_now_is_brought_up_to_date_by_a_replay(
    files: Hub, session: Session, tmp_path: Path
) -> None:
    """Two cents of rounding are a discount in the mended mapping: the kept rows are enough to read it again."""
    bundled = Path(csv_orders.__file__).parent / "mappings" / "online-retail.toml"
    mapping = tmp_path / "own.toml"
    mapping.write_text(bundled.read_text())
    import_orders(files, a_file(tmp_path, ROWS[:3]), "uk-shop", str(mapping))
    (tmp_path / "orders.csv").unlink()
    mapping.write_text(bundled.read_text().replace('"POST"', '"POSTS"').replace("POST|", "POSTS|"))

    replay_everything(files, session)

    session.expire_all()
    assert session.execute(text("select shipping_minor, total_minor from orders")).one() == (0, 3400)


def on_hand(session: Session) -> dict[str, int]:
    session.commit()
    found = session.execute(text("select sku, on_hand from stock_levels l join items on items.id = item_id order by 1"))
    return {row.sku: row.on_hand for row in found}


def everything(session: Session) -> list[Any]:
    session.commit()
    tables = (
        "orders",
        "order_lines",
        "postings",
        "stock_movements",
        "cases",
        "refunds",
        "shipments",
        "events",
        "inbox_messages",
    )
    columns = "to_jsonb(t) - 'processed_at'"
    return [session.execute(text(f"select {columns} from {table} t order by id")).all() for table in tables]


def replay_everything(files: Hub, session: Session) -> None:
    inbox.replay(session, session.scalars(text("select id from inbox_messages")).all())
    session.commit()
    run_jobs(files)
