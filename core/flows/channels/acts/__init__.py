"""What the hub decided and the channel must hear: cancellations, refunds, answers to returns. Each told at most once.

What a channel told us is never told back: whoever acts as a channel says nothing to it. A channel that refuses opens a
case, for then our books and theirs differ.
"""

from core.flows.channels.acts.cancellations import cancelled_later as cancelled_later
from core.flows.channels.acts.refunds import refunded_later as refunded_later
from core.flows.channels.acts.returns import return_decided_later as return_decided_later
