"""Real rows become orders, credit notes and stock changes; what makes no sense is named, row by row."""

import gzip
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crossdock import (
    AdjustmentData,
    BadData,
    Batch,
    CreditNoteData,
    Document,
    Integration,
    LineKind,
    Money,
    OrderData,
    RejectedRow,
    StockChangeData,
    StockReason,
)
from plugins.csv_orders import read, survey
from plugins.csv_orders.channel import CsvOrders
from plugins.csv_orders.settings import CsvOrdersSettings

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
CHANNEL = CsvOrders(Integration("files", "csv_orders", CsvOrdersSettings()))


def a_row(
    number: str = "536365",
    sku: str = "85123A",
    quantity: str = "6",
    price: str = "2.55",
    *,
    name: str = "HOLDER",
    at: str = "2010-12-01 08:26:00",
    customer: str = "17850.0",
    country: str = "United Kingdom",
) -> str:
    return f"{number},{sku},{name},{quantity},{at},{price},{customer},{country}"


def batches_of(folder: Path, *rows: str, header: str = HEADER) -> list[Batch]:
    path = folder / "orders.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    return list(CHANNEL.open(path, "online-retail"))


def documents_of(folder: Path, *rows: str) -> list[Document]:
    return [each.document for batch in batches_of(folder, *rows) for each in batch.documents]


def rejected_of(folder: Path, *rows: str) -> list[RejectedRow]:
    return [each for batch in batches_of(folder, *rows) for each in batch.rejected]


def an_order(folder: Path, *rows: str) -> OrderData:
    (document,) = documents_of(folder, *rows)
    assert isinstance(document, OrderData)
    return document


def test_three_real_days_add_up_to_the_penny() -> None:
    sample = CHANNEL.sample()
    assert sample is not None
    rows, totals, kinds = 0, Counter[str](), Counter[str]()
    for batch in CHANNEL.open(sample.path, sample.mapping):
        rows += batch.rows
        assert batch.rejected == ()
        for document in (each.document for each in batch.documents):
            kinds[type(document).__name__] += 1
            if not isinstance(document, StockChangeData):
                totals[type(document).__name__] += document.total.minor

    assert rows == 7419
    assert kinds == {"OrderData": 337, "CreditNoteData": 36, "StockChangeData": 45}
    assert totals == {"OrderData": 153_652_88, "CreditNoteData": 3_189_58}


def test_an_invoice_is_an_order_paid_and_shipped_on_its_date(tmp_path: Path) -> None:
    order = an_order(tmp_path, a_row(), a_row(sku="post", quantity="1", price="18.0"))

    at = datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    assert (order.external_id, order.placed_at, order.total) == ("536365", at, Money(3330, "GBP"))
    assert [(line.sku, line.kind, line.quantity) for line in order.lines] == [
        ("85123A", LineKind.GOODS, 6),
        ("POST", LineKind.SHIPPING, 1),
    ]
    assert order.customer.key == "17850"
    assert order.shipping_address is not None
    assert order.shipping_address.country == "GB"
    assert [payment.amount for payment in order.payments] == [Money(3330, "GBP")]
    assert [shipment.shipped_at for shipment in order.fulfillments] == [at]


def test_summer_time_is_that_of_the_shop(tmp_path: Path) -> None:
    assert an_order(tmp_path, a_row(at="2011-07-01 12:00:00")).placed_at.hour == 11


def test_an_order_with_two_timestamps_was_placed_at_the_first(tmp_path: Path) -> None:
    order = an_order(tmp_path, a_row(at="2010-12-01 16:58:00"), a_row(at="2010-12-01 16:57:00"))

    assert order.placed_at.minute == 57


def test_exact_duplicates_are_lines_of_their_own(tmp_path: Path) -> None:
    order = an_order(tmp_path, a_row(), a_row())

    assert [line.external_id for line in order.lines] == ["1", "2"]
    assert order.total == Money(3060, "GBP")


