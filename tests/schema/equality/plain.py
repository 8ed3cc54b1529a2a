"""The product's schema answered by plain graphql-core: one resolver a field, one object after another.

Slow, obvious, and sharing nothing with the planner: what the engine's answers are compared with. Root fields and
computed fields are the product's own functions; what they refer to is looked up in the store.
"""

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from types import SimpleNamespace
from typing import Any, cast

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    execute_sync,
    get_named_type,
    is_list_type,
    is_non_null_type,
    parse,
)

from crossdock.money import EXPONENTS
from schema.build import build_engine
from schema.context import Context, Viewer
from schema.engine.kinds import (
    ColumnField,
    ComputedField,
    ConnectionField,
    Declared,
    EmbeddedField,
    JsonField,
    MoneyField,
    RelationField,
    SameRowField,
)
from schema.engine.references import FoundReference, ListReference, PageReference, Reference
from schema.engine.registry import TypeInfo, product
from schema.engine.sql import Prepared
from schema.errors import present
from tests.schema.equality import restated
from tests.schema.equality.compare import CURSOR
from tests.schema.equality.loaded import Shop, word
from tests.schema.equality.restated import LISTS
from tests.schema.equality.restated_visible import VISIBLE, of_order
from tests.schema.equality.store import Store


@dataclass(frozen=True)
class Thing:
    """One row of a declared type."""

    info: TypeInfo
    number: Any


@dataclass(frozen=True)
class Listed:
    """A connection: all its rows in order, and how much of them is shown."""

    rows: Sequence[Thing]
    first: int | None
    last: int | None

    @property
    def shown(self) -> Sequence[Thing]:
        if self.last is not None:
            return self.rows[max(0, len(self.rows) - self.last) :]
        return self.rows[: self.first]

    @property
    def more(self) -> bool:
        return len(self.shown) < len(self.rows)


