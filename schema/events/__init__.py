"""What happened: the audit trail, as a list and live."""
