"""The work given to locations, from handing it over to packing it."""

from core.flows.fulfil.withdraw import Withdrawn, withdraw

__all__ = ["Withdrawn", "withdraw"]
