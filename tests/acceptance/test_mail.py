"""The bundled mail plugin, from an order to the shopper's mailbox: a real mail server, and the hub's own way there."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from core.hub import Hub
from tests.acceptance.telling import after, ordered, told
from tests.acceptance.telling import teas as teas
from tests.api import Api
from tests.plugins.smtp.post_office import PostOffice, a_post_office

TOML = """
[integrations.routing]
plugin = "routing"

[integrations.mail]
plugin = "smtp"
host = "127.0.0.1"
port = {port}
security = "none"
sender = "shop@example.org"
"""
CHECK = """mutation { integrationCheck(key: "mail") { integration { health } userErrors { message } } }"""


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with a_post_office() as office:
        yield office


@pytest.fixture
def plugins_toml(office: PostOffice) -> str:
    return TOML.format(port=office.port)


def test_a_mail_is_handed_in_once_whatever_the_server_says(api: Api, hub: Hub, office: PostOffice) -> None:
    assert api.done(CHECK)["integration"]["health"] == "OK"
    first = ordered(api, hub)
    office.mood = "gone"
    second = ordered(api, hub)
    office.mood = "strict"
    third = ordered(api, hub)
    after(hub, timedelta(minutes=5))

    cannot_say = "It may have arrived; nobody can say. A mail server cannot be asked what became of a mail."
    refused = "The mail server refused the text: 554 5.7.1 Spam"
    assert told(api, first) == [("order.created", "SENT", None)]
    assert told(api, second) == [("order.created", "FAILED", cannot_say)]
    assert told(api, third) == [("order.created", "FAILED", refused)]
    assert [mail["To"].addresses[0].addr_spec for mail in office.mails] == ["ada@example.org"] * 2
    assert len({mail["Message-ID"] for mail in office.mails}) == 2
