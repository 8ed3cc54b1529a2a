"""What callers can do wrong: a sentence for people, a stable code for programs, a path into the input."""

from typing import ClassVar


class CrossdockError(Exception):
    """The root of the error tree. Anything else that is raised is a fault of the hub's own."""

    code: ClassVar[str] = "INVALID"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, path: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = path


class Invalid(CrossdockError):
    """The input cannot mean anything sensible: a negative quantity, a currency without the decimals given."""


class NotFound(CrossdockError):
    code = "NOT_FOUND"


class AlreadyExists(CrossdockError):
    code = "ALREADY_EXISTS"


class Forbidden(CrossdockError):
    code = "FORBIDDEN"


class IllegalState(CrossdockError):
    """The thing exists, but is past or before the point where this can be done."""

    code = "ILLEGAL_STATE"


class VersionConflict(CrossdockError):
    """Somebody changed it since the caller read it; `current` names the object to read again."""

    code = "VERSION_CONFLICT"
    retryable = True


class IdempotencyConflict(CrossdockError):
    """The same key came with another input."""

    code = "IDEMPOTENCY_CONFLICT"


class InsufficientStock(CrossdockError):
    code = "INSUFFICIENT_STOCK"


class ExceedsRefundable(CrossdockError):
    code = "EXCEEDS_REFUNDABLE"


class ExceedsReturnable(CrossdockError):
    code = "EXCEEDS_RETURNABLE"


class PeriodClosed(CrossdockError):
    code = "PERIOD_CLOSED"


class Unroutable(CrossdockError):
    code = "UNROUTABLE"


class PluginRejected(CrossdockError):
    """The other side said no, and would again."""

    code = "PLUGIN_REJECTED"


class PluginUnavailable(CrossdockError):
    """The other side did not answer, or is not configured; later may help."""

    code = "PLUGIN_UNAVAILABLE"
    retryable = True


class IntegrationAway(PluginUnavailable):
    """The integration does not run here: its plugin is missing or broken, or its settings are. Its work waits."""


class PluginFault(PluginUnavailable):
    """A plugin did what none may: it raised what no provider raises, never came back, or answered what nobody asked."""


class OutcomeUnknown(CrossdockError):
    """It may have happened: asking again with the same key finds out before acting."""

    code = "OUTCOME_UNKNOWN"
    retryable = True


class NotSupported(CrossdockError):
    code = "NOT_SUPPORTED"


class SettingsError(CrossdockError):
    """The operator's configuration cannot be used; the sentence says what to mend."""
