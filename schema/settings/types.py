"""Settings."""

from datetime import date

import strawberry

from core.orders.states import RiskLevel as RiskLevel
from core.settings import models
from schema.engine import column, node
from schema.errors import Payload

strawberry.enum(RiskLevel)


@node(models.Settings)
class Settings:
    """What people change while the hub runs."""

    name: str = column(models.Settings.name)
    currency: str = column(models.Settings.currency, description="Of reports and profit.")
    timezone: str = column(models.Settings.timezone, description="Of sales days, weeks and months.")
    routing_strategy: str = column(models.Settings.routing_strategy)
    hold_risk_at: RiskLevel = column(models.Settings.hold_risk_at)
    tracking_silence_hours: int = column(
        models.Settings.tracking_silence_hours, description="Hours after which a shipment without a scan opens a case."
    )
    return_window_days: int = column(models.Settings.return_window_days)
    closed_through: date | None = column(
        models.Settings.closed_through, description="Nothing is booked with an effective day up to this one."
    )


@strawberry.type
class SettingsPayload(Payload):
    settings: Settings | None = None
