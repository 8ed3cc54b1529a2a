"""Routing decisions, and the work given to locations."""
