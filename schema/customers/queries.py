"""Finding customers."""

from collections.abc import Iterator

from sqlalchemy import or_
from sqlalchemy.sql.elements import ColumnElement

from core.customers.models import Customer as Row
from schema.context import Context
from schema.customers.types import Customer
from schema.engine import Page, query
from schema.pagination import Connection, Slice
from schema.search import mentions

_NEWEST = Row.id.desc()


def named(words: str | None) -> Iterator[ColumnElement[bool]]:
    if words:
        yield or_(*(mentions(known, words) for known in (Row.email, Row.name, Row.phone)))


@query(name="customers", scope="orders:read")
def find_customers(ctx: Context, page: Slice, query: str | None = None) -> Connection[Customer]:
    """Customers, newest first; `query` is part of a name, email or phone number."""
    return Page(Customer, page, named(query), order_by=_NEWEST)
