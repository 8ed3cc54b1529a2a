"""What every payment provider promises."""

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crossdock.errors import Rejected
from crossdock.money import Money
from crossdock.orders import PaymentState
from crossdock.payment import CaptureRequest, GiveBackRequest
from crossdock.provider import Integration, Kind, Provider
from crossdock.settings import Settings
from crossdock.testing.contract import Contract


class PaymentContract(Contract):
    """Set `reference`, a payment that is authorised anew for each test, and `authorized`, how much of it.

    What goes back was captured before: a provider with `refund` has `capture` too.
    """

    kind: ClassVar[Kind] = "payment"
    reference: ClassVar[str]
    authorized: ClassVar[Money] = Money(2500, "GBP")

    @pytest.fixture
    def wish(self) -> CaptureRequest:
        """All of it, taken."""
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

    @pytest.fixture
    def taken(
        self, registration: Provider, subject: Any, integration: Integration[Settings], home: Path, wish: CaptureRequest
    ) -> GiveBackRequest:
        """All of the payment, to be given back once it was captured."""
        self.needs("refund", registration)
        subject.capture(self.context(integration, home, key="capture-1"), wish)
        return GiveBackRequest(reference=self.reference, amount=self.authorized, order_number="1001")

    def test_one_key_gives_the_money_back_once(
        self, subject: Any, integration: Integration[Settings], home: Path, taken: GiveBackRequest
    ) -> None:
        ctx = self.context(integration, home, key="refund-1")
        assert subject.find_refund(ctx, taken) is None

        given = [subject.refund(ctx, taken) for _ in range(3)]
        found = subject.find_refund(ctx, taken)

        assert {each.amount for each in (*given, found)} == {self.authorized}
        assert len({each.external_id for each in (*given, found)}) == 1

    def test_parts_go_back_until_nothing_is_left(
        self, subject: Any, integration: Integration[Settings], home: Path, taken: GiveBackRequest
    ) -> None:
        first, second = Money(1, self.authorized.currency), self.authorized - Money(1, self.authorized.currency)
        for key, part in (("refund-1", first), ("refund-2", second)):
            ctx = self.context(integration, home, key=key)
            assert subject.refund(ctx, replace(taken, amount=part)).amount == part

        with pytest.raises(Rejected):
            subject.refund(self.context(integration, home, key="refund-3"), replace(taken, amount=first))

    def test_how_a_payment_stands_is_told(
        self, registration: Provider, subject: Any, integration: Integration[Settings], home: Path, wish: CaptureRequest
    ) -> None:
        self.needs("status", registration)
        ctx = self.context(integration, home)
        before = subject.status(ctx, self.reference)
        if "capture" in registration.capabilities:
            subject.capture(self.context(integration, home, key="capture-1"), wish)

        assert (before.state, before.amount) == (PaymentState.AUTHORIZED, self.authorized)
        assert before.at.tzinfo is not None
        assert "capture" not in registration.capabilities or subject.status(ctx, self.reference).state == "CAPTURED"

    def test_a_payment_that_it_does_not_know_is_rejected(
        self, registration: Provider, subject: Any, integration: Integration[Settings], home: Path
    ) -> None:
        self.needs("status", registration)

        with pytest.raises(Rejected):
            subject.status(self.context(integration, home), "surely unknown")
