"""Case 8: orders in currencies of two, no and three decimals; every entry balances in each."""

import pytest

from plugins.shopify.sandbox.records import amount_of
from plugins.shopify.sandbox.store import Bought
from tests.acceptance.stores.mall import Mall
from tests.acceptance.timeline import ends_well

pytestmark = pytest.mark.long

_BALANCE = "{ trialBalance { debit { amount currency } credit { amount currency } } }"
_RATE = """
mutation ($base: String!, $rate: Decimal!, $from: DateTime!) {
  exchangeRateSet(base: $base, quote: "GBP", rate: $rate, validFrom: $from) { userErrors { message } }
}
"""


@pytest.mark.parametrize("currency", ["EUR", "JPY", "KWD"])
def test_what_was_paid_is_booked_in_its_own_currency_to_the_last_unit(mall: Mall, currency: str) -> None:
    mall.opens(MUG=10)
    shop = mall.stores.shop
    order = shop.place_order(Bought(sku="MUG", quantity=3), currency=currency)
    mall.hears()

    ours = mall.order("shopify", order["id"])
    assert ours["total"]["amount"] == str(amount_of(order["transactions"][0]["amountSet"]))
    rows = mall.api(_BALANCE)["trialBalance"]
    assert currency in {row["debit"]["currency"] for row in rows}
    ends_well(mall.api, mall.hub)
