"""What is rejected, alone, and comes in once it fits."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from core import verify
from core.flows.stock import Adjustment, adjust
from core.hub import Hub
from core.jobs.run import run_jobs
from core.stock.models import MovementReason
from tests.core.flows.import_files.history import ROWS, a_file, bring, on_hand, rejects_of, replay_everything


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