def test_a_price_finer_than_a_penny_is_rounded_once_per_line(tmp_path: Path) -> None:
    order = an_order(tmp_path, a_row(quantity="1500", price="0.001"), a_row(quantity="1", price="0.005"))

    assert [line.total.minor for line in order.lines] == [150, 1]


def test_a_credit_note_has_positive_lines(tmp_path: Path) -> None:
    (note,) = documents_of(tmp_path, a_row("C536379", "D", "-1", "27.5"), a_row("C536379", quantity="-2"))

    assert isinstance(note, CreditNoteData)
    assert note.total == Money(3260, "GBP")
    assert [(line.kind, line.quantity) for line in note.lines] == [(LineKind.DISCOUNT, 1), (LineKind.GOODS, 2)]


def test_bad_debt_keeps_its_sign(tmp_path: Path) -> None:
    (adjustment,) = documents_of(tmp_path, a_row("A563186", "B", "1", "-11062.06", customer=""))

    assert isinstance(adjustment, AdjustmentData)
    assert adjustment.total == Money(-1106206, "GBP")


@pytest.mark.parametrize(
    ("quantity", "note", "reason"),
    [
        ("-5", "wet damaged", StockReason.DAMAGE),
        ("-5", "thrown away", StockReason.WRITE_OFF),
        ("-5", "?", StockReason.CORRECTION),
        ("-5", "found", StockReason.CORRECTION),
        ("5", "found", StockReason.FOUND),
        ("5", "", StockReason.FOUND),
    ],
)
def test_rows_without_price_and_customer_change_stock(
    tmp_path: Path, quantity: str, note: str, reason: StockReason
) -> None:
    (change,) = documents_of(tmp_path, a_row(quantity=quantity, price="0.0", name=note, customer=""))

    assert isinstance(change, StockChangeData)
    assert [(line.delta, line.reason, line.note) for line in change.lines] == [(int(quantity), reason, note)]


@pytest.mark.parametrize("customer", ["", "17850.0"])
def test_a_row_without_price_beside_a_sale_is_a_gift(tmp_path: Path, customer: str) -> None:
    order = an_order(tmp_path, a_row(sku="FREE", price="0.0", customer=customer), a_row(customer=customer))

    assert [(line.sku, line.total.minor) for line in order.lines] == [("FREE", 0), ("85123A", 1530)]


def test_postage_cannot_be_found_on_a_shelf(tmp_path: Path) -> None:
    (row,) = rejected_of(tmp_path, a_row(sku="POST", quantity="800", price="0.0", customer=""))

    assert (row.line, row.column) == (2, "StockCode")
    assert row.reason == "POST is shipping: there is no stock of it to correct."


@pytest.mark.parametrize(
    ("bad", "column", "reason"),
    [
        (a_row(quantity="six"), "Quantity", "'six' is no whole number."),
        (a_row(quantity="1.5"), "Quantity", "'1.5' is no whole number."),
        (a_row(quantity="0"), "Quantity", "The quantity is 0."),
        (a_row(quantity="10000001"), "Quantity", "10000001 is more than one row can sell."),
        (a_row(quantity="9" * 40), "Quantity", f"{'9' * 40} is more than one row can sell."),
        (a_row(price="NaN"), "UnitPrice", "'NaN' is no amount."),
        (a_row(price="1e5"), "UnitPrice", "'1e5' is no amount."),
        (a_row(price="99999999999"), "UnitPrice", "99999999999 GBP is no sensible price."),
        (a_row(at="2011-02-30 10:00:00"), "InvoiceDate", "'2011-02-30 10:00:00' is no date of the form"),
        (a_row(at="0001-01-01 10:00:00"), "InvoiceDate", "The year 1 is not sensible."),
        (a_row(country="Atlantis"), "Country", "'Atlantis' is no known country."),
        (a_row(sku=" "), "StockCode", "The row names no SKU."),
        (a_row(number=""), "InvoiceNo", "The row names no document."),
        (a_row(quantity="-1"), "Quantity", "A sale of fewer than no units."),
        (a_row(number="C1"), "Quantity", "A credit row with a positive quantity and a positive price means"),
        ("536365,85123A,x", None, "It has 3 fields, and the header 8."),
    ],
)
def test_a_row_that_makes_no_sense_is_rejected_alone(tmp_path: Path, bad: str, column: str | None, reason: str) -> None:
    batches = batches_of(tmp_path, a_row("1"), bad, a_row("2"))
    (row,) = [each for batch in batches for each in batch.rejected]

    assert (row.line, row.column) == (3, column)
    assert row.reason.startswith(reason)
    assert row.mend
    assert [each.document.external_id for batch in batches for each in batch.documents] == ["1", "2"]
    assert sum(batch.rows for batch in batches) == 3


