"""A context for tests: a clock that stands still, a log that can be read, HTTP that is refused."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from crossdock.context import Context, Http
from crossdock.settings import Settings
from crossdock.tokens import Renew, Token, Tokens

S = TypeVar("S", bound=Settings)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@dataclass(slots=True)
class Lines:
    """A log that keeps what it was told: (level, event, facts)."""

    told: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)

    def debug(self, event: str, **facts: object) -> None:
        self.told.append(("debug", event, facts))

    def info(self, event: str, **facts: object) -> None:
        self.told.append(("info", event, facts))

    def warning(self, event: str, **facts: object) -> None:
        self.told.append(("warning", event, facts))

    def error(self, event: str, **facts: object) -> None:
        self.told.append(("error", event, facts))


class _NoHttp:
    def request(self, *_: Any, **__: Any) -> NoReturn:  # whatever was asked
        raise AssertionError("HTTP was asked of a test that has none.")

    def observe(self, *_: Any, **__: Any) -> None:  # there is no bucket to correct
        pass


@dataclass(slots=True)
class Purse:
    """Tokens kept in memory: renewed when there are none, and when they are refused."""

    held: dict[str, Token] = field(default_factory=dict)

    def get(self, name: str, renew: Renew, *, refused: str | None = None) -> Token:
        known = self.held.get(name)
        if known is None or known.access == refused:
            known = self.held[name] = renew(known)
        return known


def a_context(
    settings: S,
    home: Path,
    *,
    integration: str = "under-test",
    key: str = "",
    cursor: str | None = None,
    now: datetime = NOON,
    http: Http | None = None,
    tokens: Tokens | None = None,
    handle: str | None = None,
    address: str | None = None,
) -> Context[S]:
    """One call's surroundings, at noon of a Monday unless `now` says otherwise."""
    return Context(
        integration=integration,
        settings=settings,
        http=http or _NoHttp(),
        log=Lines(),
        now=lambda: now,
        home=home,
        key=key,
        tokens=tokens or Purse(),
        cursor=cursor,
        handle=handle,
        address=address,
    )
