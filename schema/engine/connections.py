"""A page of rows as SQL: nodes, edges, cursors, page info and the count, each only where it was selected."""

from collections.abc import Callable

from schema.engine.plan import Selected, Selection
from schema.engine.render import Renderer, Slot
from schema.engine.sql import literal, quoted, row
from schema.engine.window import Window

Source = Callable[[str], str]


def connection_sql(to: Renderer, selection: Selection, window: Window, slot: Slot, source: Source) -> str:
    """One connection object. `source(alias)` gives the tables and conditions that its rows come from."""
    page = _Rows(to, window, slot, source)
    columns = [f"{page.value(selection, field)} as {quoted(field.column)}" for field in selection.fields]
    return row(f"select {', '.join(columns)}{page.page()}")


class _Rows:
    """The rows of one page, read once whatever is asked of them: `p` is each row, `a` the page."""

    def __init__(self, to: Renderer, window: Window, slot: Slot, source: Source) -> None:
        self.to, self.window, self.source = to, window, source
        self.bind = to.bind(slot)
        self.row = to.alias()
        self.columns: list[str] = []
        self.aggregates: list[str] = []
        self.cursors = self.look_ahead = False

    def value(self, selection: Selection, field: Selected) -> str:
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
            case "nodes":
                return self._list(self._object(field.child))
            case _:
                return self._list(self._edge(field.child))

    def page(self) -> str:
        """The `from` that the values above stand on; empty where no row is needed."""
        if not self.aggregates and not self.cursors and not self.look_ahead:
            return ""
        window, order, inner = self.window, self.window.order, self.to.alias()
        wheres = self.source(inner)
        for part in (*window.wheres(inner, self.bind), *window.bounds(inner, self.bind)):
            wheres += f" and ({part})"
        limit = self.bind(1 if self.look_ahead else 0)
        page = (
            f"(select {inner}.* from {wheres} order by {order.sql(inner, backward=window.page.backward)}"
            f" limit {limit}::bigint) {self.row}"
        )
        columns = ["row_number() over () as rn", *self.columns]
        aggregates = list(self.aggregates)
        if self.cursors:
            columns.append(f"{order.cursor_sql(self.row)} as k")
            aggregates.append(f"array_agg(p.k order by p.rn){self._shown()} as ks")
        if self.look_ahead:
            aggregates.append("count(*) as fetched")
        return f" from (select {', '.join(aggregates)} from (select {', '.join(columns)} from {page}) p) a"

    def _object(self, selection: Selection) -> str:
        return row(f"select {self.to.columns(selection, self.row)}")

    def _edge(self, selection: Selection) -> str:
        parts = []
        for field in selection.fields:
            if field.name == "__typename":
                value = f"{literal(selection.type.name)}::text"
            elif field.name == "cursor":
                value = self.window.order.cursor_sql(self.row)
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
        return f" filter (where p.rn <= {self.bind(0)}::bigint)"

    def _info(self, selection: Selection, part: Selected) -> str:
        backward = self.window.page.backward
        match part.name:
            case "__typename":
                return f"{literal(selection.type.name)}::text"
            case "hasNextPage" | "hasPreviousPage":
                if (part.name == "hasPreviousPage") == backward:
                    self.look_ahead = True
                    return f"(a.fetched > {self.bind(0)}::bigint)"
                other = self.window.before if part.name == "hasNextPage" else self.window.after
                return "true" if other is not None else "false"
            case _:
                self.cursors = True
                first = (part.name == "startCursor") != backward
                return "a.ks[1]" if first else "a.ks[array_length(a.ks, 1)]"

    def _count(self, field: Selected) -> str:
        inner = self.to.alias()
        wheres = self.source(inner)
        for part in self.window.wheres(inner, self.bind):
            wheres += f" and ({part})"
        limit = self.to.bind(self.to.slot(field))(0)
        return f"(select count(*) from (select 1 from {wheres} limit {limit}::bigint) c)"
