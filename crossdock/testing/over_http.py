"""The suites of carriers and suppliers that are reached over HTTP: all that their kind promises, and what HTTP asks."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from crossdock.carrier import LabelRequest, RateRequest
from crossdock.context import Context
from crossdock.provider import Integration, Provider
from crossdock.settings import Settings
from crossdock.testing.carrier import CarrierContract
from crossdock.testing.faults import Fault
from crossdock.testing.ladder import Promise, proves
from crossdock.testing.remote import ACT_FAULTS, Ask, NewWorld, Prepared, RemoteContract
from crossdock.testing.supplier import SupplierContract
from crossdock.testing.world import World


class _OverHttp(RemoteContract):
    """Every test's subject, integration and contexts are those of one world."""

    @pytest.fixture(autouse=True)
    def _meet(self, world: World) -> None:
        self._world = world

    @pytest.fixture
    def integration(self, world: World) -> Integration[Settings]:
        return world.integration

    @pytest.fixture
    def subject(self, world: World) -> Any:
        return world.provider()

    def context(self, integration: Integration[Settings], home: Path, **facts: Any) -> Context[Settings]:  # noqa: ARG002  # a suite's own
        """A context of the test's world."""
        return self._world.context(**facts)


class RemoteCarrierContract(_OverHttp, CarrierContract):
    """A carrier with an API. The sandbox is the other side."""

    def bought(self, remote: Any) -> int:
        """How many labels the sandbox has sold."""
        raise NotImplementedError

    def reads(self, registration: Provider) -> Mapping[str, Ask]:  # noqa: ARG002  # a suite's own
        return {"rates": lambda world: world.ask("rates", self._quote())}

    @proves(Promise.OUTCOMES)
    def test_a_timeout_after_success_does_not_buy_twice(self, new_world: NewWorld) -> None:
        self.survives("buy_label", Fault.UNANSWERED, new_world, self._prepared)

    @proves(Promise.MATRIX)
    @pytest.mark.parametrize("fault", ACT_FAULTS)
    def test_a_label_is_bought_once_whatever_happens_to_any_request(self, fault: Fault, new_world: NewWorld) -> None:
        self.survives("buy_label", fault, new_world, self._prepared)

    def _quote(self) -> RateRequest:
        return RateRequest(ship_from=self.ship_from, ship_to=self.ship_to, parcels=(self.parcel,))

    def _prepared(self, world: World) -> Prepared:
        rate = world.ask("rates", self._quote())[0]
        wish = LabelRequest(
            reference="pkg_1",
            order_number="1001",
            service=rate.service,
            ship_from=self.ship_from,
            ship_to=self.ship_to,
            parcel=self.parcel,
            rate_reference=rate.reference,
        )
        return Prepared(act=lambda: world.act("buy_label", wish, key="label-1"), done=lambda: self.bought(world.remote))


class RemoteSupplierContract(_OverHttp, SupplierContract):
    """A supplier with an API. The sandbox is the other side."""

    def work(self, remote: Any) -> object:
        """Have the sandbox do its next step: accept, ship."""
        raise NotImplementedError

    def taken(self, remote: Any) -> int:
        """How many orders the sandbox has taken."""
        raise NotImplementedError

    @pytest.fixture
    def play(self, world: World) -> Any:
        return lambda: self.work(world.remote)

    def reads(self, registration: Provider) -> Mapping[str, Ask]:
        every = {"fetch_updates": "orders", "fetch_stock": "stock"}
        able = set(registration.capabilities)
        return {verb: _asked(verb) for verb, capability in every.items() if capability in able}

    @proves(Promise.OUTCOMES)
    def test_a_timeout_after_success_does_not_submit_twice(self, new_world: NewWorld) -> None:
        self.survives("submit", Fault.UNANSWERED, new_world, self._prepared)

    @proves(Promise.MATRIX)
    @pytest.mark.parametrize("fault", ACT_FAULTS)
    def test_an_order_is_submitted_once_whatever_happens_to_any_request(
        self, fault: Fault, new_world: NewWorld
    ) -> None:
        self.survives("submit", fault, new_world, self._prepared)

    def _prepared(self, world: World) -> Prepared:
        return Prepared(
            act=lambda: world.act("submit", self.order, key="submit-1"), done=lambda: self.taken(world.remote)
        )


def _asked(verb: str) -> Ask:
    return lambda world: world.ask(verb)
