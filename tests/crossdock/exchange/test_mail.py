"""Files by e-mail: attachments sent once, and read of those whose messages are read alone."""

from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from crossdock import (
    AuthExpired,
    Context,
    EmailSettings,
    OutcomeUnknown,
    OutFile,
    Rejected,
    Retryable,
    TransportSettings,
    Whereabouts,
)
from crossdock.exchange.mail import message
from crossdock.exchange.transport import open_transport
from crossdock.testing import a_context
from tests.crossdock.exchange.mail_server import Mailroom, Post

FILE = OutFile(name="000001-fo_17.csv", content=b"HEADER,ORDER,1\nTRAILER,0\n")
ADAPTER: TypeAdapter[Any] = TypeAdapter(TransportSettings)


@pytest.fixture
def ctx(tmp_path: Path) -> Context[Any]:
    return a_context(ADAPTER.validate_python({"kind": "folder"}), tmp_path)


def settings(office: Post, room: Mailroom | None = None, **changed: Any) -> EmailSettings:
    incoming = {"incoming": {**room.settings, "senders": ["orders@mill.example"]}} if room else {}
    given = {"kind": "email", "to": "orders@mill.example", "sender": "us@hub.example", "outgoing": office.settings}
    found: EmailSettings = ADAPTER.validate_python({**given, **incoming, **changed})
    return found


def mail(*files: tuple[str, bytes], sender: str = "Mill <orders@mill.example>", words: str = "See below.") -> bytes:
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"], made["Subject"] = sender, "us@hub.example", "News"
    made.set_content(words)
    for name, content in files:
        made.add_attachment(content, maintype="text", subtype="csv", filename=name)
    return made.as_bytes()


def test_an_order_goes_out_as_an_attachment_that_is_recognised(office: Post, ctx: Context[Any]) -> None:
    with open_transport(settings(office), ctx) as transport:
        transport.stage(FILE)
        assert office.sent == []
        transport.release(FILE)

    (envelope,) = office.sent
    assert (envelope.mail_from, envelope.rcpt_tos) == ("us@hub.example", ["orders@mill.example"])
    assert isinstance(envelope.content, bytes)
    assert FILE.checksum.encode() in envelope.content
    assert message(settings(office), FILE)["Message-ID"].encode() in envelope.content
    assert message(settings(office), FILE).as_bytes().partition(b"boundary")[0] in envelope.content


def test_a_lost_answer_is_unknown_unless_a_copy_arrived(office: Post, room: Mailroom, ctx: Context[Any]) -> None:
    copied = settings(office, room, copy_to="us@hub.example")
    office.hang_up = True
    with open_transport(copied, ctx) as transport:
        with pytest.raises(OutcomeUnknown):
            transport.release(FILE)
        with pytest.raises(OutcomeUnknown, match="Ask the supplier"):
            transport.whereabouts(FILE)
    (envelope,) = office.sent
    assert envelope.rcpt_tos == ["orders@mill.example", "us@hub.example"]
    assert isinstance(envelope.content, bytes)

    room.arrive(envelope.content)

    with open_transport(copied, ctx) as transport:
        assert transport.whereabouts(FILE) is Whereabouts.RELEASED
    with open_transport(settings(office, room), ctx) as transport, pytest.raises(OutcomeUnknown):
        transport.whereabouts(FILE)


def test_a_recipient_who_is_nobody_is_said_to_be(office: Post, ctx: Context[Any]) -> None:
    office.refuses = {"orders@mill.example"}
    with open_transport(settings(office), ctx) as transport, pytest.raises(Rejected, match="550 Nobody has this name"):
        transport.release(FILE)
    assert office.sent == []


@pytest.mark.parametrize(
    ("changed", "error"),
    [({"password": "wrong-secret"}, AuthExpired), ({"ca_file": None}, AuthExpired), ({"port": 1}, Retryable)],
)
def test_servers_that_refuse_us_are_told_apart_and_nothing_secret_is_shown(
    office: Post, room: Mailroom, ctx: Context[Any], changed: dict[str, object], error: type[Exception]
) -> None:
    outgoing = settings(office, outgoing={**office.settings, **changed})
    with open_transport(outgoing, ctx) as transport, pytest.raises(error) as sending:
        transport.release(FILE)
    incoming = {**room.settings, "senders": ["orders@mill.example"], **changed}
    with open_transport(settings(office, incoming=incoming), ctx) as transport, pytest.raises(error) as reading:
        transport.waiting()

    for refused in (sending.value, reading.value):
        assert "secret" not in f"{refused!r} {refused.__cause__!r}"
        assert "hush" not in f"{refused!r} {refused.__cause__!r}"
    assert office.sent == []


