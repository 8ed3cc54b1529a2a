"""The read engine: resolvers say which rows, PostgreSQL builds the JSON that was asked for. See README.md."""

from schema.engine.declare import (
    column,
    computed,
    connection,
    embedded,
    extend,
    first,
    from_json,
    many,
    money,
    node,
    one,
    same_row,
)
from schema.engine.finish import Node
from schema.engine.references import All, Find, Page, Ref, Refs, ref_of
from schema.engine.roots import mutation, query, subscription

__all__ = [
    "All",
    "Find",
    "Node",
    "Page",
    "Ref",
    "Refs",
    "column",
    "computed",
    "connection",
    "embedded",
    "extend",
    "first",
    "from_json",
    "many",
    "money",
    "mutation",
    "node",
    "one",
    "query",
    "ref_of",
    "same_row",
    "subscription",
]
