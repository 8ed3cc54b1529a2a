"""Returns: reports that Amazon takes its time to write, and what their rows mean."""

from datetime import timedelta

import pytest

from crossdock import (
    BadData,
    ChannelReturn,
    ChannelReturnState,
    NotSupported,
    OrderWindow,
    Pending,
    ReturnDecision,
    ReturnPage,
)
from plugins.amazon.mapping.returns import TO_AMAZON, TO_SELLER, returns_of
from tests.plugins.amazon.account import START, Account

WINDOW = OrderWindow(since=START - timedelta(hours=1), until=START + timedelta(minutes=30))
_HEAD = (
    "Order ID\tReturn request date\tReturn request status\tAmazon RMA ID\tMerchant SKU\tReturn quantity\tReturn Reason"
)


def written(account: Account, window: OrderWindow = WINDOW) -> ReturnPage:
    """One report, from the wish to the last row."""
    with pytest.raises(Pending) as asked:
        account.channel.fetch_returns(account.ctx(), window)
    with pytest.raises(Pending) as waiting:
        account.channel.fetch_returns(account.ctx(handle=asked.value.handle), window)
    account.later(minutes=1)
    assert waiting.value.handle == asked.value.handle
    return account.channel.fetch_returns(account.ctx(handle=asked.value.handle), window)


def table(*rows: str, head: str = _HEAD) -> bytes:
    return "\r\n".join([head, *rows, ""]).encode()


def read(*rows: str) -> list[ChannelReturn]:
    found, bad = returns_of(table(*rows), TO_SELLER)
    assert bad == []
    return found


def test_a_return_to_the_seller_is_told_with_its_reason_and_waits(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-1", 3))
    name = account.store.request_return(order_id, 2, reason="CR-UNWANTED_ITEM", status="Pending")

    page = written(account)

    (told,) = page.returns
    assert (told.external_id, told.order_external_id, told.state) == (name, order_id, ChannelReturnState.REQUESTED)
    assert [(line.sku, line.quantity, line.reason) for line in told.lines] == [("AMZ-1", 2, "CHANGED_MIND")]
    assert page.cursor == "1"  # what came back to Amazon is another report


def test_what_came_back_to_amazon_is_a_report_of_its_own(account: Account) -> None:
    order_id = account.store.place_order(("AMZ-6", 1), fulfilled_by="AMAZON")
    account.store.request_return(order_id)

    page = written(account, OrderWindow(since=WINDOW.since, until=WINDOW.until, cursor="1"))

    assert [(each.order_external_id, each.state) for each in page.returns] == [(order_id, ChannelReturnState.APPROVED)]
    assert page.cursor is None


def test_where_nothing_came_back_amazon_cancels_the_report(account: Account) -> None:
    assert written(account).returns == ()
    assert [each["processingStatus"] for each in account.store.reports.values()] == ["CANCELLED"]


def test_a_report_reaches_back_as_far_as_returns_may_change(account: Account) -> None:
    account.settings = account.settings.model_copy(update={"amazon_fulfilled": False})
    assert written(account).cursor is None

    (asked,) = account.wire.asked("createReport")
    assert asked.body["dataStartTime"] == "2026-01-31T12:30:00.000Z"
    assert asked.body["dataEndTime"] == "2026-03-02T12:30:00.000Z"


def test_a_long_window_is_read_in_reports_of_two_months(account: Account) -> None:
    account.settings = account.settings.model_copy(update={"amazon_fulfilled": False})
    window = OrderWindow(since=START - timedelta(days=100), until=START, cursor="1")

    assert written(account, window).cursor is None
    (asked,) = account.wire.asked("createReport")
    assert asked.body["dataStartTime"] == "2025-11-22T12:00:00.000Z"
    assert asked.body["dataEndTime"] == "2026-01-01T12:00:00.000Z"


@pytest.mark.parametrize("status", ["FATAL", None])
def test_a_report_that_will_never_come_is_bad_data(account: Account, status: str | None) -> None:
    with pytest.raises(Pending) as asked:
        account.channel.fetch_returns(account.ctx(), WINDOW)
    if status is None:
        account.store.reports.clear()
    else:
        account.store.reports[asked.value.handle]["processingStatus"] = status

    with pytest.raises(BadData, match=asked.value.handle):
        account.channel.fetch_returns(account.ctx(handle=asked.value.handle), WINDOW)


@pytest.mark.parametrize(
    "content", [b"<html>Back soon</html>", b"Order ID\tAmazon RMA ID\r\n1\t2\r\n", b"\xff\xfe\x00"]
)
def test_what_is_no_such_table_is_bad_data(content: bytes) -> None:
    with pytest.raises(BadData):
        returns_of(content, TO_SELLER)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("1-2\t14-Jul-2025\tPending\tR1\tSKU\t-1\tCR-DEFECTIVE", "'-1' is no number of units."),
        ("1-2\t14-Jul-2025\tPending\tR1\tSKU\t0\tCR-DEFECTIVE", "'0' is no number of units."),
        ("1-2\tyesterday\tPending\tR1\tSKU\t1\tCR-DEFECTIVE", "'yesterday' is no date."),
        ("1-2\t14-Jul-2025\tDancing\tR1\tSKU\t1\tCR-DEFECTIVE", "'Dancing' is no status of a return"),
        ("\t14-Jul-2025\tPending\tR1\tSKU\t1\tCR-DEFECTIVE", "The row names no order, or no SKU."),
        ("1-2\t14-Jul", "The row names no order, or no SKU."),
    ],
)
def test_a_row_that_makes_no_sense_is_set_aside_and_the_others_are_read(row: str, why: str) -> None:
    found, bad = returns_of(table(row, "1-3\t2025-07-14\tApproved\tR2\tSKU\t1\tother"), TO_SELLER)

    assert [each.external_id for each in found] == ["R2"]
    assert [(each.line, each.payload) for each in bad] == [(2, row)]
    assert bad[0].reason.startswith(why)


