"""Pieces of a store in the API's own words, as plain dictionaries that the schema reads."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Record = dict[str, Any]

_CENTS = {"JPY": Decimal(1), "KRW": Decimal(1), "KWD": Decimal("0.001"), "BHD": Decimal("0.001")}


def bag(amount: Decimal, currency: str) -> Record:
    """An amount, for shopper and shop in one currency."""
    return {"presentmentMoney": {"amount": f"{amount:f}", "currencyCode": currency}}


def rounded(amount: Decimal, currency: str) -> Decimal:
    """To the decimals of a currency."""
    return amount.quantize(_CENTS.get(currency, Decimal("0.01")), ROUND_HALF_UP)


def plain(amount: Decimal, currency: str) -> Record:
    return {"amount": f"{amount:f}", "currencyCode": currency}


def amount_of(money: Mapping[str, Any]) -> Decimal:
    """The number in a bag."""
    return Decimal(money["presentmentMoney"]["amount"])


def stamp(moment: datetime) -> str:
    """A moment as the API writes it: to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def number_of(name: str) -> int:
    """The number at the end of a name; 0 where there is none."""
    tail = name.rsplit("/", 1)[-1]
    return int(tail) if tail.isdecimal() else 0


def tax_line(title: str, rate: Decimal, amount: Decimal, currency: str, *, collected: bool) -> Record:
    return {"title": title, "rate": float(rate), "channelLiable": collected, "priceSet": bag(amount, currency)}


def address(name: str, country: str = "GB") -> Record:
    return {
        "name": name,
        "company": None,
        "address1": "12 St James's Square",
        "address2": None,
        "city": "London",
        "province": None,
        "provinceCode": None,
        "zip": "SW1Y 4JH",
        "countryCodeV2": country,
        "phone": None,
    }


def attributes(said: Mapping[str, str]) -> list[Record]:
    return [{"key": key, "value": value} for key, value in said.items()]


def remaining(work: Sequence[Record], line: str) -> int:
    """Units of a line that wait to be shipped."""
    return sum(each["remainingQuantity"] for job in work for each in job["lineItems"] if each["lineItem"]["id"] == line)
