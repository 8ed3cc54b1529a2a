"""Acts with a key are done once, and refusals are answers."""

import json
from collections.abc import Callable
from typing import Any

from graphql import GraphQLError, StringValueNode, VariableNode

from plugins.shopify.sandbox.records import Record
from plugins.shopify.sandbox.store import Info


def once(info: Info, wish: Record, act: Callable[[], Record], refuse: Callable[[str], Record]) -> Record:
    """Act, or give the answer of before to the same key. Raises GraphQLError where there is no key."""
    store, key = info.context, _key(info)
    said = json.dumps(wish, sort_keys=True, default=str)
    if key not in store.answers:
        store.answers[key] = (said, act())
    before, answer = store.answers[key]
    if before != said:
        return refuse("The same idempotency key cannot be used with different operation parameters.")
    known: Record = answer
    return known


def _key(info: Info) -> str:
    for directive in info.field_nodes[0].directives or ():
        if directive.name.value == "idempotent":
            value: Any = directive.arguments[0].value if directive.arguments else None
            key: Any = value.value if isinstance(value, StringValueNode) else None
            if isinstance(value, VariableNode):
                key = info.variable_values.coerced[value.name.value]
            if key and str(key).strip():
                return f"{info.field_name}:{key}"
    raise GraphQLError("The @idempotent directive is required for this mutation.", extensions={"code": "BAD_REQUEST"})


def no(name: str, message: str, field: list[str]) -> Record:
    """What a mutation answers that was not done."""
    return {name: None, "userErrors": [{"field": field, "message": message}]}
