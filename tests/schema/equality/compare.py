"""When two answers are the same answer."""

from typing import Any

import orjson

CURSOR = "(a cursor)"
"""What the plain executor answers for each; they are opaque, and proved by walking."""


def assert_same(answer: dict[str, Any], expected: dict[str, Any]) -> None:
    """The same data in the same order of keys, and errors that explain the same nulls.

    Where several fields below one null failed, the specification leaves open which of them is told.
    """
    data, wanted_data = answer.get("data", "none"), expected.get("data", "none")
    assert shown(_masked(data, wanted_data)) == shown(wanted_data)
    told, wanted = by_null(answer), by_null(expected)
    assert told.keys() == wanted.keys()
    for place, errors in told.items():
        if len(errors) == len(wanted[place]) == 1:
            assert errors == wanted[place]


def shown(data: Any) -> str:
    return orjson.dumps(data, option=orjson.OPT_INDENT_2).decode()


def _masked(value: Any, expected: Any) -> Any:
    """The answer with every cursor in it made the one word for them all."""
    if expected == CURSOR and isinstance(value, str) and value:
        return CURSOR
    if isinstance(value, list) and isinstance(expected, list) and len(value) == len(expected):
        return [_masked(*pair) for pair in zip(value, expected, strict=True)]
    if isinstance(value, dict) and isinstance(expected, dict):
        return {key: _masked(item, expected.get(key)) for key, item in value.items()}
    return value


def by_null(body: dict[str, Any]) -> dict[tuple[Any, ...], list[Any]]:
    """Errors by the place in the data that they made null."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for error in body.get("errors", ()):
        value, place = body.get("data"), list[Any]()
        for key in error.get("path", ()):
            if value is None:
                break
            place.append(key)
            value = value[key]
        assert value is None
        found.setdefault(tuple(place), []).append(error)
    return found
