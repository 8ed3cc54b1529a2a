"""A watch for fraud from elsewhere, as a plugin of its own: whatever goes to Gotham waits for a person."""

from collections.abc import Sequence

import crossdock
from crossdock import Finding, FindingKind, OrderView


@crossdock.hookimpl
def crossdock_validate_order(order: OrderView) -> Sequence[Finding]:
    address = order.data.shipping_address
    if address is None or address.city != "Gotham":
        return []
    message = "Parcels to Gotham are rarely paid for."
    return [Finding(kind=FindingKind.HOLD, hold="FRAUD", code="gotham", message=message)]
