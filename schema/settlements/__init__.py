"""Settlements: what channels pay out."""
