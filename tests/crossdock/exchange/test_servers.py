"""Files by SFTP and FTP: whole or not there, released once, and nobody trusted blindly."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from pydantic import TypeAdapter

from crossdock import AuthExpired, Context, OutcomeUnknown, OutFile, Retryable, TransportSettings, Whereabouts
from crossdock.exchange import transport as exchange
from crossdock.exchange.transport import open_transport
from crossdock.testing import Lines, a_context
from crossdock.testing.context import NOON
from tests.crossdock.exchange.ftp_server import Ftp, ftp_server
from tests.crossdock.exchange.sftp_server import PASSWORD, SftpServer

Server: TypeAlias = Ftp | SftpServer
FILE = OutFile(name="000001-fo_17.csv", content=b"HEADER,ORDER,1\nTRAILER,0\n")
ADAPTER: TypeAdapter[Any] = TypeAdapter(TransportSettings)


@pytest.fixture(params=["sftp", "ftp"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def ctx(tmp_path: Path) -> Context[Any]:
    return a_context(ADAPTER.validate_python({"kind": "folder"}), tmp_path)


def settings(server: Server, **changed: object) -> Any:
    return ADAPTER.validate_python({**server.settings, **changed})


def test_a_file_is_seen_whole_and_under_its_name_only(server: Server, root: Path, ctx: Context[Any]) -> None:
    with open_transport(settings(server), ctx) as transport:
        transport.stage(FILE)
        assert [path.name for path in (root / "orders").glob("*.csv")] == []
        assert transport.whereabouts(FILE) is Whereabouts.STAGED

        transport.stage(FILE)
        transport.release(FILE)

        assert [path.name for path in (root / "orders").iterdir()] == [FILE.name]
        assert (root / "orders" / FILE.name).read_bytes() == FILE.content
        assert transport.whereabouts(FILE) is Whereabouts.RELEASED
        (root / "orders" / FILE.name).unlink()
        assert transport.whereabouts(FILE) is Whereabouts.GONE


def test_files_are_listed_read_and_taken_away(server: Server, root: Path, ctx: Context[Any]) -> None:
    for name in ("ack-1.csv", ".ack-2.csv", "ack-3.csv.part", "ack-4.tmp", "ack ü.csv"):
        (root / "inbound" / name).write_bytes(b"a,b\n1,2\n")
    (root / "inbound" / "folder").mkdir()

    with open_transport(settings(server), ctx) as transport:
        one, other = sorted(transport.waiting(), key=lambda each: each.name)
        assert [(one.name, one.size), (other.name, other.size)] == [("ack ü.csv", 8), ("ack-1.csv", 8)]
        assert transport.read(other) == b"a,b\n1,2\n"
        transport.remove(one, "x")
        transport.remove(one, "x")
        assert transport.read(one) is None
    with open_transport(settings(server, archive="/archive"), ctx) as transport:
        transport.remove(other, "abc-ack-1.csv")

    assert [path.name for path in (root / "archive").iterdir()] == ["abc-ack-1.csv"]
    assert not [path for path in (root / "inbound").iterdir() if "ack-1" in path.name]


def test_no_more_than_a_bounded_part_of_a_file_is_read(
    server: Server, root: Path, ctx: Context[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("sftp", "ftp"):
        __import__(f"crossdock.exchange.{module}")
        monkeypatch.setattr(f"crossdock.exchange.{module}.LARGEST_FILE", 100_000)
    (root / "inbound" / "ack-1.csv").write_bytes(b"x" * 1_000_000)

    with open_transport(settings(server), ctx) as transport:
        (listed,) = transport.waiting()
        assert len(transport.read(listed) or b"") == 100_001
        assert isinstance(server, SftpServer) or server.logins == 2  # FTP ends a transfer by hanging up
        assert transport.read(listed)  # and the server is still reached


@pytest.mark.parametrize("changed", [{"password": "wrong-secret"}, {"user": "nobody"}])
def test_refused_credentials_are_told_apart_and_not_shown(
    server: Server, ctx: Context[Any], changed: dict[str, object]
) -> None:
    with pytest.raises(AuthExpired) as refused, open_transport(settings(server, **changed), ctx):
        pass

    assert isinstance(ctx.log, Lines)
    said = f"{refused.value!r} {refused.value.__context__} {settings(server, **changed)!r} {ctx.log.told}"
    assert "wrong-secret" not in said
    assert "hush" not in said


def test_a_missing_folder_is_no_proof_that_a_file_was_taken(server: Server, ctx: Context[Any]) -> None:
    with (
        open_transport(settings(server, outbox="/gone", inbox="/gone"), ctx) as transport,
        pytest.raises(Retryable),
    ):
        transport.whereabouts(FILE)


def test_a_lost_answer_before_and_after_the_effect_is_found_out(server: Server, root: Path, ctx: Context[Any]) -> None:
    for attribute, found in (("hang_up_before", Whereabouts.STAGED), ("hang_up_after", Whereabouts.RELEASED)):
        setattr(server, attribute, "rename")
        with open_transport(settings(server), ctx) as transport:
            transport.stage(FILE)
            with pytest.raises(OutcomeUnknown):
                transport.release(FILE)
        setattr(server, attribute, None)
        with open_transport(settings(server), ctx) as transport:
            assert transport.whereabouts(FILE) is found


def test_nobody_there_is_tried_again_later(server: Server, ctx: Context[Any]) -> None:
    with pytest.raises(Retryable), open_transport(settings(server, port=1), ctx):
        pass


def test_nothing_is_asked_after_the_deadline(server: Server, tmp_path: Path) -> None:
    now = [NOON]
    with_deadline: Context[Any] = a_context(ADAPTER.validate_python({"kind": "folder"}), tmp_path)
    late = replace(with_deadline, now=lambda: now[0], deadline=NOON + timedelta(seconds=5))
    with open_transport(settings(server), late) as transport:
        assert exchange.seconds_left(late) == 5
        now[0] += timedelta(seconds=6)
        with pytest.raises(Retryable, match="no time left"):
            transport.waiting()


def test_a_server_with_another_host_key_is_told_nothing(sftp: SftpServer, ctx: Context[Any]) -> None:
    shown = sftp.host_key.get_fingerprint("sha256")
    with (
        pytest.raises(AuthExpired, match="which is not the one in host_key") as refused,
        open_transport(settings(sftp, host_key="SHA256:" + "x" * 43), ctx),
    ):
        pass

    assert shown in refused.value.message
    assert sftp.logins == 0


def test_a_private_key_logs_in_without_a_password(sftp: SftpServer, ctx: Context[Any]) -> None:
    for secret, passphrase in (
        (sftp.client_key.export_private_key("pkcs8-pem", passphrase="word"), "word"),
        (sftp.client_key.export_private_key(), None),
    ):
        keyed = settings(sftp, password=None, private_key=secret.decode(), passphrase=passphrase)
        with open_transport(keyed, ctx) as transport:
            assert transport.waiting() == []
    with (
        pytest.raises(AuthExpired, match="private_key cannot be read"),
        open_transport(settings(sftp, password=None, private_key="no key"), ctx),
    ):
        pass
    assert sftp.logins == 0
    assert PASSWORD not in repr(settings(sftp))


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(ftp: Ftp, ctx: Context[Any]) -> None:
    with pytest.raises(AuthExpired, match="is not trusted"), open_transport(settings(ftp, ca_file=None), ctx):
        pass


@pytest.fixture
def old(root: Path) -> Iterator[Ftp]:
    """A server without encryption and without machine-readable listings."""
    with ftp_server(root, None, listings=False) as server:
        yield server


def test_an_old_ftp_server_is_spoken_to_in_the_open_where_the_settings_ask_for_it(
    old: Ftp, root: Path, ctx: Context[Any]
) -> None:
    (root / "inbound" / "ack-1.csv").write_bytes(b"a,b\n")
    (root / "inbound" / "folder").mkdir()

    with open_transport(settings(old), ctx) as transport:
        transport.stage(FILE)
        transport.release(FILE)
        (listed,) = transport.waiting()
        assert (listed.name, listed.size, transport.read(listed)) == ("ack-1.csv", 4, b"a,b\n")
        assert transport.whereabouts(FILE) is Whereabouts.RELEASED
    with pytest.raises(Retryable), open_transport(settings(old, encrypted=True), ctx):
        pass
