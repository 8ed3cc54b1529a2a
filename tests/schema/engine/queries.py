"""Random queries over a schema: aliases, fragments, directives, arguments, every type; valid by construction."""

import random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

SKIPPED = {"report", "broken", "cursor", "startCursor", "endCursor", "after", "before", "secret", "slow", "lost"}
"""What the oracle does not imitate."""


class Writer:
    def __init__(self, schema: GraphQLSchema, seed: int) -> None:
        self.schema = schema
        self.random = random.Random(seed)
        self.fragments: list[str] = []
        self.number = 0

    def query(self) -> str:
        root = self.schema.query_type
        assert root is not None
        body = self.selection(root, 5)
        return f"query ($yes: Boolean = true, $no: Boolean = false) {body}\n" + "\n".join(self.fragments)

    def selection(self, kind: GraphQLObjectType, depth: int) -> str:
        names = [name for name in kind.fields if name not in SKIPPED]
        names = [name for name in names if depth > 0 or is_leaf_type(get_named_type(kind.fields[name].type))]
        parts = (
            [self.field(kind, name, depth) for name in self.random.choices(names, k=self.random.randint(1, 4))]
            if names
            else []
        )
        parts.append("__typename" if self.random.random() < 0.2 or not parts else "")
        if depth > 0 and names and self.random.random() < 0.3:
            again = self.field(kind, self.random.choice(names), depth - 1)
            parts.append(self.wrapped(kind.name, again))
        return "{ " + " ".join(part for part in parts if part) + " }"

    def wrapped(self, kind: str, text: str) -> str:
        if self.random.random() < 0.5:
            return f"... on {kind}{self.directive()} {{ {text} }}"
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {kind} {{ {text} }}")
        return f"...{name}{self.directive()}"

    def directive(self) -> str:
        return self.random.choice(
            ["", "", "", " @include(if: $yes)", " @skip(if: $yes)", " @include(if: $no)", " @skip(if: false)"]
        )

    def field(self, parent: GraphQLObjectType, name: str, depth: int) -> str:
        definition = parent.fields[name]
        self.number += 1
        alias = (
            f"{self.random.choice(['a', 'r', 'x' * 70])}{self.number}: "
            if self.random.random() < 0.7 or definition.args
            else ""
        )
        arguments = self.arguments(definition.args)
        named = get_named_type(definition.type)
        text = f"{alias}{name}{arguments}{self.directive()}"
        if is_leaf_type(named):
            return text if alias else f"n{self.number}: {text}"
        if is_abstract_type(named):
            spreads = " ".join(
                f"... on {one.name} {self.selection(one, depth - 1)}" for one in self.schema.get_possible_types(named)
            )
            return f"n{self.number}: {name}{arguments} {{ id {spreads} }}"
        assert isinstance(named, GraphQLObjectType)
        prefix = "" if alias else f"n{self.number}: "
        return f"{prefix}{text} {self.selection(named, depth - 1)}"

    def arguments(self, arguments: dict[str, Any]) -> str:
        given = {}
        for name, argument in arguments.items():
            needed = is_non_null_type(argument.type) and argument.default_value is None
            if name in SKIPPED or (not needed and self.random.random() < 0.5):
                continue
            if name == "last" and "first" in given:
                continue
            given[name] = self.value(name, argument.type)
        return f"({', '.join(f'{name}: {value}' for name, value in given.items())})" if given else ""

    def value(self, name: str, kind: Any) -> str:  # noqa: PLR0911  # one return per kind
        choice = self.random.choice
        if is_non_null_type(kind):
            return self.value(name, kind.of_type)
        if is_list_type(kind):
            return f"[{', '.join(self.value(name, kind.of_type) for _ in range(self.random.randint(0, 3)))}]"
        if isinstance(kind, GraphQLEnumType):
            return str(choice(list(kind.values)))
        if isinstance(kind, GraphQLInputObjectType):
            fields = [field for field in kind.fields if self.random.random() < 0.5]
            return "{" + ", ".join(f"{field}: {self.value(field, kind.fields[field].type)}" for field in fields) + "}"
        match kind.name:
            case "Int":
                return str(choice([0, 1, 2, 3, 7]))
            case "ID" if name in {"id", "ids"}:
                return f'"ord_{self.random.randint(1, 13)}"'
            case "String" if name == "sku":
                return f'"SKU-{self.random.randint(1, 5)}"'
        return str(choice(['"N1"', '"n"', '""', '"ü\\u0001%_"']))
