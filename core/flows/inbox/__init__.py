"""What remote systems send: kept raw first, then understood and applied, and applied again whenever somebody asks.

Each kind of message has its applier; `apply.APPLIERS` is the table of them.
"""

from core.flows.inbox.apply import apply as apply
from core.flows.inbox.apply import replay as replay
from core.flows.inbox.receive import ORDER as ORDER
from core.flows.inbox.receive import receive as receive
