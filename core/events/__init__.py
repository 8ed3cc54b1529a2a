"""What happened, written by the transaction that made it happen."""
