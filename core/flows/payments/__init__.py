"""Money of orders: what channels, people and payment providers tell of it, and taking what was promised."""

from core.flows.payments.capture import capture as capture
from core.flows.payments.told import go_on as go_on
from core.flows.payments.told import record as record
from core.flows.payments.told import take as take
