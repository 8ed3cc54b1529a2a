"""Telling the sales channel that packages have left, each at most once, and anew when their tracking is corrected."""

from core.flows.confirm.notices import remember as remember
from core.flows.confirm.tell import confirm_later as confirm_later
