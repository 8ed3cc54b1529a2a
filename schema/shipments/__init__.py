"""Shipments, packages, labels, rates and tracking."""
