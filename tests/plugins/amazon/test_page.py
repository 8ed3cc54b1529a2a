"""The sandbox's page: what a person sees and does there by hand."""

from tests.plugins.amazon.account import Account, a_work


def pressed(account: Account, act: str, **form: str) -> str:
    """The page after a button of it was pressed."""
    answer = account.wire.client.post(f"/do/{act}", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "../")
    return account.wire.client.get("/").text


def test_orders_are_placed_and_cancelled_with_buttons(account: Account) -> None:
    page = pressed(account, "place", sku="AMZ-1", units="2")
    (order_id,) = account.store.orders
    after = pressed(account, "cancel", order=order_id)

    assert order_id in page
    assert "UNSHIPPED" in page
    assert "CANCELLED" in after
    assert pressed(account, "surely-unknown", order=order_id) == after


def test_amazon_ships_what_it_has_in_its_own_stock(account: Account) -> None:
    pressed(account, "place_amazon")
    (order,) = account.store.orders.values()
    pressed(account, "ship", order=order["orderId"])
    page = pressed(account, "return", order=order["orderId"])

    assert "return approved" in page
    assert pressed(account, "return", order=order["orderId"]) == page  # one is enough
    assert order["fulfillment"] == {**order["fulfillment"], "fulfilledBy": "AMAZON", "fulfillmentStatus": "SHIPPED"}


def test_amazon_ships_what_other_channels_sold(account: Account) -> None:
    account.settings = account.settings.model_copy(update={"multi_channel": True})
    account.supplier.submit(account.ctx(), a_work())
    pages = [pressed(account, "work") for _ in range(2)]

    (sent,) = account.store.warehouse.orders.values()
    assert sent["fulfillmentOrder"]["fulfillmentOrderStatus"] == "Complete"
    assert ["Ship what other channels sold" in page for page in pages] == [True, False]


def test_what_a_seller_wrote_is_text_on_the_page_and_nothing_more(account: Account) -> None:
    account.store.listings["AMZ-1"].title = "<script>alert(1)</script>"
    account.store.place_order(("AMZ-1", 1))

    page = account.wire.client.get("/").text

    assert "<script>" not in page
    assert "&lt;script&gt;" in page
