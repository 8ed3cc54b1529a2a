"""What went wrong outside while the rest of a request was done: user errors that an idempotency key can remember."""

from collections.abc import Sequence
from typing import Any

from core.errors import CrossdockError
from core.flows.once import Unfinished
from schema.errors import ErrorCode, UserError, user_error

Told = list[list[Any]]
"""Code, message, path and whether trying again may help, of each: what JSON can say."""


def told(errors: Sequence[CrossdockError]) -> Told | Unfinished[Told]:
    """Errors as an answer to be remembered; not final where trying again with the same key may help."""
    shown = [user_error(error) for error in errors]
    answer = [[one.code.value, one.message, one.path, one.retryable] for one in shown]
    return Unfinished(answer) if any(error.retryable for error in errors) else answer


def shown(answer: Told) -> list[UserError]:
    return [
        UserError(code=ErrorCode(code), message=message, path=path, retryable=retryable)
        for code, message, path, retryable in answer
    ]
