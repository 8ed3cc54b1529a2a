"""What each event means for the books. Every function takes many documents, reads them in a statement or two and posts.

Booking the same document twice changes nothing. Dates in a closed period move to the first open day: what has happened
is never refused.
"""

from core.flows.book.fees import Fee as Fee
from core.flows.book.fees import fees as fees
from core.flows.book.labels import label as label
from core.flows.book.labels import label_voided as label_voided
from core.flows.book.payments import payments as payments
from core.flows.book.placed import placed as placed
from core.flows.book.refunds import refunds as refunds
from core.flows.book.returned import received_returns as received_returns
from core.flows.book.sales import cancellations as cancellations
from core.flows.book.sales import changes as changes
from core.flows.book.sales import sales as sales
from core.flows.book.shipped import Leaving as Leaving
from core.flows.book.shipped import leaving as leaving
from core.flows.book.shipped import shipments as shipments
from core.flows.book.standalone import Adjustment as Adjustment
from core.flows.book.standalone import AdjustmentLine as AdjustmentLine
from core.flows.book.standalone import adjustments as adjustments
from core.flows.book.standalone import credits as credits  # noqa: A004  # the trade's word
from core.flows.book.stock import opening_stock as opening_stock
from core.flows.book.stock import stock_value as stock_value
