"""Deciding who ships what: read everything at once, plan without a transaction, promise stock, keep the decision.

read (facts) -> problem, constraints and signals of plugins (problem) -> strategy, checked (plan)
-> one transaction: promise, work, decision (write) -> what cannot be promised (shortages)
"""

from core.flows.route.override import reroute
from core.flows.route.preview import Preview, preview
from core.flows.route.run import route_orders

__all__ = ["Preview", "preview", "reroute", "route_orders"]
