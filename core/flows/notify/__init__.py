"""Telling shoppers what became of their orders: by a template for each event, through whichever notifier there is."""

from core.flows.notify.by_hand import send_by_hand as send_by_hand
from core.flows.notify.templates import upsert as upsert
