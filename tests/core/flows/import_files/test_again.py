"""Again without effect, and on from where it stopped."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from core.flows import inbox
from core.flows.import_files import import_orders, run
from core.hub import Hub
from core.integrations.models import SyncRun, SyncState
from core.jobs.run import run_jobs
from plugins import csv_orders
from tests.core.flows.import_files.history import ROWS, a_file, bring, rejects_of, replay_everything


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
