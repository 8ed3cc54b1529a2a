"""The one row of settings."""

from datetime import date

from sqlalchemy import CheckConstraint, LargeBinary, text

from core.db import Base, Currency, Mapped, mapped_column
from core.orders.states import RiskLevel


class Settings(Base):
    """Reports and profit are in `currency`; sales days, weeks and months are those of `timezone`."""

    __tablename__ = "settings"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, server_default="1")
    name: Mapped[str] = mapped_column(server_default="Crossdock")
    currency: Mapped[Currency] = mapped_column(server_default="GBP")
    timezone: Mapped[str] = mapped_column(server_default="Europe/London")
    routing_strategy: Mapped[str] = mapped_column(server_default="priority")
    hold_risk_at: Mapped[RiskLevel] = mapped_column(server_default="HIGH")
    tracking_silence_hours: Mapped[int] = mapped_column(server_default="48")
    return_window_days: Mapped[int] = mapped_column(server_default="30")
    closed_through: Mapped[date | None]
    """Nothing is booked with an effective day up to this one."""
    signing_key: Mapped[bytes] = mapped_column(
        LargeBinary, server_default=text("uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())")
    )
    """Signs the short-lived addresses of documents; the same for every process, and never shown."""
