"""Kinds of field that most types have. Types stand for rows of the ORM: what is not here is the row's attribute."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry
from sqlalchemy.orm import InstrumentedAttribute

from bench.read.plain.loaders import Loaders
from schema.scalars import Address, Money, money_of

Info = strawberry.Info[Loaders, None]


def identity(prefix: str) -> Any:
    """`ord_1042`."""

    def resolve(root: Any) -> strawberry.ID:
        return strawberry.ID(f"{prefix}_{root.id}")

    return strawberry.field(resolver=resolve)


def money_from(minor: str, currency: str = "currency") -> Any:
    """Money from two attributes of a row."""

    def resolve(root: Any) -> Money:
        return money_of(getattr(root, minor), getattr(root, currency))

    return strawberry.field(resolver=resolve)


def maybe_money_from(minor: str, currency: str = "cost_currency") -> Any:
    """The same, null where there is none."""

    def resolve(root: Any) -> Money | None:
        found = getattr(root, minor)
        return None if found is None else money_of(found, getattr(root, currency))

    return strawberry.field(resolver=resolve)


def place(attribute: str) -> Any:
    """An address kept as JSON."""

    def resolve(root: Any) -> Address | None:
        found = getattr(root, attribute)
        return None if found is None else Address(**found)

    return strawberry.field(resolver=resolve)


def one(model: Any, key: str) -> Callable[..., Awaitable[Any]]:
    """The row that a foreign key of this one names."""

    async def resolve(root: Any, info: Info) -> Any:
        number = getattr(root, key)
        return None if number is None else await info.context.one(model).load(number)

    return resolve


def many(key: InstrumentedAttribute[Any], order_by: Any) -> Callable[..., Awaitable[list[Any]]]:
    """The rows whose foreign key names this one."""

    async def resolve(root: Any, info: Info) -> list[Any]:
        return await info.context.many(key, order_by).load(root.id)

    return resolve
