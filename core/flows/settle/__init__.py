"""Taking in what channels pay out: each row matched, booked, compared with what was expected, or set in suspense."""

from core.flows.settle.by_hand import match_line as match_line
from core.flows.settle.match import match as match
from core.flows.settle.match import match_open as match_open
from core.flows.settle.take_in import take_in as take_in
