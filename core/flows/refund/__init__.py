"""Money back to a shopper: planned to the cent, then recorded, booked and taken from the payments it came from."""

from core.flows.refund.create import create as create
from core.flows.refund.create import for_cancellation as for_cancellation
from core.flows.refund.create import give_back_later as give_back_later
from core.flows.refund.create import left as left
from core.flows.refund.create import preview as preview
from core.flows.refund.plan import Plan as Plan
from core.flows.refund.plan import PlannedLine as PlannedLine
from core.flows.refund.plan import Wanted as Wanted
from core.flows.refund.plan import plan as plan
from core.flows.refund.record import RefundedLine as RefundedLine
from core.flows.refund.record import RefundFact as RefundFact
from core.flows.refund.record import record as record
