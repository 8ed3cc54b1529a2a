"""What a buyer sends back, to the seller or to Amazon."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True, kw_only=True)
class Returned:
    """One row of a report. by: who shipped it, MERCHANT or AMAZON. name: Amazon's own of the return, or of the unit."""

    order_id: str
    name: str
    sku: str
    units: int
    reason: str
    requested: datetime
    by: str
    status: str
    tracking: str = ""
