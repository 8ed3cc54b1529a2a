"""A key limited to a channel or a location changes nothing beyond it, whichever way it names the thing."""

from core.access import keys
from core.hub import Hub
from tests.api import Api
from tests.builders import a_channel, a_level, a_location, an_item, an_order

NOTE = 'mutation($id: ID!) { orderNote(id: $id, note: "mine") { order { note } userErrors { code path } } }'
METADATA = "mutation($id: ID!, $values: JSON!) { metadataSet(id: $id, values: $values) { userErrors { code path } } }"
CREATE = """
mutation($input: OrderCreateInput!) {
  orderCreate(input: $input, idempotencyKey: "k") { order { id } userErrors { code path } } }
"""
ADJUST = """
mutation($location: String!) {
  stockAdjust(adjustments: [{sku: "A", location: $location, delta: 1, reason: ADJUST}], idempotencyKey: "k") {
    levels { onHand } userErrors { code path } } }
"""


def limited(hub: Hub, api: Api, *, channels: tuple[str, ...] = (), locations: tuple[str, ...] = ()) -> Api:
    with hub.transaction() as session:
        _, secret = keys.create(session, "limited", ["admin"], channels=channels, locations=locations)
    return api.holding(secret)


def test_an_order_of_another_channel_is_not_there_to_change(hub: Hub, api: Api) -> None:
    with hub.transaction() as session:
        item, place = an_item(session, "A"), a_location(session, "north")
        a_level(session, item, place, 5)
        mine, other = a_channel(session, "mine"), a_channel(session, "other")
        own, foreign = an_order(session, mine, {item: 1}), an_order(session, other, {item: 1})
    caller = limited(hub, api, channels=("mine",))

    assert caller.refused(NOTE, id=f"ord_{foreign.id}") == [("NOT_FOUND", ["id"])]
    assert caller.done(NOTE, id=f"ord_{own.id}")["order"] == {"note": "mine"}
    assert api("query($id: ID!) { order(id: $id) { note } }", id=f"ord_{foreign.id}") == {"order": {"note": None}}


def test_an_order_is_created_on_the_keys_own_channel_only(hub: Hub, api: Api) -> None:
    with hub.transaction() as session:
        an_item(session, "A")
        a_channel(session, "mine")
        a_channel(session, "other")
    caller = limited(hub, api, channels=("mine",))
    order = {"currency": "GBP", "lines": [{"sku": "A", "quantity": 1, "unitPrice": "1.00"}]}

    assert caller.refused(CREATE, input={**order, "channel": "other"}) == [("NOT_FOUND", ["input", "channel"])]
    assert caller.refused(CREATE, input=order) == [("NOT_FOUND", ["input", "channel"])]
    assert caller.done(CREATE, input={**order, "channel": "mine"})["order"] is not None


def test_stock_is_changed_at_the_keys_own_location_only(hub: Hub, api: Api) -> None:
    with hub.transaction() as session:
        an_item(session, "A")
        a_location(session, "north")
        a_location(session, "south")
    caller = limited(hub, api, locations=("south",))

    assert caller.refused(ADJUST, location="north") == [("NOT_FOUND", ["adjustments", "0", "location"])]
    assert caller.done(ADJUST, location="south")["levels"] == [{"onHand": 1}]


def test_an_id_among_what_people_write_freely_names_nothing(hub: Hub, api: Api) -> None:
    with hub.transaction() as session:
        item = an_item(session, "A")
        mine, other = a_channel(session, "mine"), a_channel(session, "other")
        own, foreign = an_order(session, mine, {item: 1}), an_order(session, other, {item: 1})
    caller = limited(hub, api, channels=("mine",))

    values = {"replaces": f"ord_{foreign.id}", "channel": "other"}
    assert caller.done(METADATA, id=f"ord_{own.id}", values=values)["userErrors"] == []
    assert caller.refused(METADATA, id=f"ord_{foreign.id}", values={}) == [("NOT_FOUND", ["id"])]
    told = NOTE.replace('"mine"', f'"ord_{foreign.id}"')
    assert caller.done(told, id=f"ord_{own.id}")["order"] == {"note": f"ord_{foreign.id}"}
