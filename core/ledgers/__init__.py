"""Money as a ledger: double entry in integer minor units, stock at moving average cost, profit."""
