"""The same supplier over SFTP, FTP and e-mail: an order goes out once, and its acknowledgement comes in once."""

from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP
from pathlib import Path
from typing import Any, Protocol

import pytest

from crossdock import Context, Integration
from crossdock.testing import SupplierContract, a_context
from plugins.folder_supplier.sandbox import FolderPlayer
from plugins.folder_supplier.settings import FolderSupplierSettings
from plugins.folder_supplier.supplier import FolderSupplier
from tests.crossdock.exchange.certificate import certificate
from tests.crossdock.exchange.ftp_server import ftp_server
from tests.crossdock.exchange.mail_server import mailroom, post
from tests.crossdock.exchange.sftp_server import sftp_server

ORDER = SupplierContract.order


class Medium(Protocol):
    """What leads there, and what has to be carried to and from the supplier's own folder."""

    settings: dict[str, object]

    def carry(self) -> None: ...


class Served:
    """A server whose files are the supplier's folder: nothing has to be carried."""

    def __init__(self, settings: dict[str, object]) -> None:
        self.settings = {**settings, "settle_seconds": 0}

    def carry(self) -> None:
        pass


class Mailed:
    """The supplier saves what is attached, and attaches what it has to say."""

    def __init__(self, office: Any, room: Any, folder: Path) -> None:
        incoming = {**room.settings, "senders": ["mill@mill.example"]}
        addresses = {"kind": "email", "to": "mill@mill.example", "sender": "us@hub.example"}
        self.settings: dict[str, object] = {**addresses, "outgoing": office.settings, "incoming": incoming}
        self._office, self._room, self._folder = office, room, folder

    def carry(self) -> None:
        while self._office.sent:
            letter: Any = BytesParser(policy=SMTP).parsebytes(self._office.sent.pop().content)
            (part,) = letter.iter_attachments()
            (self._folder / "orders" / part.get_filename()).write_bytes(part.get_payload(decode=True))
        for path in sorted((self._folder / "inbound").iterdir()):
            said = EmailMessage(policy=SMTP)
            said["From"], said["To"] = "mill@mill.example", "us@hub.example"
            said.set_content("See below.")
            said.add_attachment(path.read_bytes(), maintype="text", subtype="csv", filename=path.name)
            self._room.arrive(said.as_bytes())
            path.unlink()


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    folder = tmp_path / "theirs"
    for part in ("orders", "inbound"):
        (folder / part).mkdir(parents=True)
    return folder


@pytest.fixture(params=["sftp", "ftp", "email"])
def medium(request: pytest.FixtureRequest, theirs: Path, tmp_path: Path) -> Iterator[Medium]:
    if request.param == "sftp":
        with sftp_server(theirs) as server:
            yield Served(server.settings)
    elif request.param == "ftp":
        with ftp_server(theirs, certificate(tmp_path)) as ftp:
            yield Served(ftp.settings)
    else:
        pem = certificate(tmp_path)
        with post(pem) as office, mailroom(pem) as room:
            yield Mailed(office, room, theirs)


def test_an_order_is_sent_acknowledged_and_shipped_once(medium: Medium, theirs: Path, tmp_path: Path) -> None:
    settings = FolderSupplierSettings.model_validate({"transport": medium.settings})
    integration = Integration("mill", "folder_supplier", settings)
    supplier, home = FolderSupplier(integration), tmp_path / "home"
    home.mkdir()

    def ctx(key: str = "", cursor: str | None = None) -> Context[FolderSupplierSettings]:
        return a_context(settings, home, key=key, cursor=cursor)

    at_home = Integration("player", "folder_supplier", FolderSupplierSettings(folder=theirs))
    player = FolderPlayer(at_home)
    assert supplier.check(ctx())[0].ok
    assert [supplier.submit(ctx("fo_17"), ORDER).external_id for _ in range(2)] == ["000001"] * 2
    found = supplier.find_submission(ctx("fo_17"), ORDER)
    for _ in range(2):
        medium.carry()
        player.play(ctx())
    medium.carry()

    news = supplier.fetch_updates(ctx())
    repeated = supplier.fetch_updates(ctx())
    after = supplier.fetch_updates(ctx(cursor=news.cursor))

    assert found is not None
    assert [line.kind for update in news.items for line in update.lines] == [
        "ACCEPTED",
        "ACCEPTED",
        "SHIPPED",
        "SHIPPED",
    ]
    assert [update.update_id for update in repeated.items] == [update.update_id for update in news.items]
    assert after.items == ()
    assert list((theirs / "inbound").iterdir()) == []
    assert len([path for path in (home / "done").iterdir() if path.is_file()]) == 2
    assert FolderPlayer(integration).play(ctx()) == 0  # somebody real is at the other end


def test_a_folder_and_a_transport_are_one_too_many() -> None:
    with pytest.raises(ValueError, match="folder and transport are two ways"):
        FolderSupplierSettings.model_validate({"folder": "/srv/acme", "transport": {"kind": "folder"}})
