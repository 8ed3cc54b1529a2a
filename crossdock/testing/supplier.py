"""What every supplier promises."""

from pathlib import Path
from typing import Any, ClassVar

import pytest

from crossdock.address import Address
from crossdock.context import Context
from crossdock.provider import Integration, Kind, Provider
from crossdock.quotes import Quote, QuoteRequest
from crossdock.settings import Settings
from crossdock.supplier import SupplierLine, SupplierOrder, Updates
from crossdock.testing.supplier_news import SupplierNewsContract


class SupplierContract(SupplierNewsContract):
    """With a sandbox, news is played; without one, `fetch_updates` is only asked."""

    kind: ClassVar[Kind] = "supplier"
    order: ClassVar[SupplierOrder] = SupplierOrder(
        reference="fo_17",
        order_number="1042",
        location="dropship",
        ship_to=Address(name="Ada, Lovelace", line1='12 "St" James', city="London", country="GB"),
        lines=(
            SupplierLine(line="1", sku="85123A", quantity=6, name="Holder, white"),
            SupplierLine(line="2", sku="71053", quantity=2),
        ),
    )

    @pytest.fixture
    def play(self, registration: Provider, integration: Integration[Settings], home: Path) -> Any:
        """Lets the other side act once; without a sandbox, nothing happens."""
        if registration.sandbox is None:
            return lambda: 0
        player: Any = registration.sandbox(integration)
        return lambda: player.play(self.context(integration, home))

    def test_an_order_that_was_submitted_can_be_found(
        self, subject: Any, integration: Integration[Settings], home: Path
    ) -> None:
        ctx = self.context(integration, home, key="submit-1")

        submission = subject.submit(ctx, self.order)
        found = subject.find_submission(ctx, self.order)

        assert found is not None
        assert found.external_id == submission.external_id

    def test_one_key_submits_once(
        self, subject: Any, integration: Integration[Settings], home: Path, play: Any
    ) -> None:
        ctx = self.context(integration, home, key="submit-1")
        subject.submit(ctx, self.order)
        play()
        play()
        once = self._news(subject, integration, home)

        again = subject.submit(ctx, self.order)
        play()
        play()

        assert again.external_id == subject.submit(ctx, self.order).external_id
        assert self._news(subject, integration, home) == once

    def test_news_is_repeated_until_it_was_confirmed_and_never_after(
        self, subject: Any, integration: Integration[Settings], home: Path, play: Any
    ) -> None:
        subject.submit(self.context(integration, home, key="submit-1"), self.order)
        play()

        first = subject.fetch_updates(self.context(integration, home))
        repeated = subject.fetch_updates(self.context(integration, home))
        confirmed = subject.fetch_updates(self.context(integration, home, cursor=first.cursor))

        assert [update.update_id for update in repeated.items] == [update.update_id for update in first.items]
        assert not {update.update_id for update in confirmed.items} & {update.update_id for update in first.items}

    def test_what_it_says_of_a_line_never_exceeds_what_was_asked(
        self, subject: Any, integration: Integration[Settings], home: Path, play: Any
    ) -> None:
        subject.submit(self.context(integration, home, key="submit-1"), self.order)
        play()
        play()
        asked = {line.line: line.quantity for line in self.order.lines}

        shipped: dict[str, int] = {}
        for update in subject.fetch_updates(self.context(integration, home)).items:
            assert update.reference == self.order.reference
            for line in update.lines:
                if line.kind == "SHIPPED" and line.line is not None:
                    shipped[line.line] = shipped.get(line.line, 0) + line.quantity

        assert all(quantity <= asked[line] for line, quantity in shipped.items())

    def test_a_cancellation_can_be_asked_and_found(
        self, registration: Provider, subject: Any, integration: Integration[Settings], home: Path
    ) -> None:
        if "cancel" not in registration.capabilities:
            pytest.skip("It takes no cancellations.")
        subject.submit(self.context(integration, home, key="submit-1"), self.order)
        ctx = self.context(integration, home, key="cancel-1")

        asked = subject.request_cancel(ctx, self.order)
        found = subject.find_cancel_request(ctx, self.order)

        assert found is not None
        assert found.external_id == asked.external_id

    def test_a_quote_tells_what_shipping_would_take_and_orders_nothing(
        self, registration: Provider, subject: Any, integration: Integration[Settings], home: Path
    ) -> None:
        if "quotes" not in registration.capabilities:
            pytest.skip("It gives no quotes.")
        first, *others = self._quotes(subject, integration, home)

        asked = {line.line: line.quantity for line in self.order.lines}
        for quote in (first, *others):
            assert quote.service
            assert quote.cost is None or quote.cost.minor >= 0
            assert all(0 < each.quantity <= asked[each.line] for each in quote.lacking)
        assert [each.service for each in self._quotes(subject, integration, home)] == [
            each.service for each in (first, *others)
        ]
        ctx = self.context(integration, home, key="submit-1")
        assert subject.find_submission(ctx, self.order) is None

    def _quotes(self, subject: Any, integration: Integration[Settings], home: Path) -> list[Quote]:
        assert self.order.ship_to is not None
        request = QuoteRequest(
            location=self.order.location,
            ship_to=self.order.ship_to,
            lines=self.order.lines,
            shipping_method=self.order.shipping_method,
        )
        return list(subject.quote(self.context(integration, home), request))

    def _news(self, subject: Any, integration: Integration[Settings], home: Path) -> list[str]:
        ctx: Context[Settings] = self.context(integration, home)
        updates: Updates = subject.fetch_updates(ctx)
        return [update.update_id for update in updates.items]
