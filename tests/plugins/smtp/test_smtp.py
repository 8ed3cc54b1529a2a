"""Mail through a real mail server on loopback: what it holds, and what each way of failing means."""

import socket
import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import ValidationError

from crossdock import (
    AuthExpired,
    Context,
    Integration,
    Medium,
    Message,
    NotSupported,
    OutcomeUnknown,
    Rejected,
    Retryable,
    Settings,
)
from crossdock.testing import NotifierContract, a_context
from plugins.smtp.notifier import Smtp
from plugins.smtp.settings import SmtpSettings
from tests.plugins.smtp.post_office import LOGIN, PostOffice, a_post_office

MESSAGE = Message(
    medium=Medium.EMAIL,
    recipient="zoe@exämple.org",
    recipient_name="Zoë, with\na comma",
    subject="Über deine Bestellung\r\nBcc: eve@example.org",
    text="Größe: 38\n.\n" + "long " * 300,
    language="de",
    event="order.created",
    order_number="CD-1",
)


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    with a_post_office() as office:
        yield office


@pytest.fixture(autouse=True)
def _tidy(office: PostOffice) -> None:
    office.mood = ""
    office.envelopes.clear()


def settings(office: PostOffice, **given: Any) -> SmtpSettings:
    plain = {"host": "127.0.0.1", "security": "none", "sender": "shop@example.org", "sender_name": "Tea & Cup"}
    return SmtpSettings.model_validate({**plain, "port": office.port, "timeout_seconds": 5, **given})


def context(home: Path, kept: SmtpSettings, key: str = "notification-ntf_1") -> Context[SmtpSettings]:
    return a_context(kept, home, key=key)


def smtp(kept: SmtpSettings) -> Smtp:
    return Smtp(Integration("mail", "smtp", kept))


class TestSmtp(NotifierContract):
    provider = "smtp"
    settings: ClassVar[dict[str, object]] = {"host": "smtp.example.org", "sender": "shop@example.org"}
    earlier_settings: ClassVar[Sequence[dict[str, object]]] = [settings]

    @pytest.fixture
    def integration(self, office: PostOffice) -> Integration[Settings]:
        self.office = office
        return Integration("mail", "smtp", settings(office))

    def taken(self, integration: Integration[Settings], home: Path) -> int:  # noqa: ARG002  # the office is elsewhere
        return len(self.office.envelopes)


def test_a_mail_holds_what_it_should_and_nothing_more(office: PostOffice, tmp_path: Path) -> None:
    kept = settings(office, reply_to="desk@example.org")
    sent = smtp(kept).send(context(tmp_path, kept), MESSAGE)

    (mail,), (envelope,) = office.mails, office.envelopes
    assert envelope.rcpt_tos == ["zoe@xn--exmple-cua.org"]
    assert mail["Subject"] == "Über deine Bestellung Bcc: eve@example.org"
    assert mail["Bcc"] is None
    assert str(mail["From"]) == "Tea & Cup <shop@example.org>"
    assert mail["To"].addresses[0].display_name == "Zoë, with a comma"
    assert (mail["Reply-To"], mail["Content-Language"]) == ("desk@example.org", "de")
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().replace("\r\n", "\n").rstrip("\n") == MESSAGE.text
    assert parsedate_to_datetime(mail["Date"]) == sent.at
    assert mail["Message-ID"] == sent.external_id
    assert isinstance(envelope.content, bytes)
    assert all(len(line) <= 998 for line in envelope.content.split(b"\r\n"))


def test_the_same_key_gives_a_mail_the_same_name(office: PostOffice, tmp_path: Path) -> None:
    kept = settings(office)
    names = [smtp(kept).send(context(tmp_path, kept, key), MESSAGE).external_id for key in ("a", "a", "b")]

    assert (names[0] == names[1], names[0] == names[2]) == (True, False)


@pytest.mark.parametrize(
    ("mood", "error", "taken"),
    [
        ("busy", Retryable, 0),
        ("grey", Retryable, 0),
        ("leaving", Retryable, 0),
        ("strict", Rejected, 0),
        ("gone", OutcomeUnknown, 1),
    ],
)
def test_each_way_of_failing_says_what_became_of_the_mail(
    office: PostOffice, tmp_path: Path, mood: str, error: type[Exception], taken: int
) -> None:
    office.mood = mood
    kept = settings(office)

    with pytest.raises(error):
        smtp(kept).send(context(tmp_path, kept), MESSAGE)
    assert len(office.envelopes) == taken


