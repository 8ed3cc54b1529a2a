"""What every payment provider promises."""

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crossdock.errors import Rejected
from crossdock.money import Money
from crossdock.payment import CaptureRequest
from crossdock.provider import Integration, Kind
from crossdock.settings import Settings
from crossdock.testing.contract import Contract


class PaymentContract(Contract):
    """Set `reference`, a payment that is authorised anew for each test, and `authorized`, how much of it."""

    kind: ClassVar[Kind] = "payment"
    reference: ClassVar[str]
    authorized: ClassVar[Money] = Money(2500, "GBP")

    @pytest.fixture
    def wish(self) -> CaptureRequest:
        return CaptureRequest(reference=self.reference, amount=self.authorized, order_number="1001")

    def test_one_key_takes_the_money_once(
        self, subject: Any, integration: Integration[Settings], home: Path, wish: CaptureRequest
    ) -> None:
        ctx = self.context(integration, home, key="capture-1")

        taken = [subject.capture(ctx, wish) for _ in range(3)]
        found = subject.find_capture(ctx, wish)

        assert {each.amount for each in (*taken, found)} == {self.authorized}
        assert len({each.external_id for each in (*taken, found)}) == 1

    def test_what_was_not_taken_is_not_found(
        self, subject: Any, integration: Integration[Settings], home: Path, wish: CaptureRequest
    ) -> None:
        assert subject.find_capture(self.context(integration, home, key="capture-1"), wish) is None

    def test_what_was_taken_is_not_taken_again(
        self, subject: Any, integration: Integration[Settings], home: Path, wish: CaptureRequest
    ) -> None:
        subject.capture(self.context(integration, home, key="capture-1"), wish)

        with pytest.raises(Rejected):
            subject.capture(self.context(integration, home, key="capture-2"), wish)

    def test_more_than_was_authorised_is_rejected(
        self, subject: Any, integration: Integration[Settings], home: Path, wish: CaptureRequest
    ) -> None:
        ctx = self.context(integration, home, key="capture-1")

        with pytest.raises(Rejected):
            subject.capture(ctx, replace(wish, amount=self.authorized + Money(1, self.authorized.currency)))
        assert subject.find_capture(ctx, wish) is None
