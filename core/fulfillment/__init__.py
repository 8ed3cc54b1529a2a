"""Who should ship what: routing decisions, and the work given to locations."""
