"""Whether what a plugin answers is what the SDK says that it answers, all the way down.

`mypy --strict` would tell its author; a running hub cannot count on that. What is wrong is said as a path and a
sentence, such as `orders[3].payload is an int, and should be a str`.
"""

import dataclasses
import types
from collections import abc
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

MOST_ITEMS = 1_000_000
MOST_CHARACTERS = 64 * 1024 * 1024
"""Of one answer, all its parts together."""
_LARGEST_INT = 2**63 - 1


class _Budget:
    """What is left of what one answer may hold."""

    def __init__(self) -> None:
        self.items = MOST_ITEMS
        self.characters = MOST_CHARACTERS

    def spent(self) -> str | None:
        if self.items < 0:
            return f" holds more than {MOST_ITEMS:,} things"
        return f" holds more than {MOST_CHARACTERS >> 20} MB" if self.characters < 0 else None


Check = Callable[[Any, _Budget], str | None]
"""(value, budget) -> what is wrong with it, as a path and the rest of a sentence"""


def misfit(hint: Any, value: object) -> str | None:
    """What is wrong with a value of this type, as a path and the rest of a sentence; None where all is well."""
    return _check(hint)(value, _Budget())


@cache
def _check(hint: Any) -> Check:
    """The check of one type, made once."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint in (Any, object) or isinstance(hint, TypeVar):
        return _anything
    if origin in (Union, types.UnionType):
        return _one_of(inner)
    if origin is Literal:
        return lambda value, _: None if value in inner else f" is {value!r}, none of {inner}"
    return _made_of(origin, inner) if inner else _instance(hint)


def _made_of(origin: Any, inner: Sequence[Any]) -> Check:
    """The check of a collection."""
    if origin is tuple and inner[-1] is not Ellipsis:
        return _fixed(inner)
    if origin in (tuple, list, abc.Sequence):
        return _sequence(_check(inner[0]))
    if origin in (dict, abc.Mapping):
        return _mapping(*(_check(each) for each in inner))
    return _instance(origin)


def _anything(_value: object, _budget: _Budget) -> str | None:
    return None


def _instance(kind: type) -> Check:
    if dataclasses.is_dataclass(kind):
        return _fields(kind)
    plain = _PLAIN.get(kind)
    if plain is not None:
        return plain
    return lambda value, _: None if isinstance(value, kind) else _is(value, kind)


def _is(value: object, *kinds: type) -> str:
    wanted = " or ".join("None" if kind is type(None) else kind.__name__ for kind in kinds)
    return f" is {'None' if value is None else f'of type {type(value).__name__}'}, and should be {wanted}"


def _int(value: object, _budget: _Budget) -> str | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return _is(value, int)
    return None if -_LARGEST_INT <= value <= _LARGEST_INT else " is larger than any number that can be kept"


def _text(kind: type[str] | type[bytes]) -> Check:
    def check(value: object, budget: _Budget) -> str | None:
        if not isinstance(value, kind):
            return _is(value, kind)
        budget.characters -= len(value)
        return budget.spent() if budget.characters < 0 else None

    return check


def _float(value: object, _budget: _Budget) -> str | None:
    fine = isinstance(value, int | float) and not isinstance(value, bool) and value - value == 0
    return None if fine else _is(value, float)


def _decimal(value: object, _budget: _Budget) -> str | None:
    if not isinstance(value, Decimal):
        return _is(value, Decimal)
    return None if value.is_finite() else f" is {value}, which is no number"


def _moment(value: object, _budget: _Budget) -> str | None:
    if not isinstance(value, datetime):
        return _is(value, datetime)
    return None if value.tzinfo is not None else " is a time without its zone"


_PLAIN: dict[type, Check] = {
    int: _int,
    str: _text(str),
    bytes: _text(bytes),
    float: _float,
    Decimal: _decimal,
    datetime: _moment,
}


def _one_of(hints: Sequence[Any]) -> Check:
    checks = [_check(each) for each in hints if each is not type(None)]
    kinds = [get_origin(each) or each for each in hints]
    may_lack = len(checks) < len(hints)

    def check(value: object, budget: _Budget) -> str | None:
        if value is None and may_lack:
            return None
        wrong = [each(value, budget) for each in checks]
        if None in wrong:
            return None
        # What it was meant to be is what it is an instance of: that has more to say.
        given = [kind for kind in kinds if kind is not type(None)]
        meant = (said for kind, said in zip(given, wrong, strict=True) if _may_be(value, kind))
        return next(meant, None) or _is(value, *kinds)

    return check


def _may_be(value: object, kind: Any) -> bool:
    if kind is abc.Sequence:
        return isinstance(value, list | tuple)
    return isinstance(kind, type) and isinstance(value, kind)


def _sequence(each: Check) -> Check:
    def check(value: object, budget: _Budget) -> str | None:
        if not isinstance(value, list | tuple):
            return _is(value, list)
        budget.items -= len(value)
        if budget.items < 0:
            return budget.spent()
        for index, item in enumerate(value):
            if (wrong := each(item, budget)) is not None:
                return f"[{index}]{wrong}"
        return None

    return check


def _fixed(hints: Sequence[Any]) -> Check:
    checks = [_check(each) for each in hints]

    def check(value: object, budget: _Budget) -> str | None:
        if not isinstance(value, list | tuple) or len(value) != len(checks):
            return f" should be {len(checks)} things"
        for index, each in enumerate(checks):
            if (wrong := each(value[index], budget)) is not None:
                return f"[{index}]{wrong}"
        return None

    return check


def _mapping(name: Check, each: Check) -> Check:
    def check(value: object, budget: _Budget) -> str | None:
        if not isinstance(value, abc.Mapping):
            return _is(value, dict)
        budget.items -= len(value)
        if budget.items < 0:
            return budget.spent()
        for key, item in value.items():
            if (wrong := name(key, budget)) is not None:
                return f": one of its names{wrong}"
            if (wrong := each(item, budget)) is not None:
                return f"[{key!r}]{wrong}"
        return None

    return check


def _fields(kind: type) -> Check:
    hints = get_type_hints(kind)
    checks = [(each.name, _check(hints[each.name])) for each in dataclasses.fields(kind)]

    def check(value: object, budget: _Budget) -> str | None:
        if not isinstance(value, kind):
            return _is(value, kind)
        for name, each in checks:
            if (wrong := each(getattr(value, name, None), budget)) is not None:
                return f".{name}{wrong}"
        return None

    return check
