"""What the plugin asks is what the published API understands, and the played store is a part of that API."""

import json
import re

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    OperationType,
    build_schema,
    get_operation_ast,
    is_required_argument,
    is_required_input_field,
    parse,
    validate,
)

from plugins.shopify.access import SCOPES
from plugins.shopify.documents import VERSION, Document
from plugins.shopify.documents.orders import ORDERS
from plugins.shopify.sandbox.api import sdl
from plugins.shopify.sandbox.bucket import MOST, cost_of
from plugins.shopify.webhooks import TOPICS
from tests.plugins.shopify.published import FILE, FOLDER, described, documents, needed, schema

played = build_schema(sdl())
every_document = pytest.mark.parametrize("document", documents(), ids=lambda each: each.name)
_SIZES = {"size": 100, "first": 100}


@needed
@every_document
def test_the_published_api_understands_what_is_asked(document: Document) -> None:
    assert validate(schema(), parse(document.text)) == []


@needed
def test_the_version_that_is_asked_for_is_the_latest_that_is_published() -> None:
    supported = json.loads((FOLDER / "admin-graphql" / "supported-versions-schema.json").read_text())

    assert VERSION in FILE.name
    assert VERSION in json.dumps(supported)


@every_document
def test_a_document_says_whether_it_acts_and_has_one_operation_of_its_name(document: Document) -> None:
    operation = get_operation_ast(parse(document.text), document.name)

    assert operation is not None
    assert (operation.operation is OperationType.MUTATION) is document.acts


@every_document
def test_no_document_costs_more_than_it_says_or_than_shopify_takes(document: Document) -> None:
    sizes = {"Orders": 50, "Listings": 100, "Stock": 50, "Returns": 10, "Payouts": 5}
    cost = cost_of(parse(document.text), played, {"size": sizes.get(document.name, 1)})

    assert cost <= document.cost <= MOST


@needed
def test_acts_that_must_name_a_key_name_one() -> None:
    must = {
        field["name"]
        for kind in described()["data"]["__schema"]["types"]
        if kind["name"] == "Mutation"
        for field in kind["fields"]
        if re.search(r"idempotency key is required", field["description"] or "")
    }
    asked = {
        each.name: name
        for each in documents()
        if each.acts
        for name in re.findall(r"^  (\w+)\(", each.text, re.MULTILINE)
        if name in must
    }

    assert set(asked.values()) == {"refundCreate", "inventorySetQuantities"}
    assert all("@idempotent(key: $key)" in each.text for each in documents() if each.name in asked)


@needed
@pytest.mark.parametrize("name", sorted(name for name in played.type_map if not name.startswith("__")))
def test_the_played_api_is_a_part_of_the_published_one(name: str) -> None:
    ours, theirs = played.type_map[name], schema().type_map[name]

    assert type(ours) is type(theirs)
    if isinstance(ours, GraphQLEnumType) and isinstance(theirs, GraphQLEnumType):
        assert set(ours.values) <= set(theirs.values)
    elif isinstance(ours, GraphQLObjectType | GraphQLInterfaceType):
        assert isinstance(theirs, GraphQLObjectType | GraphQLInterfaceType)
        for field, own in ours.fields.items():
            published = theirs.fields[field]
            assert str(own.type) == str(published.type), field
            assert {key: str(arg.type) for key, arg in own.args.items()}.items() <= {
                key: str(arg.type) for key, arg in published.args.items()
            }.items()
            assert all(key in own.args for key, arg in published.args.items() if is_required_argument(arg))
    elif isinstance(ours, GraphQLInputObjectType) and isinstance(theirs, GraphQLInputObjectType):
        wanted = {key: str(each.type) for key, each in theirs.fields.items()}
        assert {key: str(each.type) for key, each in ours.fields.items()}.items() <= wanted.items()
        assert all(key in ours.fields for key, each in theirs.fields.items() if is_required_input_field(each))


@needed
def test_topics_that_are_subscribed_to_exist() -> None:
    topics = schema().type_map["WebhookSubscriptionTopic"]

    assert isinstance(topics, GraphQLEnumType)
    assert set(TOPICS) <= set(topics.values)


@needed
def test_the_scopes_that_are_asked_for_open_everything_that_is_read() -> None:
    gates = {
        each["typeName"]: each["offlineScopes"]
        for each in described()["offline_scopes"]["items"]
        if each["type"] == "type" and each.get("offlineScopes") and each["typeName"] in played.type_map
    }

    assert gates
    assert [name for name, scopes in gates.items() if not set(scopes) & set(SCOPES)] == []


def test_pages_are_asked_for_in_the_order_in_which_they_changed() -> None:
    assert "sortKey: UPDATED_AT" in ORDERS.text
