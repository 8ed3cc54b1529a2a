"""Reading and changing the hub's settings."""

from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.orm import Session

from core import outbox
from core.errors import Invalid
from core.money import exponent
from core.orders.states import RiskLevel
from core.settings.models import Settings

_MOST_DAYS = 3650


def current(session: Session) -> Settings:
    return session.get_one(Settings, 1)


def update(session: Session, **changes: Any) -> Settings:
    """Set the named settings. Raises Invalid, naming the first that cannot be."""
    settings = session.get_one(Settings, 1, with_for_update=True)
    for name, value in changes.items():
        _CHECKS.get(name, _accept)(name, value)
        setattr(settings, name, value)
    if changes:
        said = ", ".join(f"{name} is now {value}" for name, value in changes.items())
        outbox.record(session, "settings.updated", "settings", f"Settings: {said}.", data=_plain(changes))
    return settings


def _plain(changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value.value if isinstance(value, RiskLevel) else value for name, value in changes.items()}


def _accept(name: str, value: Any) -> None:
    if value is None or value == "":
        raise Invalid(f"{name} cannot be empty.", path=(name,))


def _currency(name: str, value: str) -> None:
    try:
        exponent(value)
    except ValueError as error:
        raise Invalid(str(error), path=(name,)) from None


def _timezone(name: str, value: str) -> None:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise Invalid(f"{value!r} is no time zone; write one such as Europe/London.", path=(name,)) from None


def _positive(name: str, value: int) -> None:
    if not 0 < value <= _MOST_DAYS:
        raise Invalid(f"{name} must be between 1 and {_MOST_DAYS}.", path=(name,))


_CHECKS: Mapping[str, Callable[[str, Any], None]] = {
    "currency": _currency,
    "timezone": _timezone,
    "tracking_silence_hours": _positive,
    "return_window_days": _positive,
}
