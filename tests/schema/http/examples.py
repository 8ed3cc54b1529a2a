"""The example documents that GraphiQL opens with, as they stand in its files."""

import json
import re
from typing import Any, NamedTuple

from schema.http.graphiql import FOLDER

_EXAMPLE = re.compile(r"query: `(?P<query>.*?)`,(?:\s+variables: `(?P<variables>.*?)`,)?", re.DOTALL)
_NAME = re.compile(r"^(query|mutation|subscription) (\w+)", re.MULTILINE)


class Example(NamedTuple):
    """One tab."""

    kind: str
    name: str
    query: str
    variables: dict[str, Any]


def examples() -> list[Example]:
    text = (FOLDER / "examples.js").read_text(encoding="utf-8")
    found = []
    for match in _EXAMPLE.finditer(text):
        ((kind, name),) = _NAME.findall(match["query"])
        found.append(Example(kind, name, match["query"], json.loads(match["variables"] or "{}")))
    return found