@pytest.mark.parametrize(
    "recipient", ["nobody", "a b@example.org", "a@", "@b.org", "zoë@b.org", "nobody@b.org", "a\r\nb@c.org"]
)
def test_who_cannot_be_written_to_is_rejected(office: PostOffice, tmp_path: Path, recipient: str) -> None:
    kept = settings(office)
    with pytest.raises(Rejected):
        smtp(kept).send(
            context(tmp_path, kept),
            Message(medium=Medium.EMAIL, recipient=recipient, text="x", language="en", event="e"),
        )
    assert office.envelopes == []


def test_what_became_of_a_mail_nobody_can_say(office: PostOffice, tmp_path: Path) -> None:
    kept = settings(office)
    with pytest.raises(NotSupported):
        smtp(kept).find_message(context(tmp_path, kept), MESSAGE)


def test_who_is_not_there_can_be_tried_again(office: PostOffice, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    kept = settings(office, port=port)

    with pytest.raises(Retryable, match="cannot be reached"):
        smtp(kept).send(context(tmp_path, kept), MESSAGE)
    (found,) = smtp(kept).check(context(tmp_path, kept))
    assert (found.ok, bool(found.mend)) == (False, True)


@pytest.fixture(scope="module")
def ca_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _certificate(tmp_path_factory.mktemp("ca") / "localhost.pem")


@pytest.fixture(scope="module")
def secure(ca_file: Path) -> Iterator[PostOffice]:
    """Over TLS, and with a login."""
    with a_post_office(_context_of(ca_file), wants_login=True) as office:
        yield office


def test_mail_is_handed_in_once_the_line_is_encrypted_and_the_login_taken(
    secure: PostOffice, ca_file: Path, tmp_path: Path
) -> None:
    kept = settings(secure, security="starttls", ca_file=ca_file, username=LOGIN[0], password=LOGIN[1])
    smtp(kept).send(context(tmp_path, kept), MESSAGE)

    assert [mail["Content-Language"] for mail in secure.mails] == ["de"]
    assert [each.ok for each in smtp(kept).check(context(tmp_path, kept))] == [True]


def test_a_login_that_is_refused_takes_it_down_and_shows_no_password(
    secure: PostOffice, ca_file: Path, tmp_path: Path
) -> None:
    kept = settings(secure, security="starttls", ca_file=ca_file, username=LOGIN[0], password="wrong-secret")
    with pytest.raises(AuthExpired) as refused:
        smtp(kept).send(context(tmp_path, kept), MESSAGE)

    assert "wrong-secret" not in f"{refused.value}{kept!r}"


def test_a_server_that_nobody_vouches_for_is_told_nothing(secure: PostOffice, tmp_path: Path) -> None:
    kept = settings(secure, security="starttls", username=LOGIN[0], password=LOGIN[1])
    with pytest.raises(Retryable, match="cannot be trusted"):
        smtp(kept).send(context(tmp_path, kept), MESSAGE)


def test_tls_from_the_first_word(ca_file: Path, tmp_path: Path) -> None:
    with a_post_office(_context_of(ca_file)) as office:
        kept = settings(office, security="tls", ca_file=ca_file)
        smtp(kept).send(context(tmp_path, kept), MESSAGE)
        assert len(office.envelopes) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"security": "none"}, "to this machine alone"),
        ({"username": "shop"}, "go together"),
        ({"sender": "shop"}, "sender"),
        ({"port": 0}, "port"),
    ],
)
def test_settings_that_cannot_be_safe_are_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        SmtpSettings.model_validate({"host": "smtp.example.org", "sender": "shop@example.org", **wrong})


def _context_of(pem: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    return context


def _certificate(path: Path) -> Path:
    """Of this machine, vouched for by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    begun = datetime.now(UTC) - timedelta(hours=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begun)
        .not_valid_after(begun + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    written = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem)
    path.write_bytes(written)
    return path
