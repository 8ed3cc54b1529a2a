"""What a verb is handed beside its request: everything it may touch of the outside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from crossdock.settings import Settings

S = TypeVar("S", bound=Settings)


class Response(Protocol):
    """An HTTP answer, read in full."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def content(self) -> bytes: ...
    @property
    def text(self) -> str: ...
    def json(self) -> Any: ...  # JSON is whatever the other side sent


class Http(Protocol):
    """A synchronous HTTP client: rate-limited, timed, bound by the deadline, logged without secrets.

    Raises Retryable when the connection failed before the request was sent, OutcomeUnknown when after.
    """

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        json: Any = None,  # anything that JSON can say
    ) -> Response: ...


class Log(Protocol):
    """Structured logging: an event in words, facts as keywords."""

    def info(self, event: str, **facts: object) -> object: ...
    def warning(self, event: str, **facts: object) -> object: ...
    def error(self, event: str, **facts: object) -> object: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Context(Generic[S]):
    """One call's surroundings. There is no database here: a provider knows what it is told.

    integration: the key of the integration that is called.
    now: the hub's clock, aware UTC; never ask the system's.
    key: the idempotency key of an act outside; the same key always means the same act. Empty for reads.
    cursor: what this verb returned as its cursor the last time that the hub kept the result; None at first.
    deadline: give up by then; None where nobody waits.
    home: a private folder of this integration, for files that it exchanges or caches.
    """

    integration: str
    settings: S
    http: Http
    log: Log
    now: Callable[[], datetime]
    home: Path
    key: str = ""
    cursor: str | None = None
    deadline: datetime | None = None
