"""What may be done with an order, and why not."""

from typing import Any

from core.orders.actions import RULES, Standing, available
from core.orders.states import OrderStatus


def possible(*scopes: str, **numbers: Any) -> dict[str, str | None]:
    """Mutation: why not, or None where it is allowed."""
    standing = {
        "status": OrderStatus.CONFIRMED,
        "held": False,
        "fulfilled_by_channel": False,
        "waiting": 0,
        "backordered": 0,
        "allocated": 0,
        "shipped": 0,
        "returnable": 0,
        "refundable_minor": 0,
        "capturable_minor": 0,
        **numbers,
    }
    able = scopes or ("orders:write", "fulfillment:write", "returns:write", "refunds:write")
    return {one.action: one.reason for one in available(Standing(**standing), able.__contains__)}


def test_an_open_order_can_be_held_routed_edited_and_cancelled() -> None:
    actions = possible(waiting=2)

    allowed = {"orderHold", "orderRoute", "orderEdit", "orderSetAddress", "orderCancel", "shipmentCreate"}
    assert {name for name in allowed if actions[name] is not None} == set()
    assert actions["orderReleaseHold"] == "Nothing holds the order."
    assert actions["returnRequest"] == "Nothing of it has shipped."


def test_what_has_shipped_comes_back_by_a_return_rather_than_a_cancellation() -> None:
    actions = possible(status=OrderStatus.COMPLETED, shipped=2, returnable=2, refundable_minor=100)

    assert actions["orderCancel"] == "Everything of it has shipped; a return brings it back."
    assert actions["returnRequest"] is None
    assert actions["refundCreate"] is None
    assert actions["orderReplace"] is None


def test_units_on_a_return_cannot_be_asked_back_again() -> None:
    assert possible(shipped=2, returnable=0)["returnRequest"] == "All that has shipped is on a return already."


def test_a_held_order_is_not_routed_and_may_be_released() -> None:
    actions = possible(waiting=1, held=True)

    assert actions["orderRoute"] == "The order is on hold; release it first."
    assert actions["orderReleaseHold"] is None


def test_what_the_channel_ships_is_never_routed_or_shipped_by_us() -> None:
    actions = possible(waiting=1, fulfilled_by_channel=True)

    assert actions["orderRoute"] == actions["shipmentCreate"] == "The channel ships this order itself."


def test_a_key_without_the_scope_is_told_which_it_lacks() -> None:
    actions = possible("orders:write", waiting=1, refundable_minor=100)

    assert actions["refundCreate"] == "This key lacks the scope refunds:write."
    assert actions["orderCancel"] is None


def test_every_action_says_whether_and_why_not() -> None:
    assert set(possible()) == set(RULES)
