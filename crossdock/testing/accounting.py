"""What every provider that posts the hub's books elsewhere promises."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from crossdock.accounting import AccountingSettings, Exported, JournalExport, JournalLine
from crossdock.errors import Rejected
from crossdock.money import Money
from crossdock.provider import Integration, Kind, Provider
from crossdock.settings import Settings
from crossdock.testing.contract import Contract


def _lines(currency: str, **amounts: int) -> tuple[JournalLine, ...]:
    return tuple(
        JournalLine(account=code[1:], name=f"Account {code[1:]}", amount=Money(minor, currency))
        for code, minor in amounts.items()
    )


DAY = JournalExport(
    reference="CD-20260302-GBP-1",
    day=date(2026, 3, 2),
    currency="GBP",
    lines=_lines("GBP", _1100=7199, _4000=-5999, _2200=-1200),
    memo="Crossdock, 2 March 2026",
    reporting_currency="GBP",
    rate=Decimal(1),
)
CORRECTION = replace(DAY, reference="CD-20260302-GBP-2", lines=_lines("GBP", _1100=-500, _4000=500), correction=True)
FOREIGN = replace(
    DAY,
    reference="CD-20260302-EUR-1",
    currency="EUR",
    lines=_lines("EUR", _1100=1000, _4000=-1000),
    rate=Decimal("0.85"),
)


class AccountingContract(Contract):
    """Set `batch` where the books know other accounts than those of a new hub's chart."""

    kind: ClassVar[Kind] = "accounting"
    batch: ClassVar[JournalExport] = DAY

    def test_its_settings_say_from_which_day_on(self, registration: Provider) -> None:
        assert issubclass(registration.settings, AccountingSettings)

    def test_one_key_posts_a_journal_once(self, subject: Any, integration: Integration[Settings], home: Path) -> None:
        ctx = self.context(integration, home, key="export-1")

        posted = [subject.export(ctx, self.batch) for _ in range(3)]
        found = subject.find_export(ctx, self.batch)

        assert isinstance(found, Exported)
        assert {each.external_id for each in posted} == {found.external_id}
        assert found.external_id

    def test_what_was_not_posted_is_not_found(
        self, subject: Any, integration: Integration[Settings], home: Path
    ) -> None:
        assert subject.find_export(self.context(integration, home, key="export-1"), self.batch) is None

    def test_a_correction_adds_to_its_day(self, subject: Any, integration: Integration[Settings], home: Path) -> None:
        correction = replace(CORRECTION, lines=tuple(replace(one, amount=-one.amount) for one in self.batch.lines))
        first, second = (self.context(integration, home, key=key) for key in ("export-1", "export-2"))

        whole, later = subject.export(first, self.batch), subject.export(second, correction)

        assert whole.external_id != later.external_id
        assert subject.find_export(first, self.batch) == whole
        assert subject.find_export(second, correction) == later

    def test_a_journal_in_another_currency_is_posted_whole_or_refused(
        self, subject: Any, integration: Integration[Settings], home: Path
    ) -> None:
        ctx = self.context(integration, home, key="export-1")
        foreign = replace(FOREIGN, lines=_in(FOREIGN.currency, self.batch))

        posted = None
        with suppress(Rejected):
            posted = subject.export(ctx, foreign)

        assert subject.find_export(ctx, foreign) == posted


def _in(currency: str, batch: JournalExport) -> tuple[JournalLine, ...]:
    return tuple(replace(line, amount=Money(line.amount.minor, currency)) for line in batch.lines)