class Plain:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.shop = Shop(store.connection)
        self._allowed: dict[tuple[str, Viewer], set[Any]] = {}
        self.schema = build_engine().core
        for kind in self.schema.type_map.values():
            if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
                self._resolve(kind)
            elif isinstance(kind, GraphQLInterfaceType):
                kind.resolve_type = lambda value, _info, _kind: value.info.name

    def ask(self, query: str, context: Context, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
        result = execute_sync(self.schema, parse(query), context_value=context, variable_values=dict(variables or {}))
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body["errors"] = [present(error, "req_test") for error in result.errors]
        return body

    def _resolve(self, kind: GraphQLObjectType) -> None:
        kind.is_type_of = None
        info = product.types.get(kind.name)
        root = kind is self.schema.query_type
        for name, field in kind.fields.items():
            definition = field.extensions["strawberry-definition"]
            if root:
                field.resolve = self._found_by(field.resolve, LISTS.get(name))
            elif info is not None:
                declared = info.declared.get(definition.python_name)
                field.resolve = self._of_row(definition.python_name, declared)
            else:
                own = field.resolve if definition.base_resolver is not None else None
                field.resolve = self._of_object(name, definition.python_name, own)

    def _found_by(self, resolve: Any, listed: restated.Listed | None) -> Callable[..., Any]:
        """Of a list, the product's own function says what is wrong with the arguments, and nothing else."""

        def answer(source: Any, info: GraphQLResolveInfo[Context], **given: Any) -> Any:
            value = at_once(resolve(source, info, **given))
            if listed is None or not isinstance(value, PageReference):
                return self.plain(value, info.context)
            found = restated.numbers(listed, self.shop, given, info.context.viewer)
            if value.info.name == "Event" and not value.page.backward:
                found = [number for number in found if number in self.shop.settled()]
            return self._forbidden(value, info.context) or self._page(value, found, info.context)

        return answer

    def _page(self, value: PageReference, found: Sequence[Any], ctx: Context) -> Listed:
        """The page of these rows that a reference asks for."""
        if value.page.after is not None or value.page.before is not None:
            raise _no_cursor("after" if value.page.after is not None else "before")
        seen = self._seen(value.info, found, ctx)
        return Listed(seen, None if value.page.backward else value.page.size, value.page.last)

    def _of_object(self, name: str, python_name: str, resolve: Any) -> Callable[..., Any]:
        def answer(source: Any, info: GraphQLResolveInfo[Context], **given: Any) -> Any:
            if isinstance(source, Listed):
                return _part(source, name, given)
            if resolve is not None:
                return self.plain(at_once(resolve(source, info, **given)), info.context)
            if isinstance(source, Mapping):
                return source[python_name]
            return self.plain(getattr(source, python_name), info.context)

        return answer

    def _of_row(self, python_name: str, declared: Declared | None) -> Callable[..., Any]:
        def answer(source: Any, info: GraphQLResolveInfo[Context], **given: Any) -> Any:
            if not isinstance(source, Thing):  # made in Python
                return self.plain(getattr(source, python_name), info.context)
            if declared is None:
                return f"{source.info.prefix}_{source.number}"
            if isinstance(declared, ComputedField):
                return self._computed(source, declared, info.context, given)
            return self._stored(source, declared, info, given)

        return answer

    def _stored(  # noqa: PLR0911  # one return per kind
        self, thing: Thing, declared: Declared, info: GraphQLResolveInfo[Context], given: dict[str, Any]
    ) -> Any:
        match declared:
            case ColumnField():
                return _leaf(self._value(thing, declared.expression), info.return_type)
            case MoneyField():
                constant = isinstance(declared.currency, str)
                currency = declared.currency if constant else self._value(thing, declared.currency)
                return _money(self._value(thing, declared.minor), currency)
            case EmbeddedField():
                if declared.present is not None and not self._value(thing, declared.present):
                    return None
                names = [one.extensions["strawberry-definition"].python_name for one in _fields(info.return_type)]
                columns = declared.columns
                return {name: self._value(thing, columns[name]) if name in columns else None for name in names}
            case SameRowField():
                if declared.present is not None and not self._value(thing, declared.present):
                    return None
                return Thing(product.types[get_named_type(info.return_type).name], thing.number)
            case JsonField():
                value = self._value(thing, declared.expression)
                return self._from_json(value, info.return_type, info.context)
            case RelationField():
                return self._related(thing, declared, info, given)
        raise TypeError(declared)

    def _value(self, thing: Thing, expression: Any) -> Any:
        return self.store.values(thing.info, expression)[thing.number]

    def _related(
        self, thing: Thing, declared: RelationField, info: GraphQLResolveInfo[Context], given: dict[str, Any]
    ) -> Any:
        named = cast("GraphQLObjectType", get_named_type(info.return_type))
        if isinstance(declared, ConnectionField):
            named = get_named_type(named.fields["nodes"].type)
        target = product.types[named.name]
        numbers = self.store.children(thing.info, declared, target).get(thing.number, [])
        if isinstance(declared, ConnectionField):
            _check_page(given)
            if declared.filter is not None:
                tests = restated.INSIDE[thing.info.name, info.field_name]
                numbers = [one for one in numbers if self._meets(target, one, tests, given)]
        rows = self._rows(target, numbers, [*declared.where], declared.order_by, info.context)
        if declared.single:
            return rows[0] if rows else None
        if not isinstance(declared, ConnectionField):
            return rows
        first, last = given.get("first"), given.get("last")
        if first is None and last is None:
            first = declared.default_first
        return Listed(rows, first, last)

    def _meets(self, info: TypeInfo, number: Any, tests: Mapping[str, restated.Test], given: dict[str, Any]) -> bool:
        row = self.shop.one(info.table.name, number)
        wanted = {name: word(value) for name, value in given.items() if name in tests and value is not None}
        return all(tests[name](self.shop, row, value) for name, value in wanted.items())  # type: ignore[arg-type]

    def _seen(self, info: TypeInfo, numbers: Iterable[Any], ctx: Context) -> list[Thing]:
        """Those of the rows that the caller may see."""
        if info.visible is not None:
            allowed = self._visible(info, ctx.viewer)
            numbers = [number for number in numbers if number in allowed]
        return [Thing(info, number) for number in numbers]

    def _visible(self, info: TypeInfo, viewer: Viewer) -> set[Any]:
        known = (info.name, viewer)
        if known not in self._allowed:
            seen = VISIBLE.get(info.name, of_order)
            rows = [row for row in self.shop.all(info.table.name) if seen(self.shop, row, viewer)]
            self._allowed[known] = {getattr(row, info.key) for row in rows}
        return self._allowed[known]

    def _rows(
        self, info: TypeInfo, numbers: Iterable[Any], where: Sequence[Any], order_by: Sequence[Any], ctx: Context
    ) -> list[Thing]:
        places = self.store.places(info, order_by)
        allowed = self.store.matching(info, where) if where else places
        return self._seen(
            info, sorted((n for n in numbers if n in places and n in allowed), key=places.__getitem__), ctx
        )

    def _from_json(self, value: Any, kind: Any, ctx: Context) -> Any:
        """An object of its own type, or a list of them."""
        if _is_list(kind):
            return [self._object(item, kind, ctx) for item in value] if isinstance(value, list) else []
        return self._object(value, kind, ctx)

    def _object(self, value: Any, kind: Any, ctx: Context) -> Any:
        if not isinstance(value, dict):
            return None
        made: dict[str, Any] = {}
        for field in _fields(kind):
            key, named = field.extensions["strawberry-definition"].python_name, get_named_type(field.type)
            if named.name == "Money":
                made[key] = _money(value.get(f"{key}_minor"), value.get("currency"))
            elif named.name in product.types:
                number = value.get(f"{key}_id")
                made[key] = self.plain(Reference(product.types[named.name], number), ctx) if number else None
            elif isinstance(named, GraphQLObjectType):
                made[key] = self._from_json(value.get(key), field.type, ctx)
            else:
                made[key] = _leaf(value.get(key), field.type)
        return made

    def _computed(self, thing: Thing, declared: ComputedField, ctx: Context, given: dict[str, Any]) -> Any:
        row = SimpleNamespace(**{element.key: self._value(thing, element) for element in declared.requires})
        [value] = at_once(declared.function([row], ctx, **given))
        if isinstance(value, Exception):
            raise value
        return self.plain(value, ctx)

    def plain(self, value: Any, ctx: Context) -> Any:  # one return per kind
        """What a resolver answered with, every reference in it made the rows that it speaks of."""
        if isinstance(value, list):
            return [self.plain(item, ctx) for item in value]
        if not isinstance(value, Reference | FoundReference | ListReference | PageReference):
            return value
        info = value.info
        if (forbidden := self._forbidden(value, ctx)) is not None:
            return forbidden
        if isinstance(value, Reference):
            rows = self._rows(info, [value.number], (), (), ctx)
            return rows[0] if rows else None
        found = self.store.matching(info, value.where)
        if isinstance(value, FoundReference):
            return next(iter(self._rows(info, found, (), (), ctx)), None)
        rows = self._rows(info, found, (), value.order_by, ctx)
        return rows if isinstance(value, ListReference) else self._page(value, [row.number for row in rows], ctx)

    def _forbidden(self, value: Any, ctx: Context) -> GraphQLError | None:
        """The error of one item, in a list."""
        scope = value.info.scope
        if scope is None or ctx.viewer.can(scope):
            return None
        return GraphQLError(f"This needs the scope {scope}.", extensions={"code": "FORBIDDEN", "scope": scope})


@dataclass(slots=True, kw_only=True)
class PlainContext(Context):
    """A context that reads and runs things then and there, so that nothing ever waits."""

    store: Store

    async def run(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    async def select(self, query: Any, **values: Any) -> list[Any]:
        return self.store.select(query.query if isinstance(query, Prepared) else query, values)


def at_once(value: Any) -> Any:
    """What a function answered, or what its coroutine comes to without ever waiting."""
    if not isinstance(value, Coroutine):
        return value
    try:
        value.send(None)
    except StopIteration as done:
        return done.value
    raise RuntimeError("It waited for something.")


def _invalid(message: str, argument: str) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "INVALID", "argument": argument})


