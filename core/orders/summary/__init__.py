"""An order in a sentence that an agent could paste: where it is, what happens next, and what needs a person. Pure.

Headline and next step may be read by the shopper: they name no suspicion, no supplier and no SKU that is not mapped.
What only the shop should read is in `attention`.
"""

from core.orders.summary.facts import Facts as Facts
from core.orders.summary.facts import OpenHold as OpenHold
from core.orders.summary.facts import OpenReturn as OpenReturn
from core.orders.summary.facts import Parcel as Parcel
from core.orders.summary.facts import Summary as Summary
from core.orders.summary.facts import Work as Work
from core.orders.summary.tell import summarize as summarize
