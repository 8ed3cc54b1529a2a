"""The words that shoppers are told with: whose orders they are for, in which language, by which medium."""

from pathlib import Path

from sqlalchemy import text

from core.hub import Hub
from tests.acceptance import herald, shipping
from tests.acceptance.telling import METADATA, UPSERT, ordered, told, work
from tests.acceptance.telling import foreign_plugins as foreign_plugins
from tests.acceptance.telling import home as home
from tests.acceptance.telling import plugins_toml as plugins_toml
from tests.acceptance.telling import teas as teas
from tests.api import Api


def test_a_store_tells_its_own_buyers_unless_a_template_names_it(api: Api, hub: Hub) -> None:
    with hub.transaction() as session:
        named = "select id from integrations where key = 'routing'"
        session.execute(text(f"update channels set integration_id = ({named}) where key = 'manual'"))
    itself = "Entered by hand tells its buyers itself. To tell them too, name it in the template's channels."
    assert told(api, ordered(api, hub)) == [("order.created", "SUPPRESSED", itself)]

    api.done(UPSERT, key="order-received", channels=["manual"])
    assert told(api, ordered(api, hub)) == [("order.created", "SENT", None)]

    api.done(UPSERT, key="order-received", enabled=False)
    off = "The template order-received is switched off."
    assert told(api, ordered(api, hub)) == [("order.created", "SUPPRESSED", off)]


def test_words_are_in_the_shoppers_language(api: Api, hub: Hub, home: Path) -> None:
    words = {"event": "order.created", "subject": "Danke: {order.number}", "body": "Es kommt.\n{order.items}"}
    german = api.done(UPSERT, key="order-received", language="de", **words)["notificationTemplate"]
    assert (german["language"], german["channels"]) == ("de", [])
    order = shipping.ordered(api, hub, "TEA", 1, email="ada@example.org")
    api.done(METADATA, id=order)
    work(hub)
    ordered(api, hub)

    assert [message["language"] for message in herald.told(home)] == ["de", "en"]
    assert herald.told(home)[0]["text"] == "Es kommt.\n1 x TEA"


def test_each_medium_has_its_own_words_and_addresses(api: Api, hub: Hub, home: Path) -> None:
    api.done(UPSERT, key="order-received", medium="SMS", body="{order.number} is ours to pack.")
    api.done(UPSERT, key="order-received", medium="PUSH", subject="Yours", body="{order.number}")
    ordered(api, hub, phone="020 7946 0018")  # the herald pushes nothing

    assert [(message["medium"], message["to"]) for message in herald.told(home)] == [
        ("EMAIL", "ada@example.org"),
        ("SMS", "+442079460018"),
    ]


def test_words_that_could_not_be_sent_are_not_saved(api: Api) -> None:
    words = {"event": "refund.created", "subject": "Hi", "body": "{refund.reason}"}
    (error,) = api(UPSERT, key="mine", **words)["notificationTemplateUpsert"]["userErrors"]

    assert (error["code"], error["path"]) == ("INVALID", ["body"])
    assert error["message"].startswith(
        "There is no field {refund.reason} here. There are {shop.name}, {order.number}, "
    )
    assert api.refused(UPSERT, key="mine", **{**words, "body": "x", "channels": ["no"]}) == [
        ("NOT_FOUND", ["channels", "0"])
    ]
    assert api('{ notificationTemplates(event: "refund.created") { key } }') == {
        "notificationTemplates": [{"key": "refund-made"}]
    }
