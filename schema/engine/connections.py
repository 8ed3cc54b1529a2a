"""A page of rows as SQL: nodes, edges, cursors, page info and the count, each only where it was selected."""

from collections.abc import Callable

from schema.engine.plan import Selected, Selection
from schema.engine.render import Renderer
from schema.engine.sql import literal, quoted, row, rows
from schema.engine.window import BindTo, Window
from schema.pagination import LARGEST_COUNT, MOST

Source = Callable[[str], str]


def connection_sql(to: Renderer, selection: Selection, window: Window, bind: BindTo, source: Source) -> str:
    """One connection object. `source(alias)` gives the tables and conditions that its rows come from."""
    page = _Page(to, window, bind, source)
    lists = [field.name for field in selection.fields if field.name in {"nodes", "edges", "pageInfo"}]
    plain = lists == ["nodes"] and not window.page.backward
    columns = [f"{page.value(selection, field, plain=plain)} as {quoted(field.column)}" for field in selection.fields]
    return row(f"select {', '.join(columns)}{page.source_of_values()}")


class _Page:
    """The rows of one page, read once whatever is asked of them: `p` is each row, `a` the page."""

    def __init__(self, to: Renderer, window: Window, bind: BindTo, source: Source) -> None:
        self.to, self.window, self.bind, self.source = to, window, bind, source
        self.row = to.alias()
        self.columns: list[str] = []
        self.aggregates: list[str] = []
        self.cursors = self.look_ahead = False

    @property
    def size(self) -> str:
        """How many rows are shown: a value that is bound where it is first spoken of."""
        return self.window.size(self.bind)

    def value(self, selection: Selection, field: Selected, *, plain: bool) -> str:
        """One field of the connection. `plain`: its nodes are all that is asked, so that they are a mere list."""
        match field.name:
            case "__typename":
                return f"{literal(selection.type.name)}::text"
            case "totalCount":
                return self._count(field)
            case "pageInfo":
                parts = ", ".join(
                    f"{self._info(field.child, part)} as {quoted(part.column)}" for part in field.child.fields
                )
                return row(f"select {parts}")
            case "nodes" if plain:
                columns = self.to.columns(field.child, self.row)
                return rows(f"select {columns} from {self._found()}")
            case "nodes":
                return self._list(self._object(field.child))
            case _:
                return self._list(self._edge(field.child))

    def source_of_values(self) -> str:
        """The `from` that the values above stand on; empty where no row is needed."""
        if not self.aggregates and not self.cursors and not self.look_ahead:
            return ""
        found = self._found()
        columns = ["row_number() over () as rn", *self.columns]
        aggregates = list(self.aggregates)
        if self.cursors:
            order = " order by p.rn" if self.window.page.backward else ""  # else they come so
            for number, key in enumerate(self.window.order.columns(self.row)):
                columns.append(f"{key} as k{number}")
                aggregates.append(f"array_agg(p.k{number}{order}){self._shown()} as k{number}")
        if self.look_ahead:
            aggregates.append("count(*) as fetched")
        return f" from (select {', '.join(aggregates)} from (select {', '.join(columns)} from {found}) p) a"

    def _found(self) -> str:
        """The tables, conditions and limit of the rows of the page, and of one more where somebody asks for it."""
        window, inner = self.window, self.to.alias()
        wheres = self.source(inner)
        for part in (*window.wheres(inner, self.bind), *window.bounds(inner, self.bind)):
            wheres += f" and ({part})"
        ordered = f"{wheres} order by {window.order.sql(inner, backward=window.page.backward)}"
        size = f"{self.size} + 1" if self.look_ahead else self.size
        return f"(select {inner}.* from {ordered} limit {MOST + 1}) {self.row} {limited(size)}"

    def _object(self, selection: Selection) -> str:
        return row(f"select {self.to.columns(selection, self.row)}")

    def _edge(self, selection: Selection) -> str:
        parts = []
        for field in selection.fields:
            if field.name == "__typename":
                value = f"{literal(selection.type.name)}::text"
            elif field.name == "cursor":
                value = self.window.order.cursor_sql(self.window.order.columns(self.row))
            else:
                value = self._object(field.child)
            parts.append(f"{value} as {quoted(field.column)}")
        return row(f"select {', '.join(parts)}")

    def _list(self, item: str) -> str:
        """Aggregate one JSON value per row, in the order of the list whichever way it was read."""
        number = len(self.aggregates)
        self.columns.append(f"{item} as j{number}")
        order = " order by p.rn desc" if self.window.page.backward else ""
        self.aggregates.append(f"coalesce(json_agg(p.j{number}{order}){self._shown()}, '[]') as x{number}")
        return f"a.x{number}"

    def _shown(self) -> str:
        return f" filter (where p.rn <= {self.size})"

    def _info(self, selection: Selection, part: Selected) -> str:
        backward = self.window.page.backward
        match part.name:
            case "__typename":
                return f"{literal(selection.type.name)}::text"
            case "hasNextPage" | "hasPreviousPage":
                if (part.name == "hasPreviousPage") == backward:
                    self.look_ahead = True
                    return f"(a.fetched > {self.size})"
                other = self.window.before if part.name == "hasNextPage" else self.window.after
                return "true" if other is not None else "false"
            case _:
                self.cursors = True
                place = "1" if (part.name == "startCursor") != backward else "cardinality(a.k0)"
                keys = [f"a.k{number}[{place}]" for number in range(len(self.window.order.keys))]
                return f"(case when a.k0 is not null then {self.window.order.cursor_sql(keys)} end)"

    def _count(self, field: Selected) -> str:
        if (limit := self.to.limit(field)) is None:
            return "null"
        inner = self.to.alias()
        wheres = self.source(inner)
        for part in self.window.wheres(inner, self.bind):
            wheres += f" and ({part})"
        counted = f"(select 1 from {wheres} limit {LARGEST_COUNT}) r {limited(limit)}"
        return f"(select count(*) from (select from {counted}) c)"


def limited(size: str) -> str:
    """A limit whose size is bound, over a query that has a larger one written out.

    PostgreSQL keeps its plan for a statement only where that looks no dearer than one made for the values at hand.
    A limit that it may not look at looks alike in both, and it plans by the one that it can read.
    """
    return f"limit (select {size})"
