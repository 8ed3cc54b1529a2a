"""What a helpdesk promises about webhooks: nobody is believed who cannot prove who calls, and nothing true is lost."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from crossdock.errors import BadData, Untrusted
from crossdock.testing.isolation import no_network
from crossdock.testing.ladder import Promise, proves
from crossdock.testing.remote import RemoteContract
from crossdock.testing.world import World
from crossdock.webhooks import WebhookReply, WebhookRequest


class TicketWebhookPromises(RemoteContract):
    """Part of `HelpdeskContract`.

    proof_header: the header by which the sender is known, in lower case: a signature, or a secret. signs: whether it
    is a signature of the body. signature_lives: for how long that counts; None where it does not age.
    """

    proof_header: ClassVar[str] = ""
    signs: ClassVar[bool] = True
    signature_lives: ClassVar[timedelta | None] = None

    def open_ticket(self, remote: Any, subject: str, text: str) -> str:
        """Have a shopper write in the sandbox; the ticket's id. The hub is told by webhook, where there are any."""
        raise NotImplementedError

    def signed(self, world: World, like: WebhookRequest, body: bytes) -> WebhookRequest:
        """The same webhook with another body, proved as the sender would. Needed where `webhooks` is claimed."""
        raise NotImplementedError

    @pytest.fixture
    def letter(self, world: World) -> WebhookRequest:
        return self.a_letter(world)

    def a_letter(self, world: World) -> WebhookRequest:
        """A webhook about a ticket that was just opened, as the sandbox sent it."""
        self.needs("webhooks", world.registration)
        assert self.proof_header, "Set `proof_header`, so that it can be forged."
        world.placed += [self.open_ticket(world.remote, "Where is it?", f"Order {1001 + each}") for each in range(2)]
        for letter in world.letters.heard:
            if world.events(letter):
                return letter
        raise AssertionError("The sandbox sent no webhook about a ticket that was opened.")

    @proves(Promise.WEBHOOKS)
    def test_a_webhook_names_its_ticket_however_often_it_comes(self, letter: WebhookRequest, world: World) -> None:
        first, second = (world.events(letter) for _ in range(2))

        assert first == second
        assert all(event.topic and event.external_id in world.placed for event in first)
        assert all(event.ticket is None or event.ticket.external_id == event.external_id for event in first)

    @proves(Promise.WEBHOOKS)
    def test_two_webhooks_are_two_events(self, letter: WebhookRequest, world: World) -> None:
        events = [event for each in world.letters.heard for event in world.events(each)]
        named = [event.event_id for event in events if event.event_id is not None]

        assert letter in world.letters.heard
        assert len(events) > 1
        assert len(set(named)) == len(named), "the hub would drop one of them as a repetition"

    @proves(Promise.WEBHOOKS)
    def test_what_a_webhook_brings_is_what_is_fetched(self, letter: WebhookRequest, world: World) -> None:
        self.needs("tickets", world.registration)
        for event in world.events(letter):
            fetched = world.ask("fetch_ticket", event.external_id)
            assert event.ticket is None or event.ticket.updated_at != fetched.updated_at or event.ticket == fetched

    @proves(Promise.WEBHOOKS)
    def test_reading_one_is_pure(self, letter: WebhookRequest, world: World) -> None:
        with no_network():
            assert world.events(letter)

    @proves(Promise.WEBHOOKS)
    @pytest.mark.parametrize("what", ["another body", "another proof", "no proof", "an odd proof"])
    def test_who_cannot_prove_who_calls_is_not_trusted(self, what: str, letter: WebhookRequest, world: World) -> None:
        headers = dict(letter.headers)
        given = headers.pop(self.proof_header)
        match what:
            case "another body":
                if not self.signs:
                    pytest.skip("It does not sign bodies.")
                forged = replace(letter, body=letter.body + b" ")
            case "another proof":
                forged = replace(letter, headers={**headers, self.proof_header: given[::-1]})
            case "no proof":
                forged = replace(letter, headers=headers)
            case _:
                forged = replace(letter, headers={**headers, self.proof_header: given[:-1] + "ü"})

        with pytest.raises(Untrusted) as refused:
            world.read(forged)

        assert 400 <= refused.value.status < 600  # noqa: PLR2004  # what senders take for a no

    @proves(Promise.WEBHOOKS)
    def test_an_old_webhook_is_not_trusted(self, letter: WebhookRequest, world: World) -> None:
        if self.signature_lives is None:
            pytest.skip("Its proofs do not age.")
        late = replace(letter, received_at=letter.received_at + self.signature_lives + timedelta(seconds=2))

        with pytest.raises(Untrusted):
            world.read(late)

    @proves(Promise.WEBHOOKS)
    @pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b"3", b'{"surely": "unknown"}', b"\xff\xfe"])
    def test_nonsense_from_the_right_sender_is_bad_data(
        self, body: bytes, letter: WebhookRequest, world: World
    ) -> None:
        signed = self.signed(world, letter, body)

        try:
            read = world.read(signed)
        except BadData as bad:
            assert bad.message  # noqa: PT017  # either is right
        else:
            assert not isinstance(read, WebhookReply)
            assert not list(read), "nonsense is a ticket"
