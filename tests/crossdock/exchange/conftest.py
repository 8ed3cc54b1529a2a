"""Every medium with its other side: real servers on loopback, whose files are in a folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crossdock.exchange.certificate import certificate
from tests.crossdock.exchange.ftp_server import Ftp, ftp_server
from tests.crossdock.exchange.mail_server import Mailroom, Post, mailroom, post
from tests.crossdock.exchange.sftp_server import SftpServer, sftp_server


@pytest.fixture(scope="session")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Where the other side's files are."""
    root = tmp_path / "theirs"
    for part in ("orders", "inbound", "archive"):
        (root / part).mkdir(parents=True)
    return root


@pytest.fixture
def sftp(root: Path) -> Iterator[SftpServer]:
    with sftp_server(root) as server:
        yield server


@pytest.fixture
def ftp(root: Path, trusted: Path) -> Iterator[Ftp]:
    with ftp_server(root, trusted) as server:
        yield server


@pytest.fixture
def office(trusted: Path) -> Iterator[Post]:
    with post(trusted) as office:
        yield office


@pytest.fixture
def room(trusted: Path) -> Iterator[Mailroom]:
    with mailroom(trusted) as room:
        yield room
