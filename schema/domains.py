"""Everything that the API offers is declared by importing it; this imports all of it."""

import functools
import importlib
import pkgutil

import schema

_DOMAINS = (
    "access",
    "cases",
    "catalog",
    "customers",
    "events",
    "fulfillment",
    "helpdesk",
    "integrations",
    "kpis",
    "ledger",
    "notifications",
    "orders",
    "purchasing",
    "returns",
    "settings",
    "settlements",
    "shipments",
    "stock",
    "worklist",
)


@functools.cache
def load() -> None:
    """Import every module of every domain, so that its types and root fields are registered. Harmless to repeat."""
    importlib.import_module("schema.nodes")
    for domain in _DOMAINS:
        package = importlib.import_module(f"{schema.__name__}.{domain}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)
