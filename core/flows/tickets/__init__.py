"""Tickets of a helpdesk and the orders that they are about.

A webhook is kept (`attend`), its ticket read, and the orders found that it means (`search`). Each becomes a link
(`linking`), of which the helpdesk is told (`telling`), with one private note that says how the order stands (`notes`).
What happens to the order afterwards is a note too, as long as the ticket is open (`follow`).
"""

from core.flows.tickets.linking import link as link
from core.flows.tickets.linking import unlink as unlink
