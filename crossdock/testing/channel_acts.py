"""What a channel promises about acts: once, whatever the wire does to them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from crossdock.channel import CancelOrder, Receipt, RefundOrder, ShipmentNotice
from crossdock.errors import NotSupported
from crossdock.orders import LineKind, OrderData
from crossdock.returns import ReturnDecision
from crossdock.testing.channel_orders import OrderPromises
from crossdock.testing.faults import Fault
from crossdock.testing.ladder import Promise, proves
from crossdock.testing.remote import ACT_FAULTS, NewWorld, Prepared
from crossdock.testing.world import FIND, World

ACTS = {
    "confirm_shipment": "shipments",
    "cancel": "cancel",
    "accept_cancel": "cancel",
    "refund": "refund",
    "decide_return": "returns",
}
"""Verb to the capability that promises it."""


class ActPromises(OrderPromises):
    """Part of `ChannelContract`.

    corrected: the tracking number that takes a wrong one's place. by_people: verbs whose acts the channel takes from
    people alone, on pages of its own: they raise NotSupported.
    """

    carrier: ClassVar[str] = "UPS"
    corrected: ClassVar[str] = "1Z999AA10123456785"
    by_people: ClassVar[Collection[str]] = ()

    def done(self, remote: Any, verb: str, order_id: str) -> int:
        """How often the sandbox has done what a verb asks for, for this order."""
        raise NotImplementedError

    def numbers(self, remote: Any, order_id: str) -> Sequence[str]:  # noqa: ARG002  # a suite's own
        """The tracking numbers that the sandbox shows for an order. Without it nobody counts corrections."""
        pytest.skip("The suite does not say which `numbers` the sandbox shows.")

    def ask_cancel(self, remote: Any, order_id: str) -> str:
        """Have the shopper ask the channel to cancel; the request's id. Needed where `cancel` is claimed."""
        raise NotImplementedError

    def ask_return(self, remote: Any, order_id: str) -> str:
        """Have the shopper ask the channel for a return; its id. Needed where `returns` is claimed."""
        raise NotImplementedError

    def a_request(self, world: World, verb: str, order: OrderData) -> Any:
        """What the verb is asked for: all goods ship, all is cancelled, one unit is refunded."""
        goods = [line for line in order.lines if line.kind is LineKind.GOODS]
        match verb:
            case "confirm_shipment":
                return ShipmentNotice(
                    order_external_id=order.external_id,
                    package_key="pkg_1",
                    lines=tuple((line.external_id, line.quantity) for line in goods),
                    shipped_at=world.clock.now(),
                    carrier=self.carrier,
                    tracking_number="1Z999AA10123456784",
                )
            case "cancel":
                return CancelOrder(order_external_id=order.external_id, reason="OUT_OF_STOCK")
            case "accept_cancel":
                asked = self.ask_cancel(world.remote, order.external_id)
                return CancelOrder(order_external_id=order.external_id, reason="CUSTOMER", request_external_id=asked)
            case "refund":
                line = goods[0]
                nothing = line.tax - line.tax
                return RefundOrder(
                    order_external_id=order.external_id,
                    amount=line.unit_price,
                    lines=((line.external_id, 1, line.unit_price, nothing),),
                    reason="Damaged",
                    payment_reference=order.payments[0].reference if order.payments else None,
                )
        return ReturnDecision(
            return_external_id=self.ask_return(world.remote, order.external_id),
            order_external_id=order.external_id,
            accepted=True,
        )

    def an_act(self, world: World, verb: str) -> tuple[str, Any, Mapping[str, Any]]:
        """An order in the sandbox, and what to ask for it: its id, the request, further arguments."""
        self.needs(ACTS[verb], world.registration)
        if verb in self.by_people:
            pytest.skip("The channel takes it from people alone.")
        (order_id,) = self.placed(world)
        order = world.provider().map_order(world.ask("fetch_order", order_id))
        request = self.a_request(world, verb, order)
        world.clock.forward(timedelta(minutes=1))
        return order_id, request, {"accepted": True} if verb == "accept_cancel" else {}

    @pytest.mark.parametrize("verb", ACTS)
    def test_an_act_is_done_and_can_be_found(self, verb: str, world: World) -> None:
        order_id, request, further = self.an_act(world, verb)
        before = world.ask(FIND[verb], request, key="act-1")

        receipt = world.act(verb, request, key="act-1", **further)
        found = world.ask(FIND[verb], request, key="act-1")

        assert before is None, "it was found before it was done"
        assert isinstance(receipt, Receipt)
        assert found is not None, "it was done and is not found"
        assert found.external_id == receipt.external_id
        assert receipt.at.tzinfo is not None
        assert self.done(world.remote, verb, order_id) == 1

    def a_correction(self, world: World) -> tuple[str, ShipmentNotice]:
        """An order whose package was told with a wrong number, and what is to be told now."""
        order_id, wrong, _ = self.an_act(world, "confirm_shipment")
        first = world.act("confirm_shipment", wrong, key="act-1")
        return order_id, replace(wrong, tracking_number=self.corrected, corrects=first.external_id)

    def test_a_wrong_tracking_number_is_corrected_and_the_correction_found(self, world: World) -> None:
        order_id, right = self.a_correction(world)
        before = world.ask("find_shipment", right, key="act-2")

        receipt = world.act("confirm_shipment", right, key="act-2")
        found = world.ask("find_shipment", right, key="act-2")

        assert before is None, "the first word about the package was taken for its correction"
        assert found is not None, "it was corrected and is not found"
        assert found.external_id == receipt.external_id
        assert self.numbers(world.remote, order_id).count(self.corrected) == 1

    @proves(Promise.OUTCOMES)
    def test_a_correction_whose_answer_is_lost_is_told_once(self, new_world: NewWorld) -> None:
        def prepare(world: World) -> Prepared:
            order_id, right = self.a_correction(world)
            return Prepared(
                act=lambda: world.act("confirm_shipment", right, key="act-2"),
                done=lambda: self.numbers(world.remote, order_id).count(self.corrected),
            )

        self.survives("confirm_shipment", Fault.UNANSWERED, new_world, prepare)

    def test_what_people_must_do_themselves_is_said_so(self, world: World) -> None:
        if not self.by_people:
            pytest.skip("The channel takes every act.")
        (order_id,) = self.placed(world)
        order = world.provider().map_order(world.ask("fetch_order", order_id))
        for verb in self.by_people:
            with pytest.raises(NotSupported) as told:
                world.ask(verb, self.a_request(world, verb, order), key="act-1")
            assert told.value.message, f"{verb} does not say what people are to do"

    @proves(Promise.OUTCOMES)
    @pytest.mark.parametrize("verb", ACTS)
    def test_a_timeout_after_success_does_not_act_twice(self, verb: str, new_world: NewWorld) -> None:
        self._survives(verb, Fault.UNANSWERED, new_world)

    @proves(Promise.MATRIX)
    @pytest.mark.parametrize("fault", ACT_FAULTS)
    @pytest.mark.parametrize("verb", ACTS)
    def test_an_act_is_done_once_whatever_happens_to_any_of_its_requests(
        self, verb: str, fault: Fault, new_world: NewWorld
    ) -> None:
        self._survives(verb, fault, new_world)

    def _survives(self, verb: str, fault: Fault, new_world: NewWorld) -> None:
        def prepare(world: World) -> Prepared:
            order_id, request, further = self.an_act(world, verb)
            return Prepared(
                act=lambda: world.act(verb, request, key="act-1", **further),
                done=lambda: self.done(world.remote, verb, order_id),
            )

        self.survives(verb, fault, new_world, prepare)
