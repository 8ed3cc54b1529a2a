"""Any object by its id, whatever its type."""

import strawberry

from schema.context import Context
from schema.engine import Node, query, ref_of


@query()
def node(ctx: Context, id: strawberry.ID) -> Node | None:
    """The object with this id; null where there is none, or none that the caller may see."""
    return ref_of(id)


@query()
def nodes(ctx: Context, ids: list[strawberry.ID]) -> list[Node | None]:
    """Objects by id, in the order asked for, null where there is none."""
    return [ref_of(id) for id in ids]
