"""The sandbox's page: what a person sees and does there by hand."""

from tests.plugins.amazon.account import Account


def pressed(account: Account, act: str, order: str = "") -> str:
    """The page after a button of it was pressed."""
    answer = account.wire.client.post(f"/page/{act}", data={"order": order})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return account.wire.client.get("/").text


def test_orders_are_placed_and_cancelled_with_buttons(account: Account) -> None:
    page = pressed(account, "place")
    (order_id,) = account.store.orders
    after = pressed(account, "cancel", order_id)

    assert order_id in page
    assert "UNSHIPPED" in page
    assert "CANCELLED" in after
    assert pressed(account, "surely-unknown", order_id) == after


def test_what_a_seller_wrote_is_text_on_the_page_and_nothing_more(account: Account) -> None:
    account.store.listings["AMZ-1"].title = "<script>alert(1)</script>"
    account.store.place_order(("AMZ-1", 1))

    page = account.wire.client.get("/").text

    assert "<script>" not in page
    assert "&lt;script&gt;" in page
