"""What a channel has to say when an order is to go somewhere else."""

from typing import Any, Protocol, runtime_checkable

from crossdock.address import Address
from crossdock.context import Context


@runtime_checkable
class AddressGuard(Protocol):
    """Capability `addresses` of kind `channel`: it is asked before an order of its own goes to another address."""

    def allow_address(self, ctx: Context[Any], external_id: str, address: Address) -> None:
        """Nothing where the order may go there. Raises Rejected with the channel's reason. Changes nothing there."""
        ...
