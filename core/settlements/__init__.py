"""Settlements: what channels pay out, row by row, and what each row belongs to."""
