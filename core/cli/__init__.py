"""The command line: one small module per group of commands; other packages add theirs by entry point."""

from importlib.metadata import entry_points

import typer

from core.cli.app import new_app
from core.cli.commands import imports, keys, migrate, plugins, processes, show_settings, up, verify

GROUP = "crossdock.commands"
"""Entry points of this group name functions that take the app and add commands to it."""


def main() -> None:
    """Run the command that was asked for. Ends the process: 0, 1 with a sentence, 2 for bad usage, 130 when stopped."""
    command_line()()


def command_line() -> typer.Typer:
    """The command line with all of its commands."""
    app = new_app()
    for module in (up, imports, verify, processes, migrate, plugins, keys, show_settings):
        module.add_to(app)
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        point.load()(app)
    return app
