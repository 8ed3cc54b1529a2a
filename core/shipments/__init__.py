"""Shipments, packages, labels and tracking."""
