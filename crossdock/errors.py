"""What a provider may raise, and what the hub does about each."""

from datetime import datetime, timedelta


class ProviderError(Exception):
    """The root of what a provider raises on purpose. Anything else counts as a fault of the plugin.

    Its text is shown to people: a sentence that says what happened and how to mend it.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Retryable(ProviderError):
    """It did not happen and may work later: the hub waits `after` (None: its own back-off), then retries."""

    def __init__(self, message: str, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class RateLimited(ProviderError):
    """The other side asks for patience. The hub calls this integration no more before `until` (aware)."""

    def __init__(self, message: str, until: datetime) -> None:
        super().__init__(message)
        self.until = until


class AuthExpired(ProviderError):
    """Credentials were refused. The hub marks the integration DOWN, tells the operator and stops calling."""


class Rejected(ProviderError):
    """The other side said no and would again. Shown to the user, never retried.

    `code` is the other side's own; `field` names the part of the request that it disliked.
    """

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


class NotSupported(ProviderError):
    """This provider cannot do that at all; the hub takes the other way, where there is one."""


class OutcomeUnknown(ProviderError):
    """It may have happened. The hub asks with the matching `find_*` verb before it does anything else.

    `handle` is whatever helps finding it: the other side's request id, for instance.
    """

    def __init__(self, message: str, handle: str | None = None) -> None:
        super().__init__(message)
        self.handle = handle


class BadData(ProviderError):
    """One payload makes no sense. The hub quarantines `payload` for a person and goes on with the rest.

    `where` points into it: a file and line, a JSON path.
    """

    def __init__(self, message: str, payload: str | bytes = "", where: str | None = None) -> None:
        super().__init__(message)
        self.payload = payload
        self.where = where
