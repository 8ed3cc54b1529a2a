"""Tables of customers: who buys, and what each channel calls them."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, func, text

from core.db import Base, BigInt, Currency, Id, Mapped, Minor, mapped_column, related
from core.folding import phone_tail

if TYPE_CHECKING:
    from core.orders.models import Order


class Customer(Base):
    """A person or firm that buys. `order_count` is kept by the transaction that captures an order."""

    __tablename__ = "customers"
    __table_args__ = (
        Index(
            "ix_customers_search", "email", "name", "phone",
            postgresql_using="gin",
            postgresql_ops={"email": "gin_trgm_ops", "name": "gin_trgm_ops", "phone": "gin_trgm_ops"},
        ),
        Index("ix_customers_email", func.lower(text("email"))),
        Index("ix_customers_phone", text(phone_tail("phone")), postgresql_where=text("phone is not null")),
    )  # fmt: skip

    id: Mapped[Id]
    email: Mapped[str | None]
    name: Mapped[str | None]
    phone: Mapped[str | None]
    extra: Mapped[dict[str, Any]] = mapped_column("metadata", server_default="{}")
    order_count: Mapped[int] = mapped_column(server_default="0")
    erased_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    orders: Mapped[list["Order"]] = related()


class CustomerIdentity(Base):
    """The key by which one channel knows a customer."""

    __tablename__ = "customer_identities"

    channel_id: Mapped[BigInt] = mapped_column(ForeignKey("channels.id"), primary_key=True)
    external_id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[BigInt] = mapped_column(ForeignKey("customers.id"), index=True)


class CustomerSpend(Base):
    """What a customer has ordered so far in one currency, less what was cancelled and refunded."""

    __tablename__ = "customer_spend"

    customer_id: Mapped[BigInt] = mapped_column(ForeignKey("customers.id"), primary_key=True)
    currency: Mapped[Currency] = mapped_column(primary_key=True)
    spent_minor: Mapped[Minor] = mapped_column(server_default="0")
