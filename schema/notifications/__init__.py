"""Notifications: what shoppers are told, and the words for it."""
