"""RiskAssessment."""

from datetime import datetime
from decimal import Decimal

import strawberry

from core.orders import models
from schema.engine import column, from_json, node
from schema.orders.enums import RiskLevel


@strawberry.type
class RiskSignal:
    code: str
    message: str
    weight: Decimal


@node(models.RiskAssessment, scope="orders:read")
class RiskAssessment:
    """What one source thinks of the risk of an order."""

    source: str = column(models.RiskAssessment.source)
    level: RiskLevel = column(models.RiskAssessment.level)
    score: Decimal = column(models.RiskAssessment.score)
    signals: list[RiskSignal] = from_json(models.RiskAssessment.signals)
    assessed_at: datetime = column(models.RiskAssessment.assessed_at)
