"""Random queries that are written like people's: aliases, fragments, directives by variable, lists within lists.

Where hypothesis-graphql goes through all of the schema evenly, this one repeats fields under other names with other
arguments, merges selections and nests connections.
"""

import random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

from tests.schema.equality.generated import ODD, PREFIXES, TEXTS

PAGES = {"first": ["-1", "251"], "last": ["-1", "251"], "limit": ["-1", "1000001"], "after": ['"x"'], "before": ['""']}
"""What no page may be asked for; cursors that are any are proved by walking."""
WRONG = 0.01
NODES = ["ord", "itm", "ship", "evt", "ret", "case", "jrn", "lst", "int", "cus", "chn", "x"]


class Writer:
    def __init__(self, schema: GraphQLSchema, seed: int) -> None:
        self.schema = schema
        self.random = random.Random(seed)
        self.fragments: list[str] = []
        self.number = 0

    def query(self) -> str:
        root = self.schema.query_type
        assert root is not None
        body = self.selection(root, 5, 1)
        variables = "$yes: Boolean = true, $no: Boolean!, $few: Int = 3, $words: String"
        parts = [f"query ({variables}) {body}", *self.fragments]
        return "\n".join(parts)

    def selection(self, kind: GraphQLObjectType, depth: int, most: int) -> str:
        names = [name for name in kind.fields if depth > 0 or is_leaf_type(get_named_type(kind.fields[name].type))]
        parts = (
            [self.field(kind, name, depth) for name in self.random.choices(names, k=self.random.randint(1, most))]
            if names
            else []
        )
        if not parts or self.random.random() < 0.2:
            parts.append("__typename")
        if depth > 0 and names and self.random.random() < 0.25:
            parts.append(self.wrapped(kind.name, self.field(kind, self.random.choice(names), depth - 1)))
        if kind is self.schema.query_type:
            parts.append(
                "a0: items(first: $few, filter: {query: $words})"
                " { nodes { sku @skip(if: $no) name @include(if: $yes) } }"
            )
        return "{ " + " ".join(parts) + " }"

    def wrapped(self, kind: str, text: str) -> str:
        if self.random.random() < 0.5:
            return f"... on {kind}{self.directive()} {{ {text} }}"
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {kind} {{ {text} }}")
        return f"...{name}{self.directive()}"

    def directive(self) -> str:
        return self.random.choice(
            [""] * 6 + [" @include(if: $yes)", " @skip(if: $yes)", " @include(if: $no)", " @skip(if: false)"]
        )

    def field(self, parent: GraphQLObjectType, name: str, depth: int) -> str:
        definition = parent.fields[name]
        self.number += 1
        alias = f"{self.random.choice(['a', 'r', 'x' * 70])}{self.number}"
        text = f"{alias}: {name}{self.arguments(definition)}{self.directive()}"
        named = get_named_type(definition.type)
        if is_leaf_type(named):
            return text
        if is_abstract_type(named):
            kinds = self.random.sample(self.schema.get_possible_types(named), 6)
            spreads = " ".join(f"... on {one.name} {self.selection(one, depth - 1, 4)}" for one in kinds)
            return f"{text} {{ id {spreads} }}"
        assert isinstance(named, GraphQLObjectType)
        return f"{text} {self.selection(named, depth - 1, 4)}"

    def arguments(self, definition: GraphQLField) -> str:
        given: dict[str, str] = {}
        for name, argument in definition.args.items():
            if name in PAGES and self.random.random() < WRONG:
                given[name] = self.random.choice(PAGES[name])
                continue
            if name in {"after", "before"} or (name == "last" and "first" in given):
                continue
            if is_non_null_type(argument.type) or self.random.random() < 0.4:
                given[name] = self.value(name, argument.type, 2)
        return f"({', '.join(f'{name}: {value}' for name, value in given.items())})" if given else ""

    def value(self, name: str, kind: Any, depth: int) -> str:  # noqa: C901, PLR0911  # one return per kind
        choice = self.random.choice
        if is_non_null_type(kind):
            kind = kind.of_type
        elif self.random.random() < 0.05:
            return "null"
        if is_list_type(kind):
            return f"[{', '.join(self.value(name, kind.of_type, depth) for _ in range(self.random.randint(0, 3)))}]"
        if isinstance(kind, GraphQLEnumType):
            return str(choice(list(kind.values)))
        if isinstance(kind, GraphQLInputObjectType):
            chance = 1.5 / len(kind.fields)
            given = {
                key: self.value(key, field.type, depth - 1)
                for key, field in kind.fields.items()
                if is_non_null_type(field.type) or self.random.random() < chance
            }
            return "{" + ", ".join(f"{key}: {value}" for key, value in given.items()) + "}"
        match get_named_type(kind).name:
            case "Int":
                return choice(["0", "1", "2", "3", "7", "$few"]) if name != "quantity" else "1"
            case "Boolean":
                return choice(["true", "false"])
            case "ID":
                prefix = PREFIXES.get(name) or choice(NODES)
                return f'"{prefix}_{self.random.randint(1, 10)}"'
            case "DateTime":
                return choice(['"2026-03-29T00:00:00Z"', '"1999-01-01T00:00:00+05:30"'])
            case "Decimal":
                return choice(['"0"', '"1.5"'])
        return f'"{choice(TEXTS.get(name, []) + ODD)}"'.replace('b"c', 'b\\"c')

    def each(self, name: str, kind: Any) -> list[str]:
        """Values of an argument, each of which may find something else; of an input, those of each field on its own."""
        named = get_named_type(kind)
        if isinstance(named, GraphQLInputObjectType) and named.name != "DateTimeRange":
            fields = named.fields.items()
            return [f"{{{key}: {value}}}" for key, field in fields for value in self.each(key, field.type)] + ["null"]
        if isinstance(named, GraphQLEnumType):
            found = list(named.values)
        elif named.name == "Boolean":
            found = ["true", "false"]
        elif named.name == "String":
            found = ['"%s"' % word.replace('"', '\\"') for word in [*TEXTS.get(name, []), "plain"]]  # noqa: UP031
        else:
            found = list(dict.fromkeys(self.value(name, named, 1) for _ in range(5)))
        several = is_list_type(kind.of_type if is_non_null_type(kind) else kind)
        return [f"[{value}]" for value in found] if several else found
