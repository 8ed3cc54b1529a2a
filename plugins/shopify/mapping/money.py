"""Amounts."""

from collections.abc import Iterable

from crossdock import BadData, Money
from plugins.shopify.wire.base import MoneyBag, MoneyV2
from plugins.shopify.wire.orders import Allocation, TaxLine


def plain(said: MoneyV2) -> Money:
    """One amount, exactly. Raises BadData for a currency that nobody knows and for more decimals than it has."""
    try:
        return Money.parse(said.amount, said.currency_code)
    except ValueError as error:
        raise BadData(str(error)) from None


def paid(said: MoneyBag, currency: str) -> Money:
    """An amount as the shopper saw it. Raises BadData where it is in another currency than its order."""
    amount = plain(said.presentment_money)
    if amount.currency != currency:
        raise BadData(f"An amount is in {amount.currency}, and its order in {currency}.")
    return amount


def discount(said: Iterable[Allocation], currency: str) -> Money:
    """What all discounts together take off."""
    return Money.sum((paid(each.allocated_amount_set, currency) for each in said), currency)


def tax(said: Iterable[TaxLine], currency: str) -> Money:
    """What is ours to remit: tax that the channel collects and remits itself is left out."""
    ours = (paid(each.price_set, currency) for each in said if not each.channel_liable)
    return Money.sum(ours, currency)
