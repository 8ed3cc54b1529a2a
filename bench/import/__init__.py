"""Importing a whole file of orders."""
