"""The stores that `crossdock sandbox` plays: their pages, their shoppers, and what a new run knows of the last."""

import random
from collections.abc import Callable, Sequence

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

import crossdock
from core.errors import SettingsError
from core.plugins import LoadedPlugin
from core.plugins.find import find
from core.sandboxes.shoppers import come
from core.sandboxes.site import site
from core.sandboxes.stores import Store, open_stores
from core.sandboxes.wares import WARES
from crossdock import Desk, Sale

AT = "http://127.0.0.1:8010"
NAMES = ["amazon", "ebay", "shopify"]


def opened(run: int = 7, *, plugins: Sequence[LoadedPlugin] | None = None, names: Sequence[str] = ()) -> list[Store]:
    found = find() if plugins is None else plugins
    return open_stores(found, at=AT, send=lambda *_: 202, wares=WARES, run=run, names=names)


def sold(desk: Desk) -> Sale:
    """Something that was just bought."""
    wanted = desk.sell("22423", 2)
    return next(sale for sale in desk.sales() if sale.id == wanted)


def test_one_page_lists_the_stores_and_what_to_set_and_each_has_its_own() -> None:
    stores = opened()
    with TestClient(site(stores, WARES, run=7), base_url=AT) as web:
        index, said = web.get("/").text, web.get("/stores.json").json()
        pages = {each.name: web.get(f"/{each.name}/").text for each in stores}

    assert [each["name"] for each in said["stores"]] == NAMES
    assert said["run"] == 7
    for each in said["stores"]:
        assert each["settings"]["url"] == f"{AT}/{each['name']}"
        assert f'<a href="{each["name"]}/">' in index
        assert all(ware.title in pages[each["name"]] for ware in WARES)


def test_a_button_of_a_page_does_what_it_says_and_comes_back_to_the_page() -> None:
    stores = opened()
    with TestClient(site(stores, WARES, run=7), base_url=AT) as web:
        for store in stores:
            page = web.post(f"/{store.name}/do/place", data={"sku": "22423", "units": "3"})
            (sale,) = store.app.desk.sales()
            assert str(page.url) == f"{AT}/{store.name}/"
            assert sale.number in page.text
            assert "3 x 22423" in page.text

            web.post(f"/{store.name}/do/cancel", data={"order": sale.id})
            assert "cancel" not in store.app.desk.sales()[0].acts


def test_a_new_run_sells_the_same_goods_under_numbers_that_no_earlier_one_gave() -> None:
    for before, after in zip(opened(run=1_000), opened(run=2_000), strict=True):
        first, second = before.app.desk, after.app.desk
        assert first.wares() == second.wares()
        assert {sold(first).id for _ in range(9)} & {sold(second).id for _ in range(9)} == set()


def test_a_name_that_is_no_store_is_one_sentence() -> None:
    assert [each.name for each in opened(names=["ebay"])] == ["ebay"]
    with pytest.raises(SettingsError, match="has a sandbox 'etsy' to serve; there are: amazon, ebay, shopify"):
        opened(names=["ebay", "etsy"])


def of_pigeon(sandbox: Callable[..., object]) -> LoadedPlugin:
    """A third party's plugin, with no page for people."""
    provider = crossdock.Provider(
        "pigeon",
        kind="carrier",
        settings=crossdock.Settings,
        factory=lambda _: None,
        sandbox=sandbox,
        sandbox_settings=lambda _: {},
    )
    return LoadedPlugin(name="pigeon", version="1", distribution="pigeon", providers=(provider,))


def test_any_plugin_s_app_is_served_with_or_without_a_page() -> None:
    app = Starlette(routes=[Route("/fly", lambda _: PlainTextResponse("coo"))])
    stores = opened(plugins=[of_pigeon(lambda _integration, _stage: app)])

    with TestClient(site(stores, WARES, run=7), base_url=AT) as web:
        assert web.get("/pigeon/fly").text == "coo"
        assert "<h2>pigeon</h2>" in web.get("/").text


def test_a_store_that_fails_to_open_closes_no_other() -> None:
    def broken(_integration: object, _stage: object) -> object:
        raise RuntimeError("The shutter is stuck.")

    assert [each.name for each in opened(plugins=[*find(), of_pigeon(broken)])] == NAMES


def test_shoppers_buy_what_may_be_sold_and_change_their_minds() -> None:
    stores = opened()
    desks = [each.app.desk for each in stores]
    before = sum(ware.available for desk in desks for ware in desk.wares())

    dice = random.Random(1)  # noqa: S311  # the same shoppers each time, not a secret
    for number in range(1, 14):
        come(desks, number, dice)

    sales = [sale for desk in desks for sale in desk.sales()]
    assert len(sales) == 13
    assert sum(ware.available for desk in desks for ware in desk.wares()) < before
    assert any("cancel" not in sale.acts for sale in sales)

    shopify = stores[2].app.state.store
    for variant in shopify.variants:
        variant["inventoryItem"]["available"][shopify.location] = 0
    come([stores[2].app.desk], 1, dice)
    assert len([sale for desk in desks for sale in desk.sales()]) == 13
