"""The levels of a plugin, bronze to platinum, and which test proves which promise."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple, TypeVar

LEVELS = ("bronze", "silver", "gold", "platinum")

F = TypeVar("F", bound=Callable[..., Any])


class Promise(StrEnum):
    """What a level asks for, in the words that people read."""

    CONTRACT = "contract suite"
    SETTINGS = "settings schema"
    README = "README"
    OUTCOMES = "unknown outcomes"
    LIMITS = "rate limits"
    LOGIN = "re-authentication"
    FAILURES = "recorded failures"
    WEBHOOKS = "webhooks"
    SWEEP = "backfill and gap sweep"
    DIAGNOSTICS = "diagnostics"
    TYPES = "strict types"
    MATRIX = "fault matrix"
    UPGRADE = "upgrade test"


class Rung(NamedTuple):
    """One promise of one level. `remote`: only of what talks to somebody; `kinds`: only of these."""

    level: str
    promise: Promise
    mend: str
    remote: bool = False
    kinds: tuple[str, ...] = ()


RUNGS = (
    Rung("bronze", Promise.CONTRACT, "Inherit the suite of its kind in a test, and mend what fails."),
    Rung("bronze", Promise.SETTINGS, "Give each setting a description, in its Field or in the docstring as `name`."),
    Rung("bronze", Promise.README, "Write a README.md that names the plugin's settings, and package it as `readme`."),
    Rung("silver", Promise.OUTCOMES, "Have a lost answer end in OutcomeUnknown, and `find_*` find it.", remote=True),
    Rung("silver", Promise.LIMITS, "Raise RateLimited with `until`, and ask no more.", remote=True),
    Rung("silver", Promise.LOGIN, "Raise AuthExpired where credentials are refused.", remote=True),
    Rung("silver", Promise.FAILURES, "Raise BadData for what makes no sense, and show no secrets.", remote=True),
    Rung(
        "gold",
        Promise.WEBHOOKS,
        "Claim `webhooks` or `notifications`, and pass their tests.",
        kinds=("channel", "helpdesk"),
    ),
    Rung("gold", Promise.SWEEP, "Have `fetch_orders` lose nothing in windows that overlap.", kinds=("channel",)),
    Rung("gold", Promise.DIAGNOSTICS, "Claim `check`, and say what is wrong and how to mend it.", remote=True),
    Rung("platinum", Promise.TYPES, "Add `py.typed`, and pass `mypy --strict`."),
    Rung("platinum", Promise.MATRIX, "Pass the suite of every fault with every act.", remote=True),
    Rung("platinum", Promise.UPGRADE, "Set `earlier_settings` in its suite to the settings of earlier releases."),
)

_PROOF = "__crossdock_proves__"


def proves(promise: Promise) -> Callable[[F], F]:
    """Mark a test of a suite as the proof of a promise beyond the contract itself."""

    def mark(test: F) -> F:
        setattr(test, _PROOF, promise)
        return test

    return mark


def proof_of(test: object) -> Promise:
    """What a test of a suite proves."""
    found = getattr(test, _PROOF, Promise.CONTRACT)
    return found if isinstance(found, Promise) else Promise.CONTRACT
