"""The work given to locations, from handing it over to packing it."""

from core.flows.fulfil.answer import accept, reject
from core.flows.fulfil.answer_cancel import answer as answer_cancel
from core.flows.fulfil.cancel import cancel
from core.flows.fulfil.now import submit_now
from core.flows.fulfil.pack import Packed, pack
from core.flows.fulfil.pick import Picked, pick, still_to_pick
from core.flows.fulfil.submit import resume, submit
from core.flows.fulfil.withdraw import Withdrawn, withdraw

__all__ = [
    "Packed",
    "Picked",
    "Withdrawn",
    "accept",
    "answer_cancel",
    "cancel",
    "pack",
    "pick",
    "reject",
    "resume",
    "still_to_pick",
    "submit",
    "submit_now",
    "withdraw",
]
