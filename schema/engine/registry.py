"""The declared types and root fields. The product has one registry; a test may make its own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table

if TYPE_CHECKING:
    from schema.engine.declare import Visible
    from schema.engine.kinds import Declared
    from schema.engine.specs import Spec

_MARK = "__read_from__"


@dataclass(eq=False, slots=True, kw_only=True)
class TypeInfo:
    """A declared type. `specs` is filled when the schema is built: field name in GraphQL to where it lives."""

    cls: type
    name: str
    model: Any
    prefix: str | None
    scope: str | None
    visible: "Visible | None"
    description: str | None
    declared: "dict[str, Declared]"
    specs: "dict[str, Spec]" = field(default_factory=dict)
    finished: bool = False

    @property
    def table(self) -> Table:
        table: Table = self.model.__table__
        return table

    @property
    def key(self) -> str:
        """The one column of the primary key."""
        name: str = next(iter(self.table.primary_key.columns)).name
        return name


@dataclass(frozen=True, slots=True)
class Root:
    """A field of Query, Mutation or Subscription."""

    function: Callable[..., Any]
    name: str | None
    scope: str | None
    description: str | None


@dataclass(eq=False, slots=True)
class Registry:
    """Types by name and by the prefix of their ids; roots by kind and Python name."""

    types: dict[str, TypeInfo] = field(default_factory=dict)
    prefixes: dict[str, TypeInfo] = field(default_factory=dict)
    roots: dict[str, dict[str, Root]] = field(default_factory=lambda: {"query": {}, "mutation": {}, "subscription": {}})

    def add(self, info: TypeInfo) -> None:
        """Raises ValueError where a name or a prefix is taken."""
        if info.name in self.types or info.prefix in self.prefixes:
            raise ValueError(f"{info.name} ({info.prefix}) is declared already.")
        self.types[info.name] = info
        if info.prefix is not None:
            self.prefixes[info.prefix] = info
        setattr(info.cls, _MARK, info)

    def names(self) -> dict[str, type]:
        """Names that annotations may use in quotes without an import."""
        return {info.cls.__name__: info.cls for info in self.types.values()}


product = Registry()


def of(cls: type) -> TypeInfo:
    """The declaration of a class. Raises TypeError for a class that is none."""
    info = getattr(cls, _MARK, None)
    if not isinstance(info, TypeInfo):
        raise TypeError(f"{cls.__name__} is not declared with @node.")
    return info
