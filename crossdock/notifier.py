"""Providers of kind `notifier`: what shoppers are told, by mail, by text message and on their phones."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from crossdock.context import Context


class Medium(StrEnum):
    """How a message travels."""

    EMAIL = "EMAIL"
    SMS = "SMS"
    PUSH = "PUSH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What one person is told, in plain text.

    recipient: an e-mail address; a phone number, international (+44...) wherever the country was known; for PUSH the
    customer's id, by which the seller's app knows its devices.
    subject: one line; None for SMS.
    language: of the words, as in BCP 47: en, de, pt-BR.
    event: what it tells of, such as `shipment.handed_over`, for gateways that count by kind.
    """

    medium: Medium
    recipient: str
    recipient_name: str | None = None
    subject: str | None = None
    text: str
    language: str
    event: str
    order_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message that the gateway has taken. `external_id`: its own name for it, where it has one."""

    at: datetime
    external_id: str | None = None


@runtime_checkable
class MessageSender(Protocol):
    """Capabilities `email`, `sms` and `push`: the media that it sends by. The idempotency key is `ctx.key`."""

    def send(self, ctx: Context[Any], message: Message) -> Sent:
        """Hand it to the gateway. Raises Rejected, also for a recipient that cannot be; Retryable, OutcomeUnknown."""
        ...

    def find_message(self, ctx: Context[Any], message: Message) -> Sent | None:
        """What was sent with this key, or None when nothing was.

        Raises NotSupported where the gateway cannot say: the hub then counts the message as failed, says that it may
        have arrived, and does not send it again by itself.
        """
        ...
