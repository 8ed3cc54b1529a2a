"""Errors as callers see them: `userErrors` for what they did wrong, masked GraphQL errors for what we did."""

import re
from enum import Enum
from typing import Any

import strawberry
import structlog
from asyncpg.exceptions import QueryCanceledError
from graphql import GraphQLError

from core.errors import CrossdockError, Invalid
from schema.away import SENTENCE, UNAVAILABLE, is_away

log = structlog.get_logger()


@strawberry.enum
class ErrorCode(Enum):
    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    FORBIDDEN = "FORBIDDEN"
    ILLEGAL_STATE = "ILLEGAL_STATE"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    INSUFFICIENT_STOCK = "INSUFFICIENT_STOCK"
    EXCEEDS_REFUNDABLE = "EXCEEDS_REFUNDABLE"
    EXCEEDS_RETURNABLE = "EXCEEDS_RETURNABLE"
    CREDIT_EXCEEDED = "CREDIT_EXCEEDED"
    PERIOD_CLOSED = "PERIOD_CLOSED"
    UNROUTABLE = "UNROUTABLE"
    PLUGIN_REJECTED = "PLUGIN_REJECTED"
    PLUGIN_UNAVAILABLE = "PLUGIN_UNAVAILABLE"
    OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
    NOT_SUPPORTED = "NOT_SUPPORTED"


@strawberry.type
class UserError:
    code: ErrorCode
    message: str
    path: list[str] | None
    retryable: bool


@strawberry.type
class Payload:
    """Base of every mutation's answer; subclasses add what was changed, null or empty by default."""

    user_errors: list[UserError] = strawberry.field(default_factory=list)


def user_error(error: CrossdockError) -> UserError:
    path = [_camel(part) for part in error.path] or None
    return UserError(code=ErrorCode(error.code), message=error.message, path=path, retryable=error.retryable)


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda match: match[1].upper(), name)


_NULL = "Cannot return null for non-nullable field"
_LONGEST = 1_000
"""Characters of a message."""


def present(error: GraphQLError, request_id: str) -> dict[str, Any]:
    """An error of the response. What broke on our side is logged, and told as a code and a request id."""
    shown: dict[str, Any] = {**error.formatted}
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    if isinstance(cause, CrossdockError):
        shown["message"] = cause.message
        shown["extensions"] = {"code": cause.code, "retryable": cause.retryable}
    elif is_away(cause):
        log.warning("graphql.away", request_id=request_id, path=error.path, error=str(cause))
        shown["message"] = SENTENCE
        shown["extensions"] = {"code": UNAVAILABLE, "retryable": True, "requestId": request_id}
    elif isinstance(cause, QueryCanceledError):
        log.warning("graphql.timed_out", request_id=request_id, path=error.path)
        shown["message"] = "Reading this took too long; ask for less."
        shown["extensions"] = {"code": "TIMEOUT", "requestId": request_id}
    elif cause is not None and not isinstance(cause, GraphQLError):
        null = error.message.startswith(_NULL)
        log.error(
            "graphql.failed", request_id=request_id, path=error.path, exc_info=None if null else cause, error=str(cause)
        )
        if not null:
            shown["message"] = "Something broke on our side; the request id finds it in the log."
        shown["extensions"] = {"code": "INTERNAL", "requestId": request_id}
    elif "code" not in shown.get("extensions", {}):
        shown["extensions"] = {**shown.get("extensions", {}), "code": "INVALID"}
    if len(shown["message"]) > _LONGEST:  # it quotes what the caller sent, however much that was
        shown["message"] = shown["message"][:_LONGEST] + " ..."
    return shown


def exactly_one(**keys: object) -> None:
    """Raises Invalid unless just one of these ways to name a thing was given."""
    named = [name for name, value in keys.items() if value is not None]
    if len(named) != 1:
        ways = ", ".join(_camel(name) for name in keys)
        raise Invalid(f"Give exactly one of: {ways}.", path=tuple(named[1:2]))
