"""What a channel promises about webhooks: nothing unsigned counts, nothing signed is lost."""

from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import pytest

from crossdock.errors import BadData, Untrusted
from crossdock.testing.channel_orders import OrderPromises
from crossdock.testing.isolation import no_network
from crossdock.testing.ladder import Promise, proves
from crossdock.testing.world import World
from crossdock.webhooks import About, WebhookReply, WebhookRequest


class WebhookPromises(OrderPromises):
    """Part of `ChannelContract`.

    signature_header: the header that holds the signature, in lower case. signature_lives: for how long one counts;
    None where signatures do not age: then events say when they occurred.
    """

    signature_header: ClassVar[str] = ""
    signature_lives: ClassVar[timedelta | None] = None

    def signed(self, world: World, like: WebhookRequest, body: bytes) -> WebhookRequest:
        """The same webhook with another body, signed as the sender would. Needed where `webhooks` is claimed."""
        raise NotImplementedError

    @pytest.fixture
    def letter(self, world: World) -> WebhookRequest:
        return self.a_letter(world)

    def a_letter(self, world: World) -> WebhookRequest:
        """A webhook about an order that was just placed, as the sandbox sent it."""
        self.needs("webhooks", world.registration)
        assert self.signature_header, "Set `signature_header`, so that signatures can be forged."
        if "subscriptions" in world.registration.capabilities:
            assert all(each.active for each in world.ask("subscribe"))
        self.placed(world, 2)
        for letter in world.letters.heard:
            if any(event.about is About.ORDER for event in world.events(letter)):
                return letter
        raise AssertionError("The sandbox sent no webhook about an order that was placed.")

    @proves(Promise.WEBHOOKS)
    def test_a_webhook_tells_the_same_however_often_it_comes(self, letter: WebhookRequest, world: World) -> None:
        first, second = (world.events(letter) for _ in range(2))

        assert first == second
        assert all(event.event_id and event.topic for event in first)
        assert all(event.external_id for event in first if event.about is About.ORDER)

    @proves(Promise.WEBHOOKS)
    def test_two_webhooks_are_two_events(self, letter: WebhookRequest, world: World) -> None:
        told = [event.event_id for each in world.letters.heard for event in world.events(each)]

        assert letter in world.letters.heard
        assert len(told) > 1
        assert len(set(told)) == len(told), "the hub would drop one of them as a repetition"

    @proves(Promise.WEBHOOKS)
    def test_what_a_webhook_brings_is_mapped_like_what_is_fetched(self, letter: WebhookRequest, world: World) -> None:
        (event,) = [event for event in world.events(letter) if event.about is About.ORDER]
        fetched = world.ask("fetch_order", event.external_id)

        assert event.version is None or event.version <= fetched.version
        if event.payload and event.version == fetched.version:
            brought = replace(fetched, payload=event.payload)
            assert world.provider().map_order(brought) == world.provider().map_order(fetched)

    @proves(Promise.WEBHOOKS)
    def test_reading_one_is_pure(self, letter: WebhookRequest, world: World) -> None:
        world.events(letter)  # a public key is known by now, where one is needed

        with no_network():
            assert world.events(letter)

    @proves(Promise.WEBHOOKS)
    @pytest.mark.parametrize("what", ["another body", "another signature", "no signature", "an odd signature"])
    def test_a_signature_that_is_not_right_is_not_trusted(
        self, what: str, letter: WebhookRequest, world: World
    ) -> None:
        headers = dict(letter.headers)
        given = headers.pop(self.signature_header)
        match what:
            case "another body":
                forged = replace(letter, body=letter.body + b" ")
            case "another signature":
                other = self.signed(world, letter, b'{"another": "body"}').headers[self.signature_header]
                assert other != given
                forged = replace(letter, headers={**headers, self.signature_header: other})
            case "no signature":
                forged = replace(letter, headers=headers)
            case _:
                forged = replace(letter, headers={**headers, self.signature_header: given[:-1] + "ü"})

        with pytest.raises(Untrusted) as refused:
            world.read(forged)

        assert 400 <= refused.value.status < 600  # noqa: PLR2004  # what senders take for a no

    @proves(Promise.WEBHOOKS)
    def test_an_old_webhook_is_known_to_be_old(self, letter: WebhookRequest, world: World) -> None:
        if self.signature_lives is None:
            for event in world.events(letter):
                assert event.occurred_at is not None, "neither its signature ages, nor does it say when it occurred"
                assert event.occurred_at.tzinfo is not None
            return
        late = replace(letter, received_at=letter.received_at + self.signature_lives + timedelta(seconds=2))

        with pytest.raises(Untrusted):
            world.read(late)

    @proves(Promise.WEBHOOKS)
    @pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b"3", b'{"surely": "unknown"}', b"\xff\xfe"])
    def test_nonsense_with_a_right_signature_is_bad_data(
        self, body: bytes, letter: WebhookRequest, world: World
    ) -> None:
        signed = self.signed(world, letter, body)

        try:
            read = world.read(signed)
        except BadData as bad:
            assert bad.message  # noqa: PT017  # either is right
        else:
            assert not isinstance(read, WebhookReply)
            assert all(not event.payload or event.about is About.OTHER for event in read), "nonsense is an order"

    @proves(Promise.WEBHOOKS)
    def test_a_queue_tells_of_every_order_until_that_was_kept(self, world: World) -> None:
        self.needs("notifications", world.registration)
        ids = self.placed(world, 3)
        told: list[str | None] = []

        for _ in range(100):
            waiting = world.ask("fetch_notifications")
            told += [event.external_id for event in waiting.events if event.about is About.ORDER]
            world.ask("forget_notifications", waiting.receipts)
            if not waiting.more:
                break

        assert set(told) >= set(ids)
        assert not world.ask("fetch_notifications").events
