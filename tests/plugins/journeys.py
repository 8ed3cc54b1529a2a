"""What every store's plugin does through the hub: what happens there happens here, and the other way round.

A plugin's `test_hub.py` gives the fixtures `remote` and `hub`, and has the journeys run by a class of its own:

    class TestJourneys(Journeys):
        '''All of them.'''
"""

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import CrossdockError
from core.flows import cancel, refund, ship
from core.flows.channels import windows
from core.flows.inbox import replay
from core.flows.refund.plan import Wanted
from core.hub import Hub
from core.inbox.models import InboxMessage, InboxState
from core.integrations.models import HealthStatus, SyncState
from core.orders.models import Order
from core.orders.states import CancelReason, OrderStatus
from core.returns.models import Refund, Return, ReturnState
from core.shipments.models import Shipment
from crossdock import ProviderError
from tests.plugins.stores import Desk


class Remote(ABC):
    """A played store, as the journeys need it. Orders go by the store's own ids; one sells `units` of one thing."""

    key: str
    units = 2
    spoils_alone = frozenset({"currency", "negative"})
    """What of an order's answer is wrong and leaves the other orders of a page as they are."""

    @abstractmethod
    def sell(self) -> str: ...

    @abstractmethod
    def parcels(self, order: str) -> list[tuple[str | None, int]]:
        """(tracking number, units) of what left, by the store's word."""

    @abstractmethod
    def shown(self, *told: str) -> list[str]:
        """The tracking numbers that the store shows of a parcel, of those that it was told one after the other."""

    @abstractmethod
    def send(self, order: str, number: str) -> None:
        """The store's own people send all of it."""

    @abstractmethod
    def cancel(self, order: str) -> None: ...

    @abstractmethod
    def is_cancelled(self, order: str) -> bool: ...

    @abstractmethod
    def held_minor(self, order: str) -> int:
        """What of what was paid has not been given back."""

    @abstractmethod
    def ask_return(self, order: str) -> str: ...

    @abstractmethod
    def is_approved(self, name: str) -> bool: ...

    @abstractmethod
    def lose(self, order: str) -> Callable[[], None]:
        """The store does not know an order any more, until what comes back is called."""

    @abstractmethod
    def spoil(self, how: str) -> None:
        """The next answer with orders is html, truncated, of another schema or currency, negative, or endless."""

    @abstractmethod
    def refuse_tokens(self) -> None:
        """Consent was taken back: no token is good any more, and no new one is given."""


