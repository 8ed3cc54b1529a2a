"""What a check is: a statement that finds nothing where all is well."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.engine import Connection

MOST = 100
"""So many findings of one check are told; one that is broken everywhere says so in as many."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it must be. `invariant` is its number, 0 for what stands beside them.

    `subject` is its public id, or a name; `message` a sentence with the figures.
    """

    invariant: int
    check: str
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class Check:
    """`find` gives (subject, sentence) of what breaks a promise; `promise` says what is promised."""

    invariant: int
    name: str
    promise: str
    find: Callable[[Connection], Iterable[tuple[str, str]]]

    def run(self, connection: Connection) -> list[Finding]:
        return [Finding(self.invariant, self.name, subject, message) for subject, message in self.find(connection)]


def sql(invariant: int, name: str, promise: str, statement: str) -> Check:
    """A check that is one statement over rows of (subject, message)."""
    limited = text(f"select subject, message from ({statement}) found limit {MOST}")

    def find(connection: Connection) -> list[tuple[str, str]]:
        return [(row.subject, row.message) for row in connection.execute(limited)]

    return Check(invariant, name, promise, find)
