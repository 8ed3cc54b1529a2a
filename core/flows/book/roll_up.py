"""The job that keeps reports quick, and gives foreign amounts their value and what their rates have gained or lost."""

from datetime import timedelta

from sqlalchemy.orm import Session

from core.cases.models import CaseKind
from core.cases.service import open_case
from core.hub import Hub
from core.jobs.registry import periodic
from core.ledgers import books, exchange, rollup, valuation

BATCH = 20_000


@periodic("ledger.roll_up", every=timedelta(seconds=15), queue="ledger")
def roll_up(hub: Hub) -> None:
    """Consume all entries that no rollup contains, a batch to a transaction."""
    with hub.transaction() as session:
        for currency in sorted(valuation.value(session)):
            _ask_for_rate(session, currency, books.read(session).currency)
        exchange.realise(session)
    while True:
        with hub.transaction() as session:
            if rollup.roll_up(session, limit=BATCH) < BATCH:
                return


def missing(currency: str, reporting: str) -> str:
    """The one case about the rate of two currencies, whichever of them it is given for."""
    return f"exchange_rate_missing:{currency}:{reporting}"


def _ask_for_rate(session: Session, currency: str, reporting: str) -> None:
    open_case(
        session,
        kind=CaseKind.OTHER,
        code="exchange_rate_missing",
        title=f"No exchange rate from {currency} to {reporting}",
        message=f"Amounts in {currency} are booked, but count for nothing in reports until a rate is there: "
        "give it with exchangeRateSet.",
        same_as=missing(currency, reporting),
        data={"base": currency, "quote": reporting},
    )
