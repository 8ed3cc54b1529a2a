"""What a supplier of any format gets for nothing: files that are too large, too many, or gone meanwhile."""

from pathlib import Path
from typing import Any

import pytest

from crossdock import BadData, Context, FileNews, FileSupplier, FolderSettings, InFile, OutFile, Retryable, Sending
from crossdock.exchange import disk, incoming
from crossdock.supplier import SupplierUpdate
from crossdock.testing import SupplierContract, Tray, a_context
from crossdock.testing.context import NOON


class Words:
    """A format: each line of a file is news of the order that it names."""

    def render(self, sending: Sending) -> OutFile:
        return OutFile(name=f"{sending.stem}.txt", content=sending.order.reference.encode())

    def tells_stock(self, name: str) -> bool:
        return name.startswith("stock")

    def parse(self, file: InFile) -> FileNews:
        if file.content == b"nonsense":
            raise BadData("It means nothing.")
        return FileNews(
            updates=[
                SupplierUpdate(
                    update_id=f"{file.checksum}:{line}", reference=each, sequence=1, at=NOON, lines=(), source=file.name
                )
                for line, each in enumerate(file.content.decode().split())
            ]
        )


@pytest.fixture
def tray() -> Tray:
    return Tray()


@pytest.fixture
def supplier(tray: Tray) -> FileSupplier:
    return FileSupplier(Words(), FolderSettings(), opener=tray.open)


def ctx(home: Path, cursor: str | None = None, key: str = "") -> Context[Any]:
    return a_context(FolderSettings(), home, cursor=cursor, key=key)


def test_a_file_that_is_too_large_is_told_of_once_and_left_alone(
    supplier: FileSupplier, tray: Tray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "LARGEST_FILE", 100)
    tray.inbox = {"ack-1.txt": b"x" * 101, "ack-2.txt": b"fo_1"}

    first = supplier.fetch_updates(ctx(tmp_path))
    second = supplier.fetch_updates(ctx(tmp_path, first.cursor))

    assert [update.reference for update in first.items] == ["fo_1"]
    assert [bad.reason for bad in first.quarantined] == ["ack-1.txt is larger than 0 MB and was not read."]
    assert (second.items, second.quarantined) == ((), ())
    assert list(tray.inbox) == ["ack-1.txt"]
    tray.inbox["ack-1.txt"] += b"x"
    assert supplier.fetch_updates(ctx(tmp_path)).quarantined


def test_one_call_takes_so_many_files_and_the_next_the_rest(
    supplier: FileSupplier, tray: Tray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "MOST_FILES", 2)
    tray.inbox = {f"ack-{number}.txt": f"fo_{number}".encode() for number in range(5)}
    told: list[list[str]] = []
    cursor = None
    for _ in range(4):
        news = supplier.fetch_updates(ctx(tmp_path, cursor))
        cursor = news.cursor
        told.append([update.reference for update in news.items])

    assert told == [["fo_0", "fo_1"], ["fo_2", "fo_3"], ["fo_4"], []]


def test_so_many_bytes_are_enough_for_one_call(
    supplier: FileSupplier, tray: Tray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "MOST_BYTES", 5)
    tray.inbox = {f"ack-{number}.txt": f"fo_{number}".encode() for number in range(5)}

    assert [update.reference for update in supplier.fetch_updates(ctx(tmp_path)).items] == ["fo_0", "fo_1"]


def test_an_empty_or_senseless_file_is_put_away_as_a_whole_and_our_copy_stays(
    supplier: FileSupplier, tray: Tray, tmp_path: Path
) -> None:
    tray.inbox = {"ack-1.txt": b"", "../ack-2.txt": b"nonsense"}

    news = supplier.fetch_updates(ctx(tmp_path))
    supplier.fetch_updates(ctx(tmp_path, news.cursor))

    assert tray.inbox == {}
    assert [bad.reason for bad in news.quarantined] == ["It means nothing."]
    assert [path.read_bytes() for path in (tmp_path / "quarantine").iterdir()] == [b"nonsense"]
    assert [path.name[13:] for path in (tmp_path / "done").iterdir() if path.is_file()] == ["ack-1.txt"]


def test_stock_and_news_are_read_each_by_its_own_verb(supplier: FileSupplier, tray: Tray, tmp_path: Path) -> None:
    tray.inbox = {"stock-1.txt": b"", "ack-1.txt": b"fo_1"}

    assert supplier.fetch_stock(ctx(tmp_path)).cursor != supplier.fetch_updates(ctx(tmp_path)).cursor
    assert [each.name for each in supplier.check(ctx(tmp_path))] == ["files"]


def test_a_file_that_was_surely_not_released_is_sent_the_next_time(
    supplier: FileSupplier, tray: Tray, tmp_path: Path
) -> None:
    tray.breaks["release"] = (False, Retryable("The disk is full."))
    asked = ctx(tmp_path, key="a")
    with pytest.raises(Retryable):
        supplier.submit(asked, SupplierContract.order)
    tray._staged.clear()  # they tidy up what is unfinished

    assert supplier.find_submission(asked, SupplierContract.order) is None
    supplier.submit(asked, SupplierContract.order)

    assert [file.name for file in tray.sent] == ["000001-a.txt"]


def test_who_waits_too_long_for_another_process_tries_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "_PATIENCE_SECONDS", 0.0)
    with (
        disk.locked(tmp_path / ".lock"),
        pytest.raises(Retryable, match="still exchanges"),
        disk.locked(tmp_path / ".lock"),
    ):
        pass
    with disk.locked(tmp_path / ".lock"):
        pass