class Journeys:
    """What happens there happens here, and the other way round."""

    @pytest.fixture
    def desk(self, hub: Hub, session: Session, remote: Remote) -> Desk:
        return Desk(hub, session, remote.key)

    def test_parcels_are_told_once_each_and_come_back_as_ours(self, desk: Desk, remote: Remote) -> None:
        sold = remote.sell()
        order = desk.heard(sold)
        desk.ship(order, "RM1", 1)
        desk.ship(order, "RM2", 1)

        assert remote.parcels(sold) == [("RM1", 1), ("RM2", 1)]
        again = desk.heard(sold)
        sent = select(Shipment.tracking_number).where(Shipment.order_id == again.id).order_by(Shipment.id)
        assert desk.session.scalars(sent).all() == ["RM1", "RM2"]
        assert desk.cases() == []

    def test_a_wrong_tracking_number_is_corrected_there_and_comes_back_as_ours(
        self, desk: Desk, remote: Remote
    ) -> None:
        sold = remote.sell()
        shipment = desk.ship(desk.heard(sold), "WRONG", remote.units)
        desk.heard(sold)

        ship.correct(desk.session, shipment, ship.Correction(carrier="UPS", tracking_number="RIGHT"))
        desk.session.commit()
        desk.run()

        assert [number for number, _ in remote.parcels(sold)] == remote.shown("WRONG", "RIGHT")
        desk.heard(sold)
        assert desk.session.scalars(select(Shipment.tracking_number)).all() == ["RIGHT"]
        assert desk.cases() == []

    def test_cancelled_there_is_cancelled_here_with_its_refund(self, desk: Desk, remote: Remote) -> None:
        sold = remote.sell()
        desk.heard(sold)
        paid = remote.held_minor(sold)

        remote.cancel(sold)

        assert desk.heard(sold).status is OrderStatus.CANCELLED
        assert desk.session.scalars(select(Refund.amount_minor)).all() == [paid]
        assert desk.cases() == []

    def test_cancelled_here_is_cancelled_there_and_the_money_goes_back_once(self, desk: Desk, remote: Remote) -> None:
        sold = remote.sell()
        order = desk.heard(sold)

        cancel.cancel(desk.session, order.id, reason=CancelReason.OUT_OF_STOCK)
        desk.session.commit()
        desk.run()

        assert remote.is_cancelled(sold)
        assert remote.held_minor(sold) == 0
        assert desk.heard(sold).status is OrderStatus.CANCELLED
        (given,) = desk.session.scalars(select(Refund)).all()
        assert (given.amount_minor, given.external_id is not None) == (order.total_minor, True)
        assert desk.cases() == []

    def test_a_refund_here_arrives_there_once_and_comes_back_as_ours(self, desk: Desk, remote: Remote) -> None:
        sold = remote.sell()
        order = desk.heard(sold)
        paid = remote.held_minor(sold)

        refund.create(desk.session, order.id, Wanted(goodwill_minor=250, reason="Late"))
        desk.session.commit()
        desk.run()
        desk.heard(sold)

        assert remote.held_minor(sold) == paid - 250
        assert desk.session.scalars(select(Refund.amount_minor)).all() == [250]

    def test_a_return_asked_for_there_is_judged_here_and_answered_there(self, desk: Desk, remote: Remote) -> None:
        sold = remote.sell()
        desk.ship(desk.heard(sold), "RM1", remote.units)
        name = remote.ask_return(sold)

        for _ in range(2):
            desk.sync("returns")
            desk.run()

        (back,) = desk.session.scalars(select(Return)).all()
        assert (back.external_id, back.state) == (name, ReturnState.APPROVED)
        assert remote.is_approved(name)

    def test_a_return_of_an_order_from_before_brings_that_order(self, desk: Desk, remote: Remote) -> None:
        sold = remote.sell()
        remote.send(sold, "OLD1")
        name = remote.ask_return(sold)

        desk.sync("returns")
        desk.run()

        assert desk.order(sold).external_id == sold
        assert desk.session.scalars(select(Return.external_id)).all() == [name]

    def test_a_return_whose_order_cannot_be_had_waits_with_the_reason(self, desk: Desk, remote: Remote) -> None:
        sold = remote.sell()
        remote.send(sold, "OLD1")
        name = remote.ask_return(sold)
        find = remote.lose(sold)

        desk.sync("returns")
        desk.run()
        message = self._returned(desk)
        assert message.state is InboxState.QUARANTINED
        assert f"does not give its order {sold}" in (message.error or "")

        find()
        replay(desk.session, [message.id])
        desk.session.commit()
        desk.run()
        assert self._returned(desk).state is InboxState.APPLIED
        assert desk.session.scalars(select(Return.external_id)).all() == [name]

    def test_answers_that_make_no_sense_are_set_aside_and_the_rest_goes_on(self, desk: Desk, remote: Remote) -> None:
        sold: set[str | None] = set()
        aside = select(InboxMessage.error).where(InboxMessage.state == InboxState.QUARANTINED)
        for how in ("html", "truncated", "schema", "currency", "negative"):
            sold |= {remote.sell(), remote.sell()}
            remote.spoil(how)
            before = len(desk.session.scalars(aside).all())

            run = desk.sync("orders")

            others = 1 if how in remote.spoils_alone else 0
            assert (how, run.state, run.created, run.rejected) == (how, SyncState.PARTIAL, others, 1)
            reasons = desk.session.scalars(aside.order_by(InboxMessage.id)).all()
            assert len(reasons) == before + 1, how
            assert all(reasons), how

            mended = desk.sync("orders")
            assert (how, mended.state, mended.created) == (how, SyncState.SUCCEEDED, 2 - others)
        desk.run()
        assert set(desk.session.scalars(select(Order.external_id))) == sold

    def test_pages_without_an_end_end_the_run_with_what_they_brought(
        self, desk: Desk, remote: Remote, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(windows, "MOST_PAGES", 3)
        sold = remote.sell()
        for _ in range(3):
            remote.spoil("endless")

        run = desk.sync("orders")
        desk.run()

        assert (run.state, run.created) == (SyncState.PARTIAL, 1)
        assert run.error in {
            "Its pages go round in a circle: the same cursor came twice.",
            "It has more than 3 pages; the next run goes on.",
        }
        assert desk.order(sold).external_id == sold

    def test_consent_that_was_taken_back_is_said_with_the_way_to_mend_it(self, desk: Desk, remote: Remote) -> None:
        remote.refuse_tokens()

        with contextlib.suppress(CrossdockError, ProviderError):
            desk.sync("orders")

        status, said = desk.health()
        assert status is HealthStatus.DOWN
        assert any(word in said for word in ("Put a new one", "Give consent again", "Install the app"))

    @staticmethod
    def _returned(desk: Desk) -> InboxMessage:
        desk.session.expire_all()
        return desk.session.scalars(select(InboxMessage).where(InboxMessage.kind == "return")).one()
