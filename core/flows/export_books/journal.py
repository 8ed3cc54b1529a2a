"""From the hub's books to the journals that an integration is given."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from core import clock
from core.exports import service as exports
from core.exports.draft import Draft, drafts
from core.exports.models import JournalExport as Row
from core.integrations.models import Integration
from core.ledgers import books, rates
from core.money import Money, exponent
from crossdock import AccountingSettings, JournalExport, JournalLine, Settings

_PLACES = Decimal("1e-9")


def draft(session: Session, integration: Integration, settings: Settings | None) -> None:
    """Write down what is to be exported of every day that is over, from the integration's first day on."""
    state = books.read(session)
    since = settings.first_day if isinstance(settings, AccountingSettings) else None
    since = since or clock.day_of(integration.created_at, state.timezone)
    today = clock.day_of(clock.now(), state.timezone)
    moments = clock.start_of_day(since, state.timezone), clock.start_of_day(today, state.timezone)
    found = list(drafts(session, integration.id, since, today, state.timezone, moments))
    exports.keep(session, integration.id, _rated(session, found, state), state.currency)


def told(row: Row) -> JournalExport:
    """As the integration is asked: the same row always says the same."""
    lines = sorted(row.lines, key=lambda line: line.account.code)
    what = "corrections to" if row.correction else "all of"
    return JournalExport(
        reference=row.reference,
        day=row.day,
        currency=row.currency,
        lines=tuple(
            JournalLine(
                account=line.account.code, name=line.account.name, amount=Money(line.amount_minor, row.currency)
            )
            for line in lines
        ),
        memo=f"Crossdock {row.reference}: {what} {row.day:%d %B %Y} in {row.currency}",
        reporting_currency=row.reporting_currency,
        rate=row.rate,
        correction=row.correction,
    )


def _rated(session: Session, found: list[Draft], state: books.Books) -> Iterator[tuple[Draft, Decimal | None]]:
    """Each with what one unit of its currency was worth when its day ended."""
    ends = {day: clock.start_of_day(day + timedelta(days=1), state.timezone) for day in {each.day for each in found}}
    known = rates.at(session, state.currency, ((each.currency, ends[each.day]) for each in found))
    for each in found:
        if each.currency == state.currency:
            yield each, Decimal(1)
        else:
            yield each, _of_one_unit(known.get((each.currency, ends[each.day])), each.currency, state.currency)


def _of_one_unit(fraction: tuple[int, int] | None, currency: str, reporting: str) -> Decimal | None:
    """From minor units to minor units, so of whole ones."""
    if fraction is None:
        return None
    above, below = fraction[0] * 10 ** exponent(currency), fraction[1] * 10 ** exponent(reporting)
    return (Decimal(above) / Decimal(below)).quantize(_PLACES)