def test_a_line_keeps_its_name_when_a_row_before_it_is_mended(tmp_path: Path) -> None:
    broken = an_order(tmp_path, a_row(quantity="x"), a_row(sku="B1"))
    mended = an_order(tmp_path, a_row(quantity="1"), a_row(sku="B1"))

    assert broken.lines[0] == mended.lines[1]
    assert broken.fingerprint != mended.fingerprint


def test_rows_that_do_not_lie_together_are_one_document(tmp_path: Path) -> None:
    documents = documents_of(tmp_path, a_row("1"), a_row("2"), a_row("1", sku="B1"), a_row("3"), a_row("1", sku="C1"))

    assert [(each.external_id, len(each.lines)) for each in documents] == [("2", 1), ("3", 1), ("1", 3)]


def test_a_ragged_row_of_a_document_that_ended_does_not_hold_it_back(tmp_path: Path) -> None:
    batches = batches_of(tmp_path, a_row("1"), a_row("2"), "1,85123A", a_row("3"))

    assert [each.document.external_id for batch in batches for each in batch.documents] == ["1", "2", "3"]
    assert [each.line for batch in batches for each in batch.rejected] == [4]


def test_a_file_too_scattered_to_hold_says_how_to_sort_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [a_row(str(number % 50)) for number in range(100)]

    monkeypatch.setattr(read, "_MOST_HELD", 10)
    with pytest.raises(BadData, match="Sort the file by InvoiceNo"):
        batches_of(tmp_path, *rows)

    monkeypatch.setattr(survey, "_MOST_SCATTERED", 10)
    with pytest.raises(BadData, match="Sort the file by InvoiceNo"):
        batches_of(tmp_path, *rows)


@pytest.mark.parametrize(
    ("header", "sentence"),
    [
        (HEADER.replace("Quantity", "Qty"), "column 'Quantity', which the mapping reads as quantity, is missing"),
        (HEADER + ",Colour", "column 9 'Colour' is unknown to the mapping. It knows InvoiceNo"),
        (HEADER.replace(",Country", ""), "column 'Country', which the mapping reads as country, is missing"),
        (HEADER + ",Country", "column 9 'Country' is there twice"),
    ],
)
def test_a_header_that_does_not_fit_refuses_the_file(tmp_path: Path, header: str, sentence: str) -> None:
    with pytest.raises(BadData) as refused:
        batches_of(tmp_path, a_row(), header=header)

    assert refused.value.message.startswith("orders.csv, line 1: ")
    assert sentence in refused.value.message


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (f"{HEADER}\n{a_row(name='CAFÉ')}\n".encode("latin-1"), "line 2: character 18 is not utf-8 (byte 0xC9)"),
        (HEADER.encode("utf-16"), "line 1: the file is UTF-16, not utf-8"),
        (f"{HEADER}\n{a_row(name='A' + chr(0))}\n".encode(), "line 2: character 16 is a NUL, which no text holds"),
        (f'{HEADER}\n{a_row()}\n1,"2\n'.encode(), "line 3: unexpected end of data"),
        (HEADER.encode() + b"\n" + b"x" * 2_000_000, "line 2: it is longer than"),
        (gzip.compress(b"x" * 100, mtime=0)[:-9] + b"damaged!!", "gzip file is"),
    ],
    ids=["another encoding", "utf-16", "a NUL", "an open quote", "no lines", "a damaged gzip"],
)
def test_a_file_that_is_damaged_is_refused_where_it_is(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(content)

    with pytest.raises(BadData) as refused:
        list(CHANNEL.open(path, "online-retail"))

    assert sentence in refused.value.message


def test_what_is_kept_of_a_document_is_read_again_to_the_same_one(tmp_path: Path) -> None:
    rows = [a_row(name='"Cup, ""small""\nblue"'), a_row()]
    given = [each for batch in batches_of(tmp_path, *rows) for each in batch.documents]

    for imported in given:
        (again,) = CHANNEL.reread(imported.raw, "online-retail")
        assert replace(again.document, source=None) == replace(imported.document, source=None)
        assert again.raw == imported.raw


def test_what_was_kept_and_means_nothing_any_more_is_a_sentence() -> None:
    with pytest.raises(BadData, match="'lots' is no whole number"):
        CHANNEL.reread(f"{HEADER}\n{a_row(quantity='lots')}\n", "online-retail")


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\r\n{a_row()}\r\n\r\n".encode())

    assert sum(batch.rows for batch in CHANNEL.open(path, "online-retail")) == 1


def test_a_file_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="cannot be read: No such file"):
        list(CHANNEL.open(tmp_path / "nothing.csv", "online-retail"))


