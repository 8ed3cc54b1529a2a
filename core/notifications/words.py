"""Words with fields in braces, `{order.number}`: checked when they are saved, filled in when they are sent. Pure.

Nothing is ever evaluated: a field is a name from a list. `{{` and `}}` stand for braces.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from core.errors import Invalid

_PART = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")
_PLAIN = {"{{": "{", "}}": "}"}
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
LONGEST_SUBJECT = 200
LONGEST_BODY = 20_000


def check(words: str, allowed: Collection[str], *, path: tuple[str, ...], longest: int = LONGEST_BODY) -> None:
    """Raises Invalid for a field that is not allowed, with those that are; for a lone brace, and for too many words."""
    if not words.strip():
        raise Invalid("Write some words.", path=path)
    if len(words) > longest:
        raise Invalid(f"These are {len(words)} letters; at most {longest} can be sent.", path=path)
    for found in _PART.finditer(words):
        name = found[1]
        if name is None and found[0] not in _PLAIN:
            raise Invalid(
                f"A single {found[0]} opens or closes no field. Write {found[0] * 2} for the brace.", path=path
            )
        if name is not None and name.strip() not in allowed:
            fields = ", ".join(f"{{{each}}}" for each in allowed)
            raise Invalid(f"There is no field {found[0]} here. There are {fields}.", path=path)


def fill(words: str, values: Mapping[str, str]) -> str:
    """The words with their fields filled in. A line whose fields are all unknown is left out, with what it says."""
    return "\n".join(_lines(words.replace("\r\n", "\n"), values)).strip()


def fill_line(words: str, values: Mapping[str, str]) -> str:
    """The same as one line."""
    return " ".join(_filled(words, values).split())


def _lines(words: str, values: Mapping[str, str]) -> Iterator[str]:
    for line in words.split("\n"):
        names = [found[1].strip() for found in _PART.finditer(line) if found[1] is not None]
        if not names or any(values.get(name) for name in names):
            yield _filled(line, values).rstrip()


def _filled(words: str, values: Mapping[str, str]) -> str:
    def part(found: re.Match[str]) -> str:
        if found[1] is None:
            return _PLAIN.get(found[0], found[0])
        return _CONTROL.sub(" ", values.get(found[1].strip(), ""))

    return _PART.sub(part, words)
