"""Following parcels: filing scans, deriving where shipments are, and noticing silence."""

from core.flows.track.file import Found, file
from core.flows.track.tell import tell

__all__ = ["Found", "file", "tell"]
