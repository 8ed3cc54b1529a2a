"""Files written once and whole; files read until confirmed; bad rows and bad files set aside, never lost."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossdock import Context, Integration, Retryable, Submission, SupplierOrder, Updates
from crossdock.testing import SupplierContract, a_context
from plugins.folder_supplier.render import checksum, sealed
from plugins.folder_supplier.sandbox import FolderPlayer
from plugins.folder_supplier.settings import FolderSupplierSettings
from plugins.folder_supplier.supplier import FolderSupplier

ORDER = SupplierContract.order
ACK = "reference,line,sku,status,quantity,reason,substitute_sku,ship_by,supplier_order\n"


class Desk:
    """One supplier with its folder, and shortcuts to talk to it."""

    def __init__(self, home: Path, **settings: object) -> None:
        self.home = home
        self.settings = FolderSupplierSettings.model_validate(settings)
        self.integration = Integration("dropship", "folder_supplier", self.settings)
        self.supplier = FolderSupplier(self.integration)
        (home / "inbound").mkdir()

    def ctx(self, key: str = "", cursor: str | None = None) -> Context[FolderSupplierSettings]:
        return a_context(self.settings, self.home, key=key, cursor=cursor)

    def submit(self, key: str = "fo_17", order: SupplierOrder = ORDER) -> Submission:
        return self.supplier.submit(self.ctx(key), order)

    def updates(self, cursor: str | None = None) -> Updates:
        return self.supplier.fetch_updates(self.ctx(cursor=cursor))

    def receive(self, name: str, content: str | bytes) -> None:
        path = self.home / "inbound" / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def files(self, part: str) -> list[str]:
        return sorted(path.name for path in (self.home / part).iterdir() if not path.name.startswith("."))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_an_order_file_carries_sequence_key_lines_and_checksum(desk: Desk) -> None:
    desk.submit()

    text = (desk.home / "orders" / "000001-fo_17.csv").read_text()
    rows = list(csv.reader(text.splitlines()))

    assert rows[0][:6] == ["HEADER", "ORDER", "1", "fo_17", "1042", "fo_17"]
    assert rows[1][:4] == ["SHIP_TO", "Ada, Lovelace", "", '12 "St" James']
    assert rows[2] == ["LINE", "1", "85123A", "", "6", "Holder, white"]
    assert rows[4] == ["TRAILER", "2", checksum(text[: text.index("TRAILER")])]


def test_sequences_rise_and_a_key_keeps_its_own(desk: Desk) -> None:
    assert [desk.submit(key).external_id for key in ("a", "b", "a", "c")] == ["000001", "000002", "000001", "000003"]


def test_an_order_that_the_supplier_took_away_is_still_found_and_not_written_again(desk: Desk) -> None:
    desk.submit()
    (desk.home / "orders" / "000001-fo_17.csv").unlink()

    found = desk.supplier.find_submission(desk.ctx("fo_17"), ORDER)
    desk.submit()

    assert found is not None
    assert desk.files("orders") == []


@pytest.mark.parametrize("suffix", [".csv", ".draft"])
def test_what_an_earlier_release_sent_is_known_and_what_it_drafted_is_sent(desk: Desk, suffix: str) -> None:
    desk.submit()
    sent = (desk.home / "orders" / "000001-fo_17.csv").read_text()
    for path in [*(desk.home / "sent").iterdir(), *(desk.home / "orders").iterdir()]:
        path.unlink()
    (desk.home / "sent" / f"fo_17{suffix}").write_text(sent)

    found = desk.supplier.find_submission(desk.ctx("fo_17"), ORDER)
    again = desk.submit()

    assert (found is not None) is (suffix == ".csv")
    assert again.external_id == "000001"
    assert desk.files("orders") == ([] if suffix == ".csv" else ["000001-fo_17.csv"])
    assert desk.submit("fo_18").external_id == "000002"


def test_a_receipt_that_an_earlier_release_gave_out_is_still_known(desk: Desk) -> None:
    desk.receive("ack-1.csv", ACK + "fo_17,1,CUP,accepted,6,,,,\n")
    cursor = desk.updates().cursor
    assert cursor is not None
    without_handles = json.dumps([entry[:3] for entry in json.loads(cursor)])

    assert desk.updates(without_handles).items == ()
    assert [name[13:] for name in desk.files("done")] == ["ack-1.csv"]


@pytest.mark.parametrize("key", ["a/b", "../up", ".hidden", "x" * 300, "käse", ""])
def test_any_key_is_a_safe_file_name(desk: Desk, key: str) -> None:
    desk.submit(key)
    desk.submit("a_b")

    assert len(desk.files("orders")) == 2
    assert all(path.parent == desk.home / "orders" for path in (desk.home / "orders").resolve().iterdir())


def test_a_folder_that_cannot_be_used_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    desk = Desk(tmp_path, folder=tmp_path / "file" / "below")

    with pytest.raises(Retryable, match="cannot be used"):
        desk.submit()


def test_a_supplier_accepts_part_rejects_part_and_offers_a_substitute(desk: Desk) -> None:
    desk.submit()
    FolderPlayer(desk.integration, has={"85123A": 3}, offers={"85123A": "85123B"}).play(desk.ctx())

    (update,) = desk.updates().items

    assert [(line.kind, line.sku, line.quantity, line.substitute_sku) for line in update.lines] == [
        ("PARTIAL", "85123A", 3, None),
        ("SUBSTITUTED", "85123A", 1, "85123B"),
        ("REJECTED", "85123A", 2, None),
        ("ACCEPTED", "71053", 2, None),
    ]
    assert update.reference == "fo_17"
    assert update.source == "ack-000001.csv line 2"


def test_what_was_accepted_is_shipped_the_next_time_even_by_another_process(desk: Desk) -> None:
    desk.submit()
    FolderPlayer(desk.integration).play(desk.ctx())
    FolderPlayer(desk.integration).play(desk.ctx())

    acknowledged, shipped = desk.updates().items

    assert acknowledged.sequence < shipped.sequence
    assert [(line.kind, line.quantity) for line in shipped.lines] == [("SHIPPED", 6), ("SHIPPED", 2)]
    assert shipped.tracking_number == "PV1"


@pytest.mark.parametrize(("ships", "answer"), [(False, "CANCELLED"), (True, "CANCEL_REFUSED")])
def test_a_cancellation_is_answered_by_what_has_left(desk: Desk, answer: str, *, ships: bool) -> None:
    player = FolderPlayer(desk.integration, ships=ships)
    desk.submit()
    player.play(desk.ctx())
    player.play(desk.ctx())
    desk.supplier.request_cancel(desk.ctx("cancel-17"), ORDER)
    player.play(desk.ctx())

    assert {line.kind for line in desk.updates().items[-1].lines} == {answer}


def test_files_stay_until_the_hub_has_confirmed_them(desk: Desk) -> None:
    desk.receive("ack-1.csv", ACK + "fo_17,1,CUP,accepted,6,,,,\n")

    first = desk.updates()
    assert desk.files("inbound") == ["ack-1.csv"]

    assert desk.updates(first.cursor).items == ()
    assert desk.files("inbound") == []
    assert [name[13:] for name in desk.files("done")] == ["ack-1.csv"]


def test_the_same_content_under_another_name_has_no_effect(desk: Desk) -> None:
    content = ACK + "fo_17,1,CUP,accepted,6,,,,\n"
    desk.receive("ack-1.csv", content)
    cursor = desk.updates().cursor
    desk.receive("ack-2.csv", content)

    assert desk.updates(cursor).items == ()
    assert desk.files("inbound") == []


def test_a_file_that_replaced_another_before_it_was_confirmed_is_read(desk: Desk) -> None:
    desk.receive("ack-1.csv", ACK + "fo_17,1,CUP,accepted,6,,,,\n")
    cursor = desk.updates().cursor
    desk.receive("ack-1.csv", ACK + "fo_18,1,CUP,accepted,1,,,,\n")

    assert [update.reference for update in desk.updates(cursor).items] == ["fo_18"]


def test_files_that_are_still_being_written_are_left_alone(desk: Desk) -> None:
    for name in (".ack-1.csv", "ack-1.csv.part", "ack-1.csv.tmp"):
        desk.receive(name, ACK + "half a li")

    assert desk.updates() == Updates()


def test_a_bad_row_is_set_aside_with_file_line_and_reason_and_the_others_count(desk: Desk) -> None:
    rows = [
        "fo_1,1,CUP,accepted,6,,,,",
        "fo_2,1,CUP,perhaps,6,,,,",
        "fo_3,1,CUP,accepted,-1,,,,",
        "fo_4,1,CUP,accepted,2147483648,,,,",
        "fo_5,1,CUP",
        ",1,CUP,accepted,6,,,,",
        "fo_7,1,CUP,substituted,6,,,,",
        "fo_8,1,CUP,accepted,6,,,tomorrow,",
        "fo_9,1,CUP,rejected,6,out of stock,,,",
    ]
    desk.receive("ack-3.csv", ACK + "\n".join(rows) + "\n")

    news = desk.updates()

    assert [update.reference for update in news.items] == ["fo_1", "fo_9"]
    assert [(bad.source, bad.line, bad.reason) for bad in news.quarantined] == [
        (
            "ack-3.csv",
            3,
            (
                "status 'perhaps' is unknown; there are accepted, partial, rejected, substituted, "
                "cancelled, cancel_refused."
            ),
        ),
        ("ack-3.csv", 4, "quantity '-1' is no whole number of 1 or more."),
        ("ack-3.csv", 5, "quantity '2147483648' is no whole number of 1 or more."),
        ("ack-3.csv", 6, "it has 3 fields, and the header 9."),
        ("ack-3.csv", 7, "reference is empty."),
        ("ack-3.csv", 8, "substitute_sku is empty."),
        ("ack-3.csv", 9, "'tomorrow' is no time, such as 2026-11-22T14:00:00Z."),
    ]
    assert news.quarantined[0].payload == "fo_2,1,CUP,perhaps,6,,,,"


def bad_files() -> Iterator[tuple[str, bytes, str]]:
    whole = sealed([ACK.strip().split(","), ["fo_1", "1", "CUP", "accepted", "6", "", "", "", ""]], 1)
    yield "ack-1.csv", whole.replace("accepted", "rejected").encode(), "line 3: the checksum does not fit"
    yield "ack-1.csv", whole.replace("TRAILER,1", "TRAILER,2").encode(), "the trailer does not fit the 1 rows"
    yield "ack-1.csv", ACK.replace("status", "state").encode(), "line 1: column 'status' is missing"
    yield "ack-1.csv", ACK.replace("reason", "why").encode(), "line 1: column 'why' is unknown"
    yield "ack-1.csv", ACK.replace("reason", "status").encode(), "line 1: a column is there twice"
    yield "ack-1.csv", ACK.encode() + b'fo_1,1,"CUP', "unexpected end of data"
    yield "ack-1.csv", ACK.encode() + b"fo_1,1,caf\xe9,accepted,1,,,,\n", "line 2: it is not UTF-8"
    yield "ack-1.csv", b"", "is missing"
    yield "holiday.txt", b"We are closed.", "nobody knows what it is"


@pytest.mark.parametrize(("name", "content", "sentence"), list(bad_files()))
def test_a_file_that_cannot_be_trusted_goes_to_quarantine_as_a_whole(
    desk: Desk, name: str, content: bytes, sentence: str
) -> None:
    desk.receive(name, content)

    news = desk.updates()
    desk.updates(news.cursor)

    assert news.items == ()
    assert [sentence in bad.reason for bad in news.quarantined] == [True]
    assert [each[13:] for each in desk.files("quarantine")] == [name]


def test_a_file_without_a_trailer_is_refused_where_one_is_required(tmp_path: Path) -> None:
    desk = Desk(tmp_path, require_trailer=True)
    desk.receive("ack-1.csv", ACK + "fo_1,1,CUP,accepted,6,,,,\n")

    assert "there is no trailer" in desk.updates().quarantined[0].reason


def test_stock_is_told_with_its_time_in_the_supplier_s_zone(tmp_path: Path) -> None:
    desk = Desk(tmp_path, timezone="Europe/Berlin", stock_is_complete=True)
    desk.receive("stock-1.csv", "sku,quantity,as_of\nCUP,5,2026-07-01T12:00:00\nPLATE,0,2026-07-01T12:00:00Z\n")

    snapshot = desk.supplier.fetch_stock(desk.ctx())

    assert [(row.sku, row.quantity, f"{row.as_of:%H:%M}") for row in snapshot.rows] == [
        ("CUP", 5, "10:00"),
        ("PLATE", 0, "12:00"),
    ]
    assert snapshot.complete
    assert desk.updates() == Updates()  # stock is not taken for news of orders


def test_a_shipment_tells_carrier_number_and_cost(desk: Desk) -> None:
    header = "reference,line,sku,quantity,carrier,service,tracking_number,shipped_at,cost\n"
    desk.receive(
        "ship-9.csv",
        header
        + "fo_1,1,CUP,6,Van,Fast,V1,2026-03-02T09:00:00Z,4.20\n"
        + "fo_1,2,PLATE,1,Van,Fast,V1,2026-03-02T09:00:00Z,4.20\n"
        + "fo_1,2,PLATE,1,Van,Fast,V2,2026-03-02T09:00:00Z,4.20\n"
        + "fo_1,2,PLATE,1,Van,Fast,V2,2026-03-02T09:00:00Z,4.205\n",
    )

    news = desk.updates()

    assert [(update.tracking_number, len(update.lines), str(update.cost)) for update in news.items] == [
        ("V1", 2, "4.20 GBP"),
        ("V2", 1, "4.20 GBP"),
    ]
    assert [bad.reason for bad in news.quarantined] == ["4.205 has too many decimals: GBP has 2."]
