"""Everything that has an id is found by it."""

from schema.engine.registry import product
from tests.api import Api

NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }"
TYPES = '{ __type(name: "Node") { possibleTypes { name } } }'


def test_every_node_type_is_found_by_id_and_null_where_there_is_none(api: Api) -> None:
    prefixes = sorted(product.prefixes)
    named = {found["name"] for found in api(TYPES)["__type"]["possibleTypes"]}
    assert named == {info.name for info in product.prefixes.values()}

    for start in range(0, len(prefixes), 10):
        ids = [f"{prefix}_999999999" for prefix in prefixes[start : start + 10]]
        assert api(NODES, ids=ids)["nodes"] == [None] * len(ids)
        for one in ids:
            assert api("query ($id: ID!) { node(id: $id) { id __typename } }", id=one)["node"] is None
