"""What every source of risk assessments promises."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from crossdock.address import Address
from crossdock.money import Money
from crossdock.orders import CustomerData, LineData, OrderData, OrderView
from crossdock.provider import Integration, Kind, Provider
from crossdock.risk import RiskEnding, RiskLevel, RiskOutcome, RiskVerdict
from crossdock.settings import Settings
from crossdock.testing.contract import Contract

_LINE = LineData(
    external_id="1",
    sku="TEA-1",
    name="Tea",
    quantity=2,
    unit_price=Money(1250, "GBP"),
    discount=Money(0, "GBP"),
    tax=Money(0, "GBP"),
)


class RiskContract(Contract):
    """Set an order that the source can judge, where this one is not."""

    kind: ClassVar[Kind] = "risk"
    order: ClassVar[OrderView] = OrderView(
        order_id="ord_1",
        number="CD-1",
        channel="shop",
        data=OrderData(
            external_id="1001",
            placed_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
            currency="GBP",
            lines=(_LINE,),
            customer=CustomerData(email="ada@example.com", name="Ada Lovelace"),
            shipping_address=Address(
                name="Ada", line1="1 High Street", city="London", postal_code="N1 9GU", country="GB"
            ),
        ),
    )

    def test_a_verdict_can_be_shown_to_people(
        self, subject: Any, integration: Integration[Settings], home: Path
    ) -> None:
        verdict = subject.assess(self.context(integration, home), self.order)

        assert isinstance(verdict, RiskVerdict)
        assert verdict.level in RiskLevel
        assert 0 <= verdict.score <= 100  # noqa: PLR2004  # as the verdict promises
        assert all(signal.code and signal.message for signal in verdict.signals)
        assert len({signal.code for signal in verdict.signals}) == len(verdict.signals)

    def test_an_order_about_which_little_is_known_is_judged_too(
        self, subject: Any, integration: Integration[Settings], home: Path
    ) -> None:
        bare = replace(
            self.order, data=replace(self.order.data, customer=CustomerData(), shipping_address=None, payments=())
        )

        assert isinstance(subject.assess(self.context(integration, home), bare), RiskVerdict)

    def test_what_became_of_an_order_may_be_told_twice(
        self, registration: Provider, subject: Any, integration: Integration[Settings], home: Path
    ) -> None:
        self.needs("outcomes", registration)
        ctx = self.context(integration, home, key="risk:ord_1")

        for ending in RiskEnding:
            told = RiskOutcome(order_id="ord_1", number="CD-1", ending=ending, at=ctx.now(), message="So it was.")
            subject.report_outcome(ctx, told)
            subject.report_outcome(ctx, told)
