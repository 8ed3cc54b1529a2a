"""Channels: webhooks, polls, limits, tokens and acts, against a shop that is played over HTTP."""
