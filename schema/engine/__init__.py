"""The read engine: resolvers say which rows, PostgreSQL builds the JSON that was asked for. See README.md."""

from schema.engine.declare import (
    column,
    computed,
    embedded,
    from_json,
    money,
    node,
    same_row,
)
from schema.engine.finish import Node
from schema.engine.references import All, Find, Page, Ref, Refs, ref_of
from schema.engine.related import connection, first, many, one
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
