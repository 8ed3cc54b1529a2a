"""A year of a real shop comes in whole: every row, every penny, and stock that adds up."""

import resource
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.config import Config
from core.flows.import_files import Report, import_orders
from core.hub import Hub, open_hub
from core.integrations.mirror import mirror
from crossdock.files import FileImport
from tests import database

WHOLE = Path(__file__).parents[3] / "shared" / "data" / "online-retail.csv.gz"


class Shop(NamedTuple):
    """A hub that has imported a file."""

    hub: Hub
    report: Report

    def one(self, query: str) -> tuple[object, ...]:
        with Session(self.hub.engine) as session:
            return tuple(session.execute(text(query)).one())


def a_hub(url: str, home: Path) -> Hub:
    plugins = home / "plugins.toml"
    plugins.write_text('[integrations.files]\nplugin = "csv_orders"\n')
    key = SecretStr("an-admin-key-for-tests")
    hub = open_hub(Config(database_url=url, home=home, plugins_file=plugins, admin_key=key, sample=False), url)
    with hub.transaction() as session:
        mirror(session, hub.registry)
    return hub


@pytest.fixture
def whole(server_url: str, tmp_path: Path) -> Iterator[Shop]:
    if not WHOLE.exists():
        pytest.skip(f"The whole data set is not beside this checkout ({WHOLE}); the bundled sample is tested.")
    hub = a_hub(database.clone(server_url, "online_retail"), tmp_path)
    yield Shop(hub, import_orders(hub, WHOLE, "uk-shop", "online-retail"))
    hub.close()
    database.drop(server_url, "online_retail")


ADDS_UP = """
    select
        (select count(*) from order_lines where quantity <> open + backordered + allocated + shipped + cancelled),
        (select count(*) from stock_levels where on_hand < 0 or reserved <> 0),
        (select count(*) from stock_levels level
            join (select item_id, location_id, sum(on_hand_delta) as on_hand, sum(damaged_delta) as damaged
                  from stock_movements group by 1, 2) moved using (item_id, location_id)
            where level.on_hand <> moved.on_hand or level.damaged <> moved.damaged),
        (select count(*) from (
            select entry_id from postings group by entry_id, currency having sum(amount_minor) <> 0) off),
        (select count(*) from payments where refunded_minor > captured_minor),
        (select coalesce(sum(l.shipped), 0) - (select coalesce(sum(quantity), 0) from shipment_lines)
            from order_lines l where ships),
        (select sum(value_minor) - (select sum(amount_minor) from postings
            join ledger_accounts a on a.id = account_id where a.code = '1200') from item_costs)
"""


def every_row_is_accounted_for(whole: Shop) -> None:
    assert whole.one("select seen, created, updated, unchanged, rejected from sync_runs") == (
        541_909,
        541_899,
        0,
        0,
        10,
    )
    assert (whole.report.counts.orders, whole.report.counts.credit_notes) == (19_963, 3_836)


def sales_come_to_10_655_622_48_split_by_what_was_sold(whole: Shop) -> None:
    assert whole.one("select sum(total_minor) from orders") == (1_065_562_248,)
    assert {code: -amount for code, amount in by_account(whole, "sale").items() if code != "1100"} == {
        "4000": 1_034_960_893,  # goods, samples and what was keyed in by hand
        "4050": 29_140_165,  # postage
        "2350": 68_581,  # vouchers
        "5210": 1_376_109,  # marketplace fees charged on
        "5300": 16_500,  # bank charges charged on
    }


def credit_notes_come_to_896_812_49_split_by_what_they_were_for(whole: Shop) -> None:
    given = by_account(whole, "refund", "credit")
    assert -given.pop("2300") == 89_681_249
    assert given == {
        "4100": 569_622,  # discounts
        "4200": 62_862_108,  # goods, samples and what was keyed in by hand
        "4210": 1_193_953,  # postage
        "5200": 793_343,  # commissions
        "5210": 23_528_159,  # marketplace fees
        "5300": 734_064,  # bank charges
    }


def by_account(shop: Shop, *rules: str) -> dict[str, int]:
    """What entries by these rules come to, by account."""
    query = """
        select account.code, sum(amount_minor) from journal_entries entry
        join postings on entry_id = entry.id join ledger_accounts account on account.id = account_id
        where rule = any(:rules) group by 1 having sum(amount_minor) <> 0
    """
    with Session(shop.hub.engine) as session:
        return {code: int(amount) for code, amount in session.execute(text(query), {"rules": list(rules)})}


def the_books_the_stock_and_the_orders_add_up(whole: Shop) -> None:
    assert whole.one(ADDS_UP) == (0,) * 7


def memory_stays_flat(whole: Shop) -> None:
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 < 600


@pytest.mark.long
def test_the_whole_year_comes_in(whole: Shop) -> None:
    """One test, for the import takes a minute or two."""
    every_row_is_accounted_for(whole)
    sales_come_to_10_655_622_48_split_by_what_was_sold(whole)
    credit_notes_come_to_896_812_49_split_by_what_they_were_for(whole)
    the_books_the_stock_and_the_orders_add_up(whole)
    memory_stays_flat(whole)


def test_the_bundled_sample_comes_in_and_again_changes_nothing(database_url: str, tmp_path: Path) -> None:
    hub = a_hub(database_url, tmp_path)
    reader: FileImport = hub.provider("files", "channel")
    sample = reader.sample()
    assert sample is not None

    first = import_orders(hub, sample.path, "uk-shop", sample.mapping)
    shop = Shop(hub, first)
    before = shop.one("select (select count(*) from postings), (select count(*) from stock_movements)")
    again = import_orders(hub, sample.path, "uk-shop", sample.mapping)

    assert shop.one(ADDS_UP) == (0,) * 7
    assert again.counts.unchanged == first.counts.created > 7_000
    assert (again.counts.created, again.opening_units) == (0, 0)
    assert shop.one("select (select count(*) from postings), (select count(*) from stock_movements)") == before
    hub.close()
