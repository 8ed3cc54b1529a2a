"""Checks: what must wait says why and how to mend it, and goes on by itself once it is mended."""

from dataclasses import replace
from decimal import Decimal
from types import ModuleType

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

import crossdock
from core.actor import acting_as
from core.catalog.models import Channel
from core.errors import IllegalState, Invalid
from core.events.models import Event
from core.flows import holds, payments
from core.flows.capture import capture
from core.flows.readdress import set_address
from core.flows.validate import validate
from core.flows.validate.address import check_address
from core.hub import Hub
from core.jobs.models import Job
from core.orders.models import Hold, Order, RiskAssessment
from core.orders.states import HoldKind, OrderStatus, RiskLevel
from crossdock.address import Address, AddressVerdict
from crossdock.orders import Finding, FindingKind, OrderData, OrderView, PaymentState
from tests.builders import a_channel, an_item
from tests.core.flows.selling import HOME, a_payment, said


@pytest.fixture
def shop(session: Session) -> Channel:
    an_item(session, "A")
    channel = a_channel(session, "shop")
    session.commit()
    return channel


def checked(hub: Hub, session: Session, shop: Channel, data: OrderData) -> Order:
    (order_id,) = capture(session, shop, [data]).created
    session.commit()
    return again(hub, session, order_id)


def again(hub: Hub, session: Session, order_id: int) -> Order:
    validate(hub, [order_id])
    session.expire_all()
    return session.get_one(Order, order_id)


def open_codes(session: Session) -> list[str]:
    session.expire_all()
    return list(session.scalars(select(Hold.code).where(Hold.released_at.is_(None)).order_by(Hold.code)))


def test_an_order_without_fault_is_confirmed(hub: Hub, session: Session, shop: Channel) -> None:
    order = checked(hub, session, shop, said("1"))

    assert (order.status, order.on_hold) == (OrderStatus.CONFIRMED, False)
    assert order.validated_at is not None
    assert order.address_check is not None
    assert order.address_check["verdict"] == "VALID"


def test_an_unpaid_order_waits_until_the_money_is_there(hub: Hub, session: Session, shop: Channel) -> None:
    order = checked(hub, session, shop, said("1", paid=False))
    assert open_codes(session) == ["unpaid"]
    hold = session.scalars(select(Hold)).one()
    assert (hold.kind, hold.message) == (HoldKind.PAYMENT, "10.00 GBP are not paid yet.")

    payments.record(session, order.id, a_payment(1000))
    session.commit()
    assert "orders.advance" in session.scalars(select(Job.name)).all()

    assert again(hub, session, order.id).status is OrderStatus.CONFIRMED
    assert open_codes(session) == []


def test_authorised_money_is_enough(hub: Hub, session: Session, shop: Channel) -> None:
    order = checked(hub, session, shop, said("1", payments=(a_payment(1000, PaymentState.AUTHORIZED),)))

    assert order.status is OrderStatus.CONFIRMED


def test_a_payment_that_makes_no_sense_is_refused(session: Session, shop: Channel) -> None:
    (order_id,) = capture(session, shop, [said("1", paid=False)]).created

    with pytest.raises(Invalid) as refused:
        payments.record(session, order_id, a_payment(-5))

    assert refused.value.path == ("input", "amount", "amount")


def test_an_address_that_cannot_be_is_held_and_its_correction_releases_it(
    hub: Hub, session: Session, shop: Channel
) -> None:
    wrong = Address(name="Ada", line1="Unter den Linden 1", city="Berlin", postal_code="1011", country="DE")
    order = checked(hub, session, shop, said("1", shipping_address=wrong))
    assert open_codes(session) == ["address_invalid"]
    assert session.scalars(select(Hold.message)).one() == "The postal code is not one of DE."

    set_address(session, order.id, HOME)
    session.commit()

    order = again(hub, session, order.id)
    assert (order.status, order.country) == (OrderStatus.CONFIRMED, "GB")
    assert open_codes(session) == []


def test_goods_without_an_address_wait(hub: Hub, session: Session, shop: Channel) -> None:
    checked(hub, session, shop, said("1", shipping_address=None))

    assert open_codes(session) == ["address_missing"]


@pytest.mark.parametrize(
    ("address", "verdict"),
    [
        (HOME, AddressVerdict.VALID),
        (Address(country="GB"), AddressVerdict.UNCHECKED),
        (Address(line1="1 High Street", city="London", country="GB"), AddressVerdict.INVALID),
        (Address(line1="1 High Street", city="London", postal_code="SW1A 2AA"), AddressVerdict.INVALID),
        (replace(HOME, postal_code="sw1a 2aa"), AddressVerdict.CORRECTABLE),
        (Address(line1="1 Main St", city="Springfield", region="Illinois", postal_code="62701", country="US"),
         AddressVerdict.CORRECTABLE),
    ],
)  # fmt: skip
def test_the_verdict_on_an_address(address: Address, verdict: AddressVerdict) -> None:
    check = check_address(address)

    assert check.verdict is verdict
    assert (check.suggestion is not None) == (verdict is AddressVerdict.CORRECTABLE)


