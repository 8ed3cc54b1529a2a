"""Shopify: its requests against the published description, its answers, and a hub that sells there."""
