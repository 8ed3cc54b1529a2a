"""What a verb is handed beside its request: everything it may touch of the outside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from crossdock.settings import Settings
from crossdock.tokens import Tokens

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

    Redirects are not followed, and an answer of any status is an answer.
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
        group: str = "",
        cost: float = 1,
        reads: bool | None = None,
    ) -> Response:
        """Ask. It takes `cost` tokens of the bucket of `group`, see `RateLimit`, and waits for them a while.

        reads: asking twice does no harm; None: as the method says (GET, HEAD, OPTIONS). Raises RateLimited where the
        wait would be long; Retryable where nothing was sent, and where no answer came to what only reads; else
        OutcomeUnknown where no whole answer came; BadData where it is larger than 64 MB.
        """
        ...

    def observe(
        self, group: str = "", *, left: float | None = None, size: float | None = None, rate: float | None = None
    ) -> None:
        """Correct a bucket by what an answer says of it: tokens `left` now, its `size`, its `rate` a second."""
        ...


class Log(Protocol):
    """Structured logging: an event in words, facts as keywords."""

    def debug(self, event: str, **facts: object) -> object: ...
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
    handle: what the provider gave with Pending or OutcomeUnknown when it was last asked for the same; else None.
    deadline: give up by then; None where nobody waits.
    address: the public address at which the hub hears this integration's webhooks; None where it has none.
    home: a private folder of this integration, for files that it exchanges or caches.
    tokens: those that expire, kept for it and shared by all processes.
    """

    integration: str
    settings: S
    http: Http
    log: Log
    now: Callable[[], datetime]
    home: Path
    tokens: Tokens
    key: str = ""
    cursor: str | None = None
    handle: str | None = None
    deadline: datetime | None = None
    address: str | None = None
