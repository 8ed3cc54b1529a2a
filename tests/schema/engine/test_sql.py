"""Expressions become SQL once for each shape, and what can be known of them beforehand is known."""

from typing import Any

import pytest
from sqlalchemy import func, literal, select

from schema.engine.leaves import fits_int, never_null
from schema.engine.sql import statement
from tests.schema.engine.shop import LineRow, OrderRow


def of(number: str, ids: list[int], limit: int) -> Any:
    return select(OrderRow.id).where(OrderRow.number == number, OrderRow.id.in_(ids)).limit(limit)


def test_the_same_select_with_other_values_is_the_same_text() -> None:
    first, values = statement(of("N1", [1, 2], 5))
    second, others = statement(of("'; drop table orders", [], 7))

    assert first == second
    assert values == ["N1", [1, 2], 5]
    assert others == ["'; drop table orders", [], 7]


def test_another_shape_is_another_text() -> None:
    assert statement(of("N1", [1], 5))[0] != statement(of("N1", [1], 5).where(OrderRow.note.is_(None)))[0]


@pytest.mark.parametrize(
    ("expression", "small", "sure"),
    [
        (LineRow.quantity, True, True),
        (OrderRow.total_minor, False, True),
        (OrderRow.paid_minor, False, False),
        (LineRow.quantity - LineRow.position, True, True),
        (func.greatest(LineRow.quantity - LineRow.position, 0), True, True),
        (func.greatest(OrderRow.paid_minor, 0), False, True),
        (func.coalesce(OrderRow.paid_minor, OrderRow.total_minor), False, True),
        (OrderRow.total_minor - OrderRow.paid_minor, False, False),
        (LineRow.quantity + literal(2**31), False, True),
        (func.sum(LineRow.quantity), False, False),
        (select(LineRow.quantity).scalar_subquery(), False, False),
    ],
)
def test_what_fits_32_bits_and_what_is_never_null(expression: Any, small: bool, sure: bool) -> None:
    assert fits_int(expression) is small
    assert never_null(expression) is sure