def test_rows_of_one_return_are_its_lines() -> None:
    (told,) = read(
        "1-2\t14-Jul-2025\tApproved\tR1\tSKU-1\t1\tCR-DEFECTIVE",
        "1-2\t14-Jul-2025\tApproved\tR1\tSKU-2\t2\tAMZ-PG-APP-TOO-LATE",
    )

    assert [(line.sku, line.quantity, line.reason) for line in told.lines] == [
        ("SKU-1", 1, "DEFECTIVE"),
        ("SKU-2", 2, "TOO_LATE"),
    ]
    assert told.requested_at.isoformat() == "2025-07-14T00:00:00+00:00"


def test_every_status_has_its_state() -> None:
    states = [
        read(f"1-2\t14-Jul-2025\t{status}\tR1\tSKU\t1\tx")[0].state
        for status in ("Pending", "Approved", "Completed", "Closed", "Denied", "Canceled")
    ]

    assert states == ["REQUESTED", "APPROVED", "APPROVED", "CLOSED", "DECLINED", "CANCELLED"]


def test_comments_in_an_older_encoding_are_read() -> None:
    head = "return-date\torder-id\tsku\tquantity\treason\tlicense-plate-number\tcustomer-comments"
    row = "2025-07-14T07:00:00+00:00\t1-2\tSKU\t1\tDAMAGED_BY_CARRIER\tLPN1\tzerdrückt"
    found, bad = returns_of(f"{head}\n{row}\n".encode("cp1252"), TO_AMAZON)

    assert ([each.note for each in found], bad) == (["zerdrückt"], [])
    assert [line.reason for line in found[0].lines] == ["DAMAGED_IN_TRANSIT"]


def test_a_decision_is_for_people_in_seller_central(account: Account) -> None:
    decision = ReturnDecision(return_external_id="R1", order_external_id="1-2", accepted=True)

    assert account.channel.find_return_decision(account.ctx(), decision) is None
    with pytest.raises(NotSupported, match="Manage Returns"):
        account.channel.decide_return(account.ctx(), decision)
    assert account.wire.exchanges == []
