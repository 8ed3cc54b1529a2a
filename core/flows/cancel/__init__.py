"""Cancelling what has not shipped: at once where it is ours to stop, by asking where somebody else has it."""

from core.flows.cancel.cancel import cancel as cancel
from core.flows.cancel.settle import settle as settle
from core.flows.cancel.stop import stop as stop
