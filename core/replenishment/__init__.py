"""Replenishment: what to order again, how much of it, and when it would run out."""
