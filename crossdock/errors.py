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
    """The other side asks for patience. The hub calls this integration no more before `until` (aware).

    `group`: only requests of this group wait; see `RateLimit`.
    """

    def __init__(self, message: str, until: datetime, group: str | None = None) -> None:
        super().__init__(message)
        self.until = until
        self.group = group


class Pending(ProviderError):
    """It is under way there and takes minutes: a feed is worked through, a report is written.

    After `ask_again_after` the hub calls the same verb with the same request, and `ctx.handle` set to `handle`; an act
    with a `find_*` verb is asked about with that instead.
    """

    def __init__(self, message: str, handle: str, ask_again_after: timedelta) -> None:
        super().__init__(message)
        self.handle = handle
        self.ask_again_after = ask_again_after


class AuthExpired(ProviderError):
    """Credentials were refused. The hub marks the integration DOWN, tells the operator and stops calling."""


NOT_FOUND = "NOT_FOUND"
"""The code of a Rejected that says: the other side knows no such thing."""


class Rejected(ProviderError):
    """The other side said no and would again. Shown to the user, never retried.

    `code` is the other side's own, or NOT_FOUND; `field` names the part of the request that it disliked.
    """

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


class NotSupported(ProviderError):
    """This provider cannot do that at all; the hub takes the other way, where there is one."""


class OutcomeUnknown(ProviderError):
    """It may have happened. The hub asks with the matching `find_*` verb before it does anything else.

    `handle` is whatever helps finding it, the other side's request id for instance: it comes back as `ctx.handle`.
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


class Untrusted(ProviderError):
    """A caller is not who it says: a signature is missing, wrong or too old. Nothing of what it sent is kept.

    `status` is the HTTP status that the sender expects then.
    """

    def __init__(self, message: str, status: int = 401) -> None:
        super().__init__(message)
        self.status = status


class KeyNeeded(ProviderError):
    """A signature cannot be checked without the sender's public key of this id: see `fetch_webhook_key`."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"The public key {key_id} is needed.")
        self.key_id = key_id
