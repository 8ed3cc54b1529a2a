"""What every helpdesk promises."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from crossdock.carrier import TrackingStatus
from crossdock.errors import Rejected
from crossdock.helpdesk import CardLine, CardShipment, Note, OrderCard, Rendered, Ticket
from crossdock.money import Money
from crossdock.provider import Kind, Provider
from crossdock.testing.faults import Fault
from crossdock.testing.helpdesk_webhooks import TicketWebhookPromises
from crossdock.testing.isolation import no_network
from crossdock.testing.ladder import Promise, proves
from crossdock.testing.remote import ACT_FAULTS, Ask, NewWorld, Prepared
from crossdock.testing.world import World

CARD = OrderCard(
    order_id="ord_1",
    number="CD-1001",
    external_number="#1001",
    channel="Main shop",
    placed_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
    status="PROCESSING",
    headline="Order CD-1001 has shipped with DHL (JD0146).",
    next_step="It should arrive on 5 March 2026.",
    attention=("Return R-1 waits for a decision.",),
    news="Shipment ship_1 left with DHL JD0146.",
    total=Money(2500, "GBP"),
    lines=(CardLine(sku="TEA-1", name="Tea & <b>biscuits</b>", quantity=2, shipped=2),),
    shipments=(
        CardShipment(
            carrier="DHL",
            tracking_number="JD0146",
            tracking_url="https://dhl.example/JD0146",
            status=TrackingStatus.IN_TRANSIT,
            expected_at=datetime(2026, 3, 5, tzinfo=UTC),
        ),
    ),
)
BARE = OrderCard(
    order_id="ord_2",
    number="CD-1002",
    channel="Main shop",
    placed_at=datetime(2026, 3, 2, 12, tzinfo=UTC),
    status="PENDING",
    headline="Order CD-1002 is confirmed.",
    total=Money(0, "GBP"),
)
_UNKNOWN = "404404404"


class HelpdeskContract(TicketWebhookPromises):
    """The sandbox is the other side. Say how shoppers write there, and how to see what was done."""

    kind: ClassVar[Kind] = "helpdesk"

    def linked(self, remote: Any, external_id: str) -> Collection[str]:
        """The numbers of the orders that a ticket says it is about, ours: see `OrderCard.number`."""
        raise NotImplementedError

    def notes(self, remote: Any, external_id: str) -> Sequence[str]:
        """What agents alone read on a ticket."""
        raise NotImplementedError

    def shown(self, remote: Any, external_id: str) -> Sequence[str]:
        """What the shopper reads on a ticket."""
        raise NotImplementedError

    def ready(self, world: World) -> None:
        world.placed.append(self.open_ticket(world.remote, "Where is it?", "Order #1001, please."))

    def reads(self, registration: Provider) -> Mapping[str, Ask]:
        if "tickets" not in registration.capabilities:
            return {}
        return {"fetch_ticket": lambda world: world.ask("fetch_ticket", world.placed[0])}

    @pytest.fixture
    def ticket(self, world: World) -> str:
        return self.a_ticket(world)

    def a_ticket(self, world: World) -> str:
        """One that was just opened."""
        self.ready(world)
        return world.placed[-1]

    def test_a_ticket_says_what_the_shopper_wrote(self, ticket: str, world: World) -> None:
        self.needs("tickets", world.registration)

        found: Ticket = world.ask("fetch_ticket", ticket)

        assert found.external_id == ticket
        assert (found.subject, found.open) == ("Where is it?", True)
        assert "#1001" in found.text
        assert found.requester_email or found.requester_phone, "nothing says who asks"
        assert found.updated_at is None or found.updated_at.tzinfo is not None
        assert world.ask("fetch_ticket", ticket) == found

    def test_a_ticket_that_it_does_not_know_is_rejected(self, world: World) -> None:
        self.needs("tickets", world.registration)

        for unknown in (_UNKNOWN, "no/../such?ticket", ""):
            with pytest.raises(Rejected):
                world.ask("fetch_ticket", unknown)

    def test_a_ticket_is_about_the_orders_that_were_told_last(self, ticket: str, world: World) -> None:
        self.needs("links", world.registration)

        for orders in ((CARD, BARE), (CARD, BARE), (BARE,), ()):
            world.ask("link", ticket, orders)
            assert sorted(self.linked(world.remote, ticket)) == [card.number for card in orders]
        assert not self.notes(world.remote, ticket), "linking writes into the ticket"

    def test_linking_changes_nothing_that_a_person_wrote(self, ticket: str, world: World) -> None:
        self.needs("links", world.registration)
        self.needs("tickets", world.registration)
        before = world.ask("fetch_ticket", ticket)

        world.ask("link", ticket, (CARD,))

        after = world.ask("fetch_ticket", ticket)
        assert (after.subject, after.text) == (before.subject, before.text)
        with pytest.raises(Rejected):
            world.ask("link", _UNKNOWN, (CARD,))

    def test_an_order_is_shown_in_the_same_words_each_time_and_without_asking_anybody(self, world: World) -> None:
        self.needs("notes", world.registration)

        with no_network():
            full, again, bare = (world.provider().render(card) for card in (CARD, CARD, BARE))

        assert full == again
        assert all(text in full.content for text in (CARD.number, "JD0146", "ship_1"))
        assert BARE.number in bare.content

    def test_what_others_wrote_is_no_markup(self, world: World) -> None:
        self.needs("notes", world.registration)
        said: Rendered = world.provider().render(replace(CARD, headline="<i>Ha</i> & so", channel="<script>"))

        assert not said.html or not any(tag in said.content for tag in ("<i>Ha", "<b>biscuits", "<script>"))

    def test_a_note_is_there_once_and_found_again(self, ticket: str, world: World) -> None:
        self.needs("notes", world.registration)
        note = self._note(world, ticket)
        assert world.ask("find_note", note, key="note-1") is None

        posted = world.act("post_note", note, key="note-1")

        assert world.ask("find_note", note, key="note-1") == posted
        assert world.ask("find_note", note, key="note-2") is None
        assert len(self.notes(world.remote, ticket)) == 1
        world.act("post_note", note, key="note-2")
        assert len(self.notes(world.remote, ticket)) == 2  # noqa: PLR2004  # one for each key

    def test_no_shopper_reads_a_note(self, ticket: str, world: World) -> None:
        self.needs("notes", world.registration)
        before = list(self.shown(world.remote, ticket))

        world.act("post_note", self._note(world, ticket), key="note-1")

        assert any(CARD.number in each for each in self.notes(world.remote, ticket))
        assert list(self.shown(world.remote, ticket)) == before

    def test_a_note_on_a_ticket_that_it_does_not_know_is_rejected(self, world: World) -> None:
        self.needs("notes", world.registration)

        with pytest.raises(Rejected):
            world.ask("post_note", self._note(world, _UNKNOWN), key="note-1")

    @proves(Promise.OUTCOMES)
    def test_a_timeout_after_success_does_not_post_twice(self, registration: Provider, new_world: NewWorld) -> None:
        self.needs("notes", registration)
        self.survives("post_note", Fault.UNANSWERED, new_world, self._prepared)

    @proves(Promise.MATRIX)
    @pytest.mark.parametrize("fault", ACT_FAULTS)
    def test_a_note_is_posted_once_whatever_happens_to_any_request(
        self, fault: Fault, registration: Provider, new_world: NewWorld
    ) -> None:
        self.needs("notes", registration)
        self.survives("post_note", fault, new_world, self._prepared)

    def _note(self, world: World, ticket: str) -> Note:
        body = world.provider().render(CARD)
        return Note(ticket_external_id=ticket, order_id=CARD.order_id, order_number=CARD.number, body=body)

    def _prepared(self, world: World) -> Prepared:
        self.ready(world)
        ticket = world.placed[-1]
        note = self._note(world, ticket)
        return Prepared(
            act=lambda: world.act("post_note", note, key="note-1"), done=lambda: len(self.notes(world.remote, ticket))
        )