def test_attachments_are_read_and_the_message_goes_when_all_of_it_was_taken(
    office: Post, room: Mailroom, ctx: Context[Any]
) -> None:
    room.arrive(mail(("ack-1.csv", b"a\n"), ("../stock-1.csv", b"b\n")))
    room.arrive(mail(("ack-1.csv", b"c\n")))

    with open_transport(settings(office, room), ctx) as transport:
        first, stock, second = transport.waiting()
        assert [(each.name, transport.read(each)) for each in (first, stock, second)] == [
            ("ack-1.csv", b"a\n"),
            ("stock-1.csv", b"b\n"),
            ("ack-1.csv", b"c\n"),
        ]
        transport.remove(first, "")
    assert len(room.boxes["INBOX"]) == 2
    with open_transport(settings(office, room), ctx) as transport:
        assert [each.handle for each in transport.waiting()] == [stock.handle, second.handle]
        transport.remove(stock, "")

    assert list(room.boxes["INBOX"]) == [2]
    assert len(room.boxes["Crossdock"]) == 1
    assert list((ctx.home / ".mail").iterdir()) == []


def test_a_server_that_cannot_move_copies_and_deletes(office: Post, room: Mailroom, ctx: Context[Any]) -> None:
    room.moves = False
    room.arrive(mail(("ack-1.csv", b"a\n")))
    with open_transport(settings(office, room), ctx) as transport:
        (listed,) = transport.waiting()
        transport.remove(listed, "")

    assert len(room.boxes["Crossdock"]) == 1
    with open_transport(settings(office, room), ctx) as transport:
        assert transport.waiting() == []


@pytest.mark.parametrize(
    "sender",
    [
        "mallory@evil.example",
        "orders@mill.example.evil.example",
        '"orders@mill.example" <mallory@evil.example>',
        "orders@mill.example, mallory@evil.example",
    ],
)
def test_messages_of_others_are_left_alone(office: Post, room: Mailroom, ctx: Context[Any], sender: str) -> None:
    room.arrive(mail(("ack-1.csv", b"a\n"), sender=sender))
    room.arrive(mail(("ack-2.csv", b"b\n"), sender="ORDERS@mill.example"))

    with open_transport(settings(office, room), ctx) as transport:
        assert [each.name for each in transport.waiting()] == ["ack-2.csv"]
    assert list(room.boxes["INBOX"]) == [1, 2]
    assert room.flags == {}


def test_words_without_attachments_are_a_file_for_a_person(office: Post, room: Mailroom, ctx: Context[Any]) -> None:
    room.arrive(mail(words="We are closed until Monday."))

    with open_transport(settings(office, room), ctx) as transport:
        (listed,) = transport.waiting()
        assert listed.name == "message.txt"
        assert b"News\n\nWe are closed until Monday." in (transport.read(listed) or b"")


def test_a_message_that_is_too_large_is_listed_and_not_fetched(
    office: Post, room: Mailroom, ctx: Context[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crossdock.exchange.imap._MOST_BYTES", 5_000)
    room.arrive(mail(("ack-1.csv", b"x" * 10_000)))
    room.arrive(mail(("ack-2.csv", b"b\n")))

    with open_transport(settings(office, room), ctx) as transport:
        large, small = transport.waiting()
        assert (large.name, transport.read(large)) == ("message.eml", None)
        assert (large.size or 0) > 10_000
        assert transport.read(small) == b"b\n"


def test_without_a_mailbox_nothing_is_read(office: Post, ctx: Context[Any]) -> None:
    with open_transport(settings(office), ctx) as transport:
        assert transport.waiting() == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"outgoing": {"host": "mail.example", "port": 25, "security": "none"}}, "for this machine alone"),
        ({"outgoing": {"host": "127.0.0.1", "port": 25, "user": "us"}}, "go together"),
        ({"copy_to": "us@hub.example"}, "copy_to needs incoming"),
        ({"to": "orders@mill.example\nBcc: mallory@evil.example"}, "to"),
    ],
)
def test_settings_that_would_leak_or_mean_nothing_are_refused(office: Post, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        settings(office, **changed)
