"""Whom a message goes to, and whether it may: the first reason against it, in a sentence."""

import re
from collections.abc import Collection

import phonenumbers

from core import ids
from core.catalog.models import Channel
from core.flows.notify.tiding import Known
from core.notifications.models import Medium, NotificationTemplate
from core.orders.models import Order

_EMAIL = re.compile(r"[^@\s<>,;\x00-\x1f\x7f]+@[^@\s<>,;\x00-\x1f\x7f]+\.[^@\s<>,;.\x00-\x1f\x7f]+")
_LENT = re.compile(r"@(marketplace\.amazon\.|members\.ebay\.)", re.IGNORECASE)
"""Where addresses lead that a marketplace lends for one order: it writes to its buyers itself, and forbids this."""


def recipient(medium: Medium, order: Order) -> str | None:
    """Where this order's shopper is reached, in the form that `crossdock.Message` tells; None: nowhere."""
    match medium:
        case Medium.EMAIL:
            return order.email if order.email and _EMAIL.fullmatch(order.email) else None
        case Medium.SMS:
            return _international(order.phone, order.country) if order.phone else None
        case Medium.PUSH:
            return ids.encode("cus", order.customer_id) if order.customer_id is not None else None


def refused(
    known: Known, template: NotificationTemplate, named: Collection[int], address: str | None, *, by_hand: bool = False
) -> str | None:
    """Why nobody is written to; None where nothing is against it. `named`: the channels that the template names.

    What a person asks for goes to the orders of any channel.
    """
    if known.tiding.data.get("notify") is False:
        return "Whoever cancelled it asked that the shopper not be told."
    if not template.enabled:
        return f"The template {template.key} is switched off."
    if "test" in known.order.tags:
        return "It is a test order."
    elsewhere = None if by_hand else _elsewhere(known.channel, template, named)
    return elsewhere or _unreachable(template.medium, address)


def _elsewhere(channel: Channel, template: NotificationTemplate, named: Collection[int]) -> str | None:
    if named and channel.id not in named:
        return f"The template {template.key} is not for orders of {channel.name}."
    if not named and channel.integration_id is not None:
        return f"{channel.name} tells its buyers itself. To tell them too, name it in the template's channels."
    return None


def _unreachable(medium: Medium, address: str | None) -> str | None:
    if address is None:
        return f"The order has no {_WHERE[medium]} that can be written to."
    if medium is Medium.EMAIL and _LENT.search(address):
        return "The address is lent by a marketplace, which writes to its buyers itself."
    return None


_WHERE = {Medium.EMAIL: "e-mail address", Medium.SMS: "phone number", Medium.PUSH: "customer"}


def _international(phone: str, country: str | None) -> str | None:
    try:
        number = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
