"""Money inside the hub: integer minor units beside a currency. The SDK does the sums, so that plugins round alike."""

from decimal import Decimal

from core.errors import Invalid
from crossdock.money import Money, cumulative, divide, exponent

LARGEST = 10**15
"""No single amount is larger: ten million million pounds; it keeps sums inside 64 bits."""


def to_minor(amount: Decimal, currency: str, *, path: tuple[str, ...] = ()) -> int:
    """An amount in minor units.

    Raises Invalid for an unknown currency, for more decimals than the currency has, and for absurd sizes.
    """
    try:
        places = exponent(currency)
    except ValueError as error:
        raise Invalid(str(error), path=path) from None
    if not amount.is_finite():
        raise Invalid("An amount must be a number.", path=path)
    scaled = amount.scaleb(places)
    if scaled != scaled.to_integral_value():
        raise Invalid(f"{amount} has more decimals than {currency}, which has {places}.", path=path)
    if abs(scaled) > LARGEST:
        raise Invalid(f"{amount} {currency} is more than an amount can be here.", path=path)
    return int(scaled)


def to_decimal(minor: int, currency: str) -> Decimal:
    """The exact decimal of an amount in minor units, at the currency's own exponent."""
    return Decimal(minor).scaleb(-exponent(currency))


def spoken(minor: int, currency: str) -> str:
    """An amount for a sentence: `1,204.50 GBP`."""
    return f"{to_decimal(minor, currency):,.{exponent(currency)}f} {currency}"


__all__ = ["LARGEST", "Money", "cumulative", "divide", "exponent", "spoken", "to_decimal", "to_minor"]
