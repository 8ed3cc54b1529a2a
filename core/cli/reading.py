"""What the processes of a hub have in common, read once before they are forked."""

import importlib
from importlib.metadata import entry_points

GROUP = "crossdock.read_ahead"
"""Entry points of this group name functions that import what a process of theirs will need."""


_MODULES = ("core.migrate", "core.worker", "core.scheduler", "core.cli.joining", "core.cli.observed")


def read_ahead() -> None:
    """Import it. Plugins are not among it: each process loads those that its settings name."""
    from core.jobs import registry

    for name in _MODULES:
        importlib.import_module(name)
    registry.load_all()
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        point.load()()
