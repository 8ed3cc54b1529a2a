"""The search language, as far as the store is asked in it: terms, OR, a minus in front, and comparisons."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLError

Field = Callable[[Any], str]
"""What a record has for a term."""
_Test = Callable[[Any], bool]

_TERM = re.compile(r"""\s*(?:(OR)\s|(-?)(\w+):(>=|<=|>|<)?(?:'([^']*)'|"((?:[^"\\]|\\.)*)"|(\S+)))\s*""")
_TESTS: dict[str, Callable[[str, str], bool]] = {
    "": lambda found, wanted: found.casefold() == wanted.casefold(),
    ">=": lambda found, wanted: found >= wanted,
    "<=": lambda found, wanted: found <= wanted,
    ">": lambda found, wanted: found > wanted,
    "<": lambda found, wanted: found < wanted,
}


def meant(query: str | None, fields: Mapping[str, Field]) -> _Test:
    """Whether a record is meant by a search. Raises GraphQLError for one that nobody understands."""
    if not query:
        return lambda _record: True
    choices: list[list[_Test]] = [[]]
    place = 0
    while place < len(query):
        term = _TERM.match(query, place)
        if term is None:
            raise GraphQLError(f"The search {query[place:]!r} is not understood.", extensions={"code": "BAD_REQUEST"})
        if term[1]:
            choices.append([])
        else:
            choices[-1].append(_test(term, fields))
        place = term.end()
    return lambda record: any(all(test(record) for test in tests) for tests in choices)


def _test(term: re.Match[str], fields: Mapping[str, Field]) -> _Test:
    _, minus, name, comparison, single, double, bare = term.groups()
    if name not in fields:
        raise GraphQLError(f"There is no search by {name}.", extensions={"code": "BAD_REQUEST"})
    unquoted = re.sub(r"\\(.)", r"\1", double) if double is not None else None
    wanted = next(each for each in (single, unquoted, bare) if each is not None)
    field, compare = fields[name], _TESTS[comparison or ""]
    return lambda record: compare(field(record), wanted) is not bool(minus)
