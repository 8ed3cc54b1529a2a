"""The contract suites of kinds that no bundled plugin has, against a plugin that keeps its promises."""

from pathlib import Path

import pytest

import crossdock
from crossdock import CaptureRequest, Integration, Provider, Rejected, Settings
from crossdock.testing import AddressGuardContract, NotifierContract, PaymentContract, RiskContract, a_context
from tests.acceptance import bank, boutique, herald


def _of(kind: str) -> Provider:
    (found,) = (each for each in bank.crossdock_providers() if each.kind == kind)
    return found


class TestTill(PaymentContract):
    provider = "bank"
    reference = "a-1"

    @pytest.fixture
    def registration(self) -> Provider:
        return _of("payment")


class TestClerk(RiskContract):
    provider = "bank"

    @pytest.fixture
    def registration(self) -> Provider:
        return _of("risk")


class TestHerald(NotifierContract):
    provider = "herald"

    @pytest.fixture
    def registration(self) -> Provider:
        (found,) = herald.crossdock_providers()
        return found

    def taken(self, integration: Integration[Settings], home: Path) -> int:  # noqa: ARG002  # it has one loft
        return len(herald.told(home))


class TestBoutique(AddressGuardContract):
    provider = "boutique"
    movable = "1001"

    @pytest.fixture
    def registration(self) -> Provider:
        (found,) = boutique.crossdock_providers()
        return found


class TestStubbornBoutique(TestBoutique):
    fixed = "1002"

    @pytest.fixture
    def subject(self) -> "_Stubborn":
        return _Stubborn()


class _Stubborn(boutique.Boutique):
    """One of its orders stays where it goes."""

    def allow_address(self, ctx: boutique.Ctx, external_id: str, address: crossdock.Address) -> None:
        if external_id == "1002":
            raise Rejected("address_fixed", "A gift goes where the giver says.")
        super().allow_address(ctx, external_id, address)


class _Moody(_Stubborn):
    """It says no once, and then yes."""

    asked = 0

    def allow_address(self, ctx: boutique.Ctx, external_id: str, address: crossdock.Address) -> None:
        self.asked += 1
        if self.asked == 1:
            super().allow_address(ctx, external_id, address)


def test_the_suite_sees_a_channel_that_changes_its_mind(tmp_path: Path) -> None:
    integration = crossdock.Integration("shop", "boutique", crossdock.Settings())

    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        TestStubbornBoutique().test_a_refusal_has_a_reason_and_stands(_Moody(), integration, tmp_path)


class _Twice(bank.Till):
    """Takes the money again whenever it is asked."""

    def capture(self, ctx: bank.Ctx, request: CaptureRequest) -> crossdock.Captured:
        return crossdock.Captured(amount=request.amount, at=ctx.now(), external_id=str(id(object())))


def test_the_suite_sees_a_provider_that_takes_money_twice(tmp_path: Path) -> None:
    suite = TestTill()
    integration = crossdock.Integration("bank", "bank", crossdock.Settings())
    wish = CaptureRequest(reference="a-1", amount=PaymentContract.authorized, order_number="1")

    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        suite.test_what_was_taken_is_not_taken_again(_Twice(), integration, tmp_path, wish)
    bank.in_mood(tmp_path, "refusing")
    with pytest.raises(Rejected):
        bank.Till().capture(a_context(integration.settings, tmp_path, key="k"), wish)