def _no_cursor(argument: str) -> GraphQLError:
    """Those that are given here never are one."""
    return _invalid(f"`{argument}` is no cursor of this list in this order.", argument)


def _check_page(given: dict[str, Any]) -> None:
    """What a page may not be asked for."""
    if given.get("first") is not None and given.get("last") is not None:
        raise _invalid("Give `first` or `last`, not both.", "last")
    for name in ("first", "last"):
        if given.get(name) is not None and not 0 <= given[name] <= 250:
            raise _invalid(f"`{name}` must be between 0 and 250.", name)
    for name in ("after", "before"):
        if given.get(name) is not None:
            raise _no_cursor(name)


def _part(listed: Listed, name: str, given: dict[str, Any]) -> Any:
    match name:
        case "nodes":
            return listed.shown
        case "edges":
            return [SimpleNamespace(cursor=CURSOR, node=node) for node in listed.shown]
        case "pageInfo":
            backward = listed.last is not None
            end = CURSOR if listed.shown else None
            return SimpleNamespace(
                has_next_page=not backward and listed.more,
                has_previous_page=backward and listed.more,
                start_cursor=end,
                end_cursor=end,
            )
    return min(len(listed.rows), _limit(given))


def _limit(given: dict[str, Any]) -> int:
    limit = 10_000 if given.get("limit") is None else given["limit"]
    if not 0 <= limit <= 1_000_000:
        raise _invalid("`limit` must be between 0 and 1000000.", "limit")
    return cast("int", limit)


def _money(minor: int | None, currency: str | None) -> dict[str, Any] | None:
    if minor is None or currency is None:
        return None
    return {"amount": Decimal(minor).scaleb(-EXPONENTS.get(currency, 2)), "currency": currency}


def _is_list(kind: Any) -> bool:
    return is_list_type(kind.of_type if is_non_null_type(kind) else kind)


def _fields(kind: Any) -> list[Any]:
    return list(cast("GraphQLObjectType", get_named_type(kind)).fields.values())


def _leaf(value: Any, kind: Any) -> Any:
    """A stored value as its scalar or enum takes it."""
    named = get_named_type(kind)
    if isinstance(value, list):
        return [_leaf(item, named) for item in value]
    if isinstance(named, GraphQLEnumType) and isinstance(value, str) and not isinstance(value, Enum):
        return named.values[value].value
    if named.name == "Decimal" and isinstance(value, str):
        return Decimal(value)
    if named.name == "DateTime" and isinstance(value, str):
        return datetime.fromisoformat(value)
    if named.name in {"String", "ID"} and value is not None:
        return str(value)
    return value
