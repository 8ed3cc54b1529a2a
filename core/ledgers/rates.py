"""What an amount is worth in the reporting currency on a day."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.orm import Session

from core.money import divide, exponent

Rates = Mapping[tuple[str, datetime], tuple[int, int]]
"""For a currency at a moment, the fraction that turns its minor units into those of the reporting currency."""

# The latest rate up to the moment, in either direction; before the first one that is known, that one.
_NEAREST = text(
    """
    select currency, moment, rate, inverse
    from unnest(cast(:currencies as text[]), cast(:moments as timestamptz[])) as wanted(currency, moment)
    cross join lateral (
        select rate, base <> currency as inverse from exchange_rates
        where (base = currency and quote = :reporting) or (base = :reporting and quote = currency)
        order by at > moment, case when at > moment then at - moment else moment - at end
        limit 1
    ) nearest
    """
)


def at(
    session: Session, reporting: str, wanted: Iterable[tuple[str, datetime]]
) -> dict[tuple[str, datetime], tuple[int, int]]:
    """The rates of currencies at moments. What no rate is known for is left out."""
    pairs = sorted({pair for pair in wanted if pair[0] != reporting})
    if not pairs:
        return {}
    parameters = {"currencies": [p[0] for p in pairs], "moments": [p[1] for p in pairs], "reporting": reporting}
    return {
        (currency, moment): fraction(rate, currency, reporting, inverse=inverse)
        for currency, moment, rate, inverse in session.execute(_NEAREST, parameters)
    }


def fraction(rate: Decimal, currency: str, reporting: str, *, inverse: bool = False) -> tuple[int, int]:
    """Numerator and denominator from minor units of `currency` to those of `reporting`; `rate` is for one unit."""
    above, below = rate.as_integer_ratio()
    if inverse:
        above, below = below, above
    shift = exponent(reporting) - exponent(currency)
    return (above * 10**shift, below) if shift >= 0 else (above, below * 10**-shift)


def convert(amount_minor: int, by: tuple[int, int]) -> int:
    """An amount in the other currency, halves away from zero."""
    return divide(amount_minor * by[0], by[1])
