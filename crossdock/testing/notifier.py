"""What every notifier promises."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from crossdock.errors import NotSupported, Rejected
from crossdock.notifier import Medium, Message
from crossdock.provider import Integration, Kind, Provider
from crossdock.settings import Settings
from crossdock.testing.contract import Contract

_WORDS = "Your order CD-1 is on its way, Zoë.\n\n2 x Tea"
_SUBJECT = "Order CD-1 has left"


class NotifierContract(Contract):
    """Say how many messages its other side has by now, in `taken`, so that "once" can be counted.

    `messages` are some that it can send, one of each medium, where these are not; `unreachable` is a recipient that it
    rejects.
    """

    kind: ClassVar[Kind] = "notifier"
    unreachable: ClassVar[str] = "nobody"
    messages: ClassVar[Sequence[Message]] = (
        Message(
            medium=Medium.EMAIL,
            recipient="ada@example.org",
            recipient_name="Ada Lovelace",
            subject=_SUBJECT,
            text=_WORDS,
            language="en",
            event="shipment.handed_over",
            order_number="CD-1",
        ),
        Message(medium=Medium.SMS, recipient="+442079460018", text=_WORDS, language="en", event="shipment.handed_over"),
        Message(
            medium=Medium.PUSH,
            recipient="cus_1",
            subject=_SUBJECT,
            text=_WORDS,
            language="en",
            event="shipment.handed_over",
        ),
    )

    def taken(self, integration: Integration[Settings], home: Path) -> int:
        """How many messages the other side has taken."""
        raise NotImplementedError

    @pytest.fixture
    def claimed(self, registration: Provider) -> list[Message]:
        """One message of each medium that it claims."""
        return [each for each in self.messages if each.medium.lower() in registration.capabilities]

    def test_it_claims_a_medium(self, claimed: list[Message]) -> None:
        assert claimed

    def test_each_message_is_taken(
        self, subject: Any, integration: Integration[Settings], home: Path, claimed: list[Message]
    ) -> None:
        for number, message in enumerate(claimed, start=1):
            sent = subject.send(self.context(integration, home, key=f"notification-{number}"), message)

            assert sent.at.tzinfo is not None
            assert self.taken(integration, home) == number

    def test_what_was_sent_is_found_or_the_gateway_cannot_say(
        self, subject: Any, integration: Integration[Settings], home: Path, claimed: list[Message]
    ) -> None:
        for message in claimed:
            ctx = self.context(integration, home, key=f"notification-{message.medium}")
            try:
                before = subject.find_message(ctx, message)
            except NotSupported:
                pytest.skip("Its gateway cannot say what it has sent.")
            sent = subject.send(ctx, message)
            found = subject.find_message(ctx, message)

            assert (before, found.external_id) == (None, sent.external_id)
            other = self.context(integration, home, key="another")
            assert subject.find_message(other, message) is None

    def test_a_repeated_message_is_the_same_message(
        self, subject: Any, integration: Integration[Settings], home: Path, claimed: list[Message]
    ) -> None:
        """Sent once; where the gateway knows no keys, it has the same name each time, so that it can be recognised."""
        for message in claimed:
            ctx = self.context(integration, home, key=f"notification-{message.medium}")
            names = {subject.send(ctx, message).external_id for _ in range(2)}

            assert len(names) == 1

    def test_nobody_who_cannot_be_reached_is_written_to(
        self, subject: Any, integration: Integration[Settings], home: Path, claimed: list[Message]
    ) -> None:
        for message in claimed:
            ctx = self.context(integration, home, key=f"notification-{message.medium}")
            with pytest.raises(Rejected):
                subject.send(ctx, replace(message, recipient=self.unreachable))

            assert self.taken(integration, home) == 0
