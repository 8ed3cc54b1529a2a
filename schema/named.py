"""Rows of the channels, locations, integrations or suppliers that a caller names, as conditions that plan well.

The numbers are looked up by a stable function of the database, which PostgreSQL calls before it plans: it then knows
whether these are many rows or few. Of a subquery it would assume as many as of any other channel.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Text, any_, bindparam, func
from sqlalchemy.sql.elements import ColumnElement


def of_channels(column: Any, keys: Sequence[str]) -> ColumnElement[bool]:
    """Whether a column has the number of one of these channels."""
    return _among(column, func.hub_channels, keys)


def of_locations(column: Any, codes: Sequence[str]) -> ColumnElement[bool]:
    """The same of locations."""
    return _among(column, func.hub_locations, codes)


def of_integrations(column: Any, keys: Sequence[str]) -> ColumnElement[bool]:
    """The same of integrations."""
    return _among(column, func.hub_integrations, keys)


def of_suppliers(column: Any, keys: Sequence[str]) -> ColumnElement[bool]:
    """The same of suppliers."""
    return _among(column, func.hub_suppliers, keys)


def _among(column: Any, numbers_of: Any, names: Sequence[str]) -> ColumnElement[bool]:
    given = bindparam(None, list(names), type_=ARRAY(Text), unique=True)
    found: ColumnElement[bool] = column == any_(numbers_of(given, type_=ARRAY(BigInteger)))
    return found
