"""Exchange rates as people and programs tell them: what amounts in other currencies are worth from a moment on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from core import clock, outbox
from core.cases import service as cases
from core.cases.models import Case, CaseState
from core.errors import Invalid
from core.flows.book.roll_up import missing
from core.ledgers import books
from core.ledgers.models import ExchangeRate
from core.money import exponent

_DECIMALS = 9
_LARGEST = 10**9


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `base` is `rate` units of `quote`, from `at` on; None: from now on."""

    base: str
    quote: str
    rate: Decimal
    at: datetime | None = None


def set_rates(session: Session, rates: Sequence[Rate]) -> list[tuple[str, str, datetime]]:
    """Write rates, a later word about the same moment over an earlier one; what names each, in the order given.

    What waits for a rate gets its value within seconds; what has its value keeps it. The case that asked for the rate
    is resolved. Raises Invalid for currencies and rates that make no sense.
    """
    if not rates:
        raise Invalid("Give at least one rate.", path=("rates",))
    now = clock.now()
    for place, rate in enumerate(rates):
        _check(rate, ("rates", str(place)))
    named = {(rate.base, rate.quote, rate.at or now): rate.rate for rate in rates}
    rows = [{"base": base, "quote": quote, "at": at, "rate": worth} for (base, quote, at), worth in named.items()]
    setting = insert(ExchangeRate).values(rows)
    setting = setting.on_conflict_do_update(
        index_elements=[ExchangeRate.base, ExchangeRate.quote, ExchangeRate.at],
        set_={ExchangeRate.rate: setting.excluded.rate},
    )
    session.execute(setting)
    for (base, quote, at), worth in named.items():
        words = f"From {at:%Y-%m-%d %H:%M} UTC one {base} is {worth:f} {quote}."
        data = {"base": base, "quote": quote, "at": at.isoformat()}
        outbox.record(session, "exchange_rate.set", f"rate_{base}_{quote}", words, data=data)
    _answered(session, {currency for base, quote, _ in named for currency in (base, quote)})
    return [(rate.base, rate.quote, rate.at or now) for rate in rates]


def _check(rate: Rate, path: tuple[str, ...]) -> None:
    for name, currency in (("base", rate.base), ("quote", rate.quote)):
        try:
            exponent(currency)
        except ValueError as error:
            raise Invalid(str(error), path=(*path, name)) from None
    if rate.base == rate.quote:
        raise Invalid(f"One {rate.base} is one {rate.base}: name two currencies.", path=(*path, "quote"))
    if not rate.rate.is_finite() or not 0 < rate.rate < _LARGEST:
        raise Invalid(f"A rate lies above 0 and below {_LARGEST:,}.", path=(*path, "rate"))
    if round(rate.rate, _DECIMALS) != rate.rate:
        raise Invalid(f"A rate has {_DECIMALS} decimals at most.", path=(*path, "rate"))


def _answered(session: Session, currencies: set[str]) -> None:
    reporting = books.read(session).currency
    if reporting not in currencies:
        return
    asked = [missing(currency, reporting) for currency in sorted(currencies - {reporting})]
    query = select(Case).where(Case.same_as.in_(asked), Case.state == CaseState.OPEN).with_for_update()
    for case in session.scalars(query):
        cases.resolve(session, case, option=None, note="The rate was given.")
