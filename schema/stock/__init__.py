"""Locations, levels, movements and what may be promised."""
