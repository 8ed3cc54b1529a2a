"""Suppliers, their offers, and purchase orders."""
