"""What a few words find: part of a text, by its trigram index."""

from typing import Any

from sqlalchemy import or_
from sqlalchemy.sql.elements import ColumnElement

SHORTEST = 3
"""Characters of a trigram: what is shorter cannot be found in the middle of a word by an index."""


def mentions(column: Any, words: str) -> ColumnElement[bool]:
    """Whether a text has these words in it, in any case. One or two characters find where a word begins with them."""
    text = words.strip()
    if len(text) >= SHORTEST:
        found: ColumnElement[bool] = column.icontains(text, autoescape=True)
        return found
    return or_(column.istartswith(text, autoescape=True), column.icontains(f" {text}", autoescape=True))