def test_a_suggestion_never_overwrites_the_address(hub: Hub, session: Session, shop: Channel) -> None:
    small = Address(line1="1 High Street", city="London", postal_code="sw1a 2aa", country="GB")
    order = checked(hub, session, shop, said("1", shipping_address=small))

    assert order.shipping_address is not None
    assert order.address_check is not None
    assert order.shipping_address["postal_code"] == "sw1a 2aa"
    assert order.address_check["suggestion"]["postal_code"] == "SW1A 2AA"
    assert order.status is OrderStatus.CONFIRMED


def test_a_phone_that_is_none_is_said_and_holds_nothing() -> None:
    check = check_address(Address(line1="1 High St", city="London", postal_code="SW1A 2AA", country="GB", phone="12"))

    assert check.verdict is AddressVerdict.VALID
    assert check.messages == ("'12' cannot be a phone number.",)


def test_risk_holds_from_the_level_that_the_settings_name(hub: Hub, session: Session, shop: Channel) -> None:
    (order_id,) = capture(session, shop, [said("1")]).created
    session.add(RiskAssessment(order_id=order_id, source="radar", level=RiskLevel.HIGH, score=Decimal("0.9")))
    session.commit()

    again(hub, session, order_id)

    assert open_codes(session) == ["risk"]


def test_what_a_person_released_stays_released_for_the_same_reason(hub: Hub, session: Session, shop: Channel) -> None:
    order = checked(hub, session, shop, said("1", shipping_address=None))
    hold = session.scalars(select(Hold)).one()
    with acting_as("ada"):
        holds.release(session, hold.id, note="she picks it up")
    session.execute(update(Order).values(validated_at=None))
    session.commit()

    assert again(hub, session, order.id).status is OrderStatus.CONFIRMED
    assert open_codes(session) == []
    assert "orders.advance" in session.scalars(select(Job.name)).all()


def test_a_manual_hold_stops_an_order_until_it_is_released(hub: Hub, session: Session, shop: Channel) -> None:
    order = checked(hub, session, shop, said("1"))

    holds.hold(session, order.id, message="Call her first.")
    session.commit()
    session.refresh(order)
    assert (order.on_hold, order.status) == (True, OrderStatus.PENDING)

    hold = session.scalars(select(Hold)).one()
    assert holds.release(session, hold.id) == order.id
    assert holds.release(session, hold.id) == order.id
    session.commit()
    session.refresh(order)
    assert (order.on_hold, order.status) == (False, OrderStatus.CONFIRMED)


def a_plugin(*findings: Finding) -> ModuleType:
    """A plugin with one hook: it finds the same in every order."""

    @crossdock.hookimpl
    def crossdock_validate_order(order: OrderView) -> list[Finding]:
        return list(findings)

    module = ModuleType("a_plugin")
    module.crossdock_validate_order = crossdock_validate_order  # type: ignore[attr-defined]  # a module made here
    return module


def test_findings_of_plugins_hold_and_warn(hub: Hub, session: Session, shop: Channel) -> None:
    hold = Finding(kind=FindingKind.HOLD, code="po_box", message="It is a PO box.", fix="Ask.", hold="ADDRESS")
    warn = Finding(kind=FindingKind.WARN, code="gift", message="It is a gift.")
    hub.registry.hooks.register("boxes", a_plugin(hold, warn))

    order = checked(hub, session, shop, said("1"))

    found = session.scalars(select(Hold)).one()
    assert (found.kind, found.code, found.fix) == (HoldKind.ADDRESS, "boxes.po_box", "Ask.")
    assert session.scalars(select(Event.message).where(Event.name == "order.warned")).all() == ["It is a gift."]
    assert order.on_hold


def test_a_plugin_that_rejects_asks_a_person_and_cancels_nothing(hub: Hub, session: Session, shop: Channel) -> None:
    no = Finding(kind=FindingKind.REJECT, code="embargo", message="We do not ship there.")
    hub.registry.hooks.register("customs", a_plugin(no))

    order = checked(hub, session, shop, said("1"))

    assert order.status is OrderStatus.PENDING
    assert open_codes(session) == ["customs.embargo"]


def test_a_charge_back_holds_what_has_not_left(hub: Hub, session: Session, shop: Channel) -> None:
    order = checked(hub, session, shop, said("1"))

    payments.record(session, order.id, a_payment(1000, PaymentState.DISPUTED))
    session.execute(update(Order).values(validated_at=None))
    session.commit()

    again(hub, session, order.id)
    assert open_codes(session) == ["charged_back"]


def test_money_of_a_later_state_never_goes_back(session: Session, shop: Channel) -> None:
    (order_id,) = capture(session, shop, [said("1", payments=(a_payment(1000),))]).created
    with pytest.raises(IllegalState):
        payments.record(session, order_id, a_payment(1000, PaymentState.AUTHORIZED))
