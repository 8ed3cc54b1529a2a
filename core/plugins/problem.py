"""Why something did not load, and how to mend it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """Two sentences: what is wrong, and what to do about it."""

    reason: str
    mend: str

    def __str__(self) -> str:
        return f"{self.reason} {self.mend}"


class Refused(Exception):  # it is not an error of the hub's, and never leaves this package
    """One plugin or integration cannot load; the loader notes the problem and goes on with the next."""

    def __init__(self, reason: str, mend: str) -> None:
        super().__init__(reason)
        self.problem = Problem(reason, mend)
