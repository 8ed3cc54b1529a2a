"""Changing the settings."""

from core.flows import settings as flows
from schema.acting import perform
from schema.context import Context
from schema.engine import Ref, mutation
from schema.settings.types import RiskLevel, Settings, SettingsPayload


@mutation(scope="admin")
async def settings_update(
    ctx: Context,
    name: str | None = None,
    currency: str | None = None,
    timezone: str | None = None,
    routing_strategy: str | None = None,
    hold_risk_at: RiskLevel | None = None,
    tracking_silence_hours: int | None = None,
    return_window_days: int | None = None,
) -> SettingsPayload:
    """Changes what is given."""
    given = {
        "name": name,
        "currency": currency,
        "timezone": timezone,
        "routing_strategy": routing_strategy,
        "hold_risk_at": hold_risk_at,
        "tracking_silence_hours": tracking_silence_hours,
        "return_window_days": return_window_days,
    }
    await perform(ctx, flows.update, {name: value for name, value in given.items() if value is not None})
    return SettingsPayload(settings=Ref(Settings, 1))
