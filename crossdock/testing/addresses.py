"""What every channel with a say in where its orders go promises."""

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crossdock.address import Address
from crossdock.errors import Rejected
from crossdock.provider import Integration, Kind
from crossdock.settings import Settings
from crossdock.testing.contract import Contract


class AddressGuardContract(Contract):
    """Set `movable`, an order of the channel's that may go to `address`, and `fixed`, one that may not; None: no such.

    The channel is one that has the capability `addresses`.
    """

    kind: ClassVar[Kind] = "channel"
    movable: ClassVar[str | None]
    fixed: ClassVar[str | None] = None
    address: ClassVar[Address] = Address(
        name="Ada", line1="1 High Street", city="London", postal_code="N1 9GU", country="GB"
    )

    @pytest.fixture(autouse=True)
    def _guards(self, registration: Any) -> None:
        assert "addresses" in registration.capabilities

    def test_an_order_may_go_elsewhere_however_often_it_is_asked_about(
        self, subject: Any, integration: Integration[Settings], home: Path
    ) -> None:
        if self.movable is None:
            pytest.skip("No order may go elsewhere.")
        ctx = self.context(integration, home)
        next_door = replace(self.address, line1="2 High Street")

        for address in (self.address, next_door, self.address):
            assert subject.allow_address(ctx, self.movable, address) is None

    def test_a_refusal_has_a_reason_and_stands(
        self, subject: Any, integration: Integration[Settings], home: Path
    ) -> None:
        if self.fixed is None:
            pytest.skip("All orders may go elsewhere.")
        ctx = self.context(integration, home)

        refused = []
        for _ in range(2):
            with pytest.raises(Rejected) as refusal:
                subject.allow_address(ctx, self.fixed, self.address)
            refused.append((refusal.value.code, refusal.value.message))

        assert refused[0] == refused[1]
        assert all(said.strip() for said in refused[0])
        if self.movable is not None:
            assert subject.allow_address(ctx, self.movable, self.address) is None
