"""The frame of every answer: data, errors, and what it cost."""

from typing import Any

from plugins.shopify.wire.base import Wire


class Throttle(Wire):
    maximum_available: float
    currently_available: float
    restore_rate: float


class Cost(Wire):
    requested_query_cost: float = 0
    throttle_status: Throttle | None = None


class Extensions(Wire):
    cost: Cost | None = None


class Trouble(Wire):
    """An error of the whole answer."""

    message: str = ""
    extensions: dict[str, Any] | None = None

    @property
    def code(self) -> str | None:
        code = (self.extensions or {}).get("code")
        if code is None and self.message == "Throttled":
            return "THROTTLED"
        return str(code) if code is not None else None


class Answer(Wire):
    data: dict[str, Any] | None = None
    errors: tuple[Trouble, ...] = ()
    extensions: Extensions | None = None


class UserError(Wire):
    """Why a mutation was not taken."""

    message: str
    field: list[str] | None = None
    code: str | None = None
