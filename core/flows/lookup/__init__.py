"""Finding the shopper behind what a helpdesk agent has: a number, an address, a ticket, or a whole message."""

from core.flows.lookup.clues import Clue as Clue
from core.flows.lookup.clues import LookupMatch as LookupMatch
from core.flows.lookup.clues import clues_in as clues_in
from core.flows.lookup.clues import clues_of as clues_of
from core.flows.lookup.find import MOST as MOST
from core.flows.lookup.find import Hit as Hit
from core.flows.lookup.find import best as best
from core.flows.lookup.find import hits as hits
from core.flows.lookup.find import others as others
from core.flows.lookup.find import shopper as shopper
from core.flows.lookup.find import sought as sought
