"""Buying: suppliers and their offers, purchase orders from draft to receipt."""

from core.flows.purchase.draft import Wanted as Wanted
from core.flows.purchase.draft import approve as approve
from core.flows.purchase.draft import create as create
from core.flows.purchase.draft import edit as edit
from core.flows.purchase.finish import cancel as cancel
from core.flows.purchase.finish import close as close
from core.flows.purchase.receive import Received as Received
from core.flows.purchase.receive import receive as receive
from core.flows.purchase.send import send as send
from core.flows.purchase.supply import offer_set as offer_set
from core.flows.purchase.supply import supplier_upsert as supplier_upsert
