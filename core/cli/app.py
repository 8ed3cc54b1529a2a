"""The root of the command line: errors as one sentence, Ctrl-C as a clean end."""

import os
import signal
import sys
from types import FrameType
from typing import Any, NoReturn

import psycopg
import structlog
import typer
from rich.console import Console
from sqlalchemy.exc import OperationalError
from typer.core import TyperGroup

from core import config, logs
from core.errors import CrossdockError
from core.servers.postgres import ran_out_of_room
from crossdock.errors import ProviderError

out = Console()
err = Console(stderr=True)

INTERRUPTED = 130


class Commands(TyperGroup):
    """Runs a command, and says in one sentence what went wrong."""

    def invoke(self, ctx: Any) -> Any:
        """Run it; SIGTERM ends it as Ctrl-C does."""
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            return super().invoke(ctx)
        except (CrossdockError, ProviderError) as error:
            fail(error.message)
        except (OperationalError, psycopg.OperationalError) as error:
            fail(_trouble(error))
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read us has seen enough
            raise typer.Exit(1) from None
        except OSError as error:
            fail(f"{error.filename or 'The system'}: {(error.strerror or str(error)).lower()}.")
        except KeyboardInterrupt:
            err.print("Stopped.", style="dim")
            raise typer.Exit(INTERRUPTED) from None


def new_app() -> typer.Typer:
    """The command line without its commands."""
    return typer.Typer(
        cls=Commands,
        name="crossdock",
        help="Crossdock: a headless order-management hub for sellers on many channels.",
        epilog="Settings are environment variables named CROSSDOCK_...: `crossdock settings` lists them.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
    )


def settings() -> config.Config:
    """The settings in force, with logging set up by them. Raises SettingsError."""
    given = config.read()
    logs.configure(given)
    for sentence in config.unknown():
        structlog.get_logger("crossdock").warning(sentence)
    return given


def fail(sentence: str) -> NoReturn:
    """End the command with one sentence for people."""
    err.print(sentence, style="red", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(1)


def _trouble(error: OperationalError | psycopg.OperationalError) -> str:
    """What the database's trouble is. Rows that are copied in raise the driver's own errors."""
    cause = error.orig if isinstance(error, OperationalError) else error
    if isinstance(cause, psycopg.errors.DiskFull) or ran_out_of_room(config.read().home):
        return (
            "PostgreSQL has no room left on its disk. Make room and run this again: "
            "what was committed stays, and an import goes on where it stopped."
        )
    return f"The database does not answer: {str(cause).strip().partition(chr(10))[0]}"


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
