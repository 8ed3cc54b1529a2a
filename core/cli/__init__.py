"""The command line: one small module per group of commands; other packages add theirs by entry point."""

import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from core import garbage

if TYPE_CHECKING:
    import typer

GROUP = "crossdock.commands"
"""Entry points of this group name functions that take the app and add commands to it."""


def main() -> None:
    """Run the command that was asked for. Ends the process: 0, 1 with a sentence, 2 for bad usage, 130 when stopped."""
    garbage.wait()  # commands that run for long let it begin when they have started
    command_line()()


def command(*arguments: str) -> Callable[[], None]:
    """What runs `crossdock` with these arguments in a process that was forked for it."""

    def run() -> None:
        sys.argv = ["crossdock", *arguments]
        main()

    return run


def command_line() -> "typer.Typer":
    """The command line with all of its commands."""
    from core.cli.app import new_app
    from core.cli.commands import imports, keys, migrate, plugin, plugins, processes, sandbox, show_settings, up, verify

    app = new_app()
    for module in (up, imports, verify, processes, sandbox, migrate, plugins, plugin, keys, show_settings):
        module.add_to(app)
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        point.load()(app)
    return app
