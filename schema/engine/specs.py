"""Where a field lives, compiled: each kind renders itself as one SQL expression over its parent's row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from schema.engine.kinds import ComputedField, ConnectionField
from schema.engine.registry import TypeInfo
from schema.engine.sql import Fragment, quoted, row, rows
from schema.engine.window import Order

if TYPE_CHECKING:
    from schema.engine.plan import Selected
    from schema.engine.render import Renderer


@dataclass(eq=False)
class Spec:
    """`nullable` is whether the SQL may give null; a non-null field over it is then guarded."""

    nullable: bool = True
    scope: str | None = None

    def children(self) -> "Mapping[str, Spec]":
        """Where the fields of the object that it leads to live."""
        return {}

    def render(self, to: "Renderer", alias: str, selected: "Selected") -> str:
        raise NotImplementedError


@dataclass(eq=False)
class Leaf(Spec):
    fragment: Fragment = field(default_factory=lambda: Fragment("null"))

    def render(self, to: "Renderer", alias: str, selected: "Selected") -> str:  # noqa: ARG002  # as every spec is asked
        return self.fragment.render(alias)


@dataclass(eq=False)
class Embedded(Spec):
    """An object made of the same row's columns; null where `present` is not true."""

    fields: Mapping[str, Spec] = field(default_factory=dict)
    present: Fragment | None = None

    def children(self) -> Mapping[str, Spec]:
        return self.fields

    def render(self, to: "Renderer", alias: str, selected: "Selected") -> str:
        where = f" where {self.present.render(alias)}" if self.present is not None else ""
        return row(f"select {to.columns(selected.child, alias)}{where}")


@dataclass(eq=False)
class FromJson(Spec):
    """An object or a list of objects in a jsonb value, each read as a row with the one column `value`."""

    fragment: Fragment = field(default_factory=lambda: Fragment("null"))
    fields: Mapping[str, Spec] = field(default_factory=dict)
    listed: bool = False

    def children(self) -> Mapping[str, Spec]:
        return self.fields

    def render(self, to: "Renderer", alias: str, selected: "Selected") -> str:
        inner, base = to.alias(), self.fragment.render(alias)
        columns = to.columns(selected.child, inner)
        if not self.listed:
            source = f"(select {base} as value) {inner} where jsonb_typeof({inner}.value) = 'object'"
            return row(f"select {columns} from {source}")
        array = f"case jsonb_typeof({base}) when 'array' then {base} else '[]' end"
        items = f"jsonb_array_elements({array}) with ordinality {inner}(value, place) order by {inner}.place"
        return rows(f"select {columns} from {items}")


@dataclass(eq=False)
class Related(Spec):
    """Rows of another table joined to this one. `link` is the quoted name of a table between them."""

    target: TypeInfo = field(kw_only=True)
    join: Fragment = field(default_factory=lambda: Fragment("true"))
    link: str | None = None
    where: tuple[Fragment, ...] = ()
    order: Order | None = None

    def children(self) -> Mapping[str, Spec]:
        return self.target.specs

    def source(self, to: "Renderer", alias: str, inner: str) -> str:
        """`from` and `where` of the related rows, with what the caller may see."""
        table, link = quoted(self.target.table.name), to.alias() if self.link else ""
        tables = f"{table} {inner}" + (f", {self.link} {link}" if self.link else "")
        wheres = [self.join.render(alias, child=inner, link=link)]
        wheres += [fragment.render(inner) for fragment in self.where]
        wheres += to.visible(self.target, inner)
        return f"{tables} where {' and '.join(f'({part})' for part in wheres)}"


@dataclass(eq=False)
class ToOne(Related):
    def render(self, to: "Renderer", alias: str, selected: "Selected") -> str:
        inner = to.alias()
        source = self.source(to, alias, inner)
        tail = f" order by {self.order.sql(inner, backward=False)} limit 1" if self.order else ""
        return row(f"select {to.columns(selected.child, inner)} from {source}{tail}")


@dataclass(eq=False)
class ToMany(Related):
    expect: int = 10

    def render(self, to: "Renderer", alias: str, selected: "Selected") -> str:
        inner = to.alias()
        assert self.order is not None
        items = f"{self.source(to, alias, inner)} order by {self.order.sql(inner, backward=False)}"
        columns = to.columns(selected.child, inner)
        return rows(f"select {columns} from {items}")


@dataclass(eq=False)
class ToPage(Related):
    declared: ConnectionField = field(kw_only=True)

    def children(self) -> Mapping[str, Spec]:
        return connection_specs(self.target)

    def render(self, to: "Renderer", alias: str, selected: "Selected") -> str:
        from schema.engine.connections import connection_sql  # noqa: PLC0415  # they render one another

        window = to.window(selected)
        bind = to.bind(selected.site)
        return connection_sql(to, selected.child, window, bind, lambda inner: self.source(to, alias, inner))


@dataclass(eq=False)
class Part(Spec):
    """`edges`, `nodes`, `pageInfo`, `totalCount` and what they hold: rendered by the connection as a whole."""

    fields: Mapping[str, Spec] = field(default_factory=dict)
    target: TypeInfo | None = None

    def children(self) -> Mapping[str, Spec]:
        return self.target.specs if self.target is not None else self.fields


@dataclass(eq=False)
class Computed(Spec):
    """A Python function over a batch; the SQL gives the columns that it needs, as a JSON array."""

    declared: ComputedField = field(kw_only=True)
    inputs: tuple[Fragment, ...] = ()
    loaders: tuple[Any, ...] = ()
    names: tuple[str, ...] = ()

    def render(self, to: "Renderer", alias: str, selected: "Selected") -> str:  # noqa: ARG002  # as every spec is asked
        return f"json_build_array({', '.join(fragment.render(alias) for fragment in self.inputs)})"


_PARTS = ("hasNextPage", "hasPreviousPage", "startCursor", "endCursor")


@cache
def connection_specs(target: TypeInfo) -> Mapping[str, Spec]:
    """Where the fields of a connection of this type live."""
    edge = {"cursor": Part(nullable=False), "node": Part(nullable=False, target=target)}
    page = {name: Part(nullable=False) for name in _PARTS}
    return {
        "nodes": Part(nullable=False, target=target),
        "edges": Part(nullable=False, fields=edge),
        "pageInfo": Part(nullable=False, fields=page),
        "totalCount": Part(nullable=False),
    }
