"""GraphiQL's page: from our own files, and with examples that the schema understands."""

import re

import pytest
from graphql import parse, validate

from schema.engine.engine import Engine
from schema.http.graphiql import FOLDER
from tests.api import Api
from tests.schema.http.examples import Example, examples


def test_it_needs_nothing_from_elsewhere(api: Api) -> None:
    page = api.client.get("/graphql", headers={"accept": "text/html"})

    own = re.findall(r'(?:src|href)="(graphql/static/[^"]+)"', page.text)
    assert {path.rpartition("/")[2] for path in own} >= {"examples.js", "page.js", "graphiql.min.js"}
    for path in own:
        assert api.client.get(f"/{path}").status_code == 200, path
    assert not re.search(r'(?:src|href)="(?!graphql/|data:)', page.text)
    for file in ("page.js", "examples.js"):
        assert "://" not in (FOLDER / file).read_text(encoding="utf-8")


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_each_example_is_understood(product_engine: Engine, example: Example) -> None:
    tree = parse(example.query)

    assert validate(product_engine.core, tree) == []
    (operation,) = product_engine.documents.get(example.query).operations
    declared = {variable.variable.name.value for variable in operation.variable_definitions or ()}
    assert set(example.variables) <= declared


def test_examples_are_of_every_kind_and_the_first_stands_without_variables() -> None:
    opened = examples()

    assert len(opened) >= 5
    assert {example.kind for example in opened} == {"query", "mutation", "subscription"}
    assert opened[0].variables == {}


def test_the_examples_work(api: Api) -> None:
    for example in examples():
        if example.kind == "subscription":
            continue
        body = api.body(example.query, **example.variables)
        assert "errors" not in body, (example.name, body)
