"""The hub's own settings: those that people change while it runs."""
