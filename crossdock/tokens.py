"""Tokens that expire: kept encrypted, and renewed by one caller at a time."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What the other side gave. Its text is never shown: not in logs, not in tracebacks.

    access: what a request is signed with. expires_at: aware; None: nobody knows. refresh: what renews it, where the
    other side gave one. extra: what else of the answer the plugin needs later.
    """

    access: str = field(repr=False)
    expires_at: datetime | None = None
    refresh: str | None = field(default=None, repr=False)
    extra: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)


Renew = Callable[[Token | None], Token]
"""From the last token, None where there never was one, to the next. Raises AuthExpired where consent is needed anew."""


class Tokens(Protocol):
    """The tokens of one integration, by names of the plugin's own."""

    def get(self, name: str, renew: Renew, *, refused: str | None = None) -> Token:
        """The token in force.

        `renew` is called where there is none, where it expires within a minute, and where its `access` is the one that
        the other side has just `refused`: by one caller of all processes, while the others wait for what it brings.
        The next token is kept before it is used, so a refresh token that works once is not lost.
        """
        ...
