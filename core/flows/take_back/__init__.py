"""What comes back: asked for, judged by policy, received, inspected, put away and refunded."""

from core.flows.take_back.close import close as close
from core.flows.take_back.decide import approve as approve
from core.flows.take_back.decide import cancel as cancel
from core.flows.take_back.decide import decline as decline
from core.flows.take_back.label import buy_label as buy_label
from core.flows.take_back.receive import Arrival as Arrival
from core.flows.take_back.receive import inspect as inspect
from core.flows.take_back.receive import receive as receive
from core.flows.take_back.record import ReturnedUnits as ReturnedUnits
from core.flows.take_back.record import ReturnFact as ReturnFact
from core.flows.take_back.record import record as record
from core.flows.take_back.request import Asked as Asked
from core.flows.take_back.request import request as request
