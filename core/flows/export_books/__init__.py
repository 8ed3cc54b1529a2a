"""Giving the books to accounting integrations: each day that is over, once, and later what has changed of it."""

from core.flows.export_books.refusal import AGAIN as AGAIN
from core.flows.export_books.refusal import BY_HAND as BY_HAND
from core.flows.export_books.refusal import CODE as CODE
from core.flows.export_books.refusal import by_hand as by_hand
from core.flows.export_books.refusal import go_again as go_again
from core.flows.export_books.run import JOB as JOB
from core.flows.export_books.run import export as export
