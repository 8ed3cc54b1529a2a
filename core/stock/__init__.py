"""Locations, stock levels, movements and reservations."""