def test_another_mapping_makes_every_document_another_one(tmp_path: Path) -> None:
    mappings = Path(read.__file__).parent / "mappings"
    own = tmp_path / "own"
    own.mkdir()
    text = (mappings / "online-retail.toml").read_text()
    (own / "mine.toml").write_text(text.replace('kind = "MANUAL"', 'kind = "GOODS"'))
    channel = CsvOrders(Integration("files", "csv_orders", CsvOrdersSettings(mappings=own)))
    path = tmp_path / "orders.csv"
    path.write_text(f"{HEADER}\n{a_row()}\n")

    prints = {
        each.document.fingerprint
        for name in ("mine", "online-retail", str(own / "mine.toml"))
        for batch in channel.open(path, name)
        for each in batch.documents
    }

    assert list(channel.mappings()) == ["mine", "online-retail"]
    assert len(prints) == 2


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('currency = "GBP"', 'currency = "QQQ"'), "key file.currency: 'QQQ' is not a currency"),
        (('timezone = "Europe/London"', 'timezone = "Mars"'), "key file.timezone: 'Mars' is no time zone"),
        (('pattern = "D"', 'pattern = "("'), "is no regular expression"),
        (("[history]", "[histroy]"), "key histroy: Extra inputs are not permitted"),
        (("[file]", "[file"), "is no TOML"),
    ],
)
def test_a_mapping_that_is_wrong_names_its_key(tmp_path: Path, change: tuple[str, str], sentence: str) -> None:
    text = (Path(read.__file__).parent / "mappings" / "online-retail.toml").read_text()
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(*change))

    with pytest.raises(BadData) as refused:
        CHANNEL.open(tmp_path / "orders.csv", str(path))

    assert sentence in refused.value.message


@pytest.mark.parametrize("name", ["nothing", "../online-retail", "/etc/passwd", "nothing.toml"])
def test_a_mapping_that_is_not_there_names_those_that_are(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadData, match=r"There is no mapping .* one of: online-retail"):
        CHANNEL.open(tmp_path / "orders.csv", name)


def test_memory_stays_flat_as_the_file_grows(tmp_path: Path) -> None:
    """Only batches are held: with many more rows than a batch has, no batch grows."""
    rows = [a_row(str(number)) for number in range(5_000)]
    path = tmp_path / "orders.csv"
    path.write_text("\n".join((HEADER, *rows)))

    sizes = [batch.rows for batch in CHANNEL.open(path, "online-retail", batch_rows=100)]

    assert max(sizes) == 100
    assert sum(sizes) == 5_000
