"""Reading the books. Nothing here changes a row."""

from core.ledgers.balances import balances, trial_balance
from core.ledgers.reports import SORTS, ProfitGroup, ProfitSort, profit_report, profits_of_orders
from core.ledgers.terms import Profit

__all__ = [
    "SORTS",
    "Profit",
    "ProfitGroup",
    "ProfitSort",
    "balances",
    "profit_report",
    "profits_of_orders",
    "trial_balance",
]
