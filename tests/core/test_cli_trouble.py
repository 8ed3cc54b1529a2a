"""A full disk and a lost database are one sentence each, whichever layer noticed."""

import psycopg
import pytest
from sqlalchemy.exc import OperationalError
from typer.testing import CliRunner

from core.cli.app import new_app

FULL = psycopg.errors.DiskFull("could not extend file: No space left on device")


def said(error: Exception) -> tuple[int, str]:
    """What a command that meets this error ends with."""
    app = new_app()

    @app.command()
    def work() -> None:
        raise error

    @app.command()
    def rest() -> None:
        """Typer makes sub-commands of two."""

    done = CliRunner().invoke(app, ["work"])
    return done.exit_code, " ".join(done.output.split())


@pytest.mark.parametrize("error", [FULL, OperationalError("copy", {}, FULL)])
def test_a_full_disk_says_what_to_do(error: Exception) -> None:
    code, sentence = said(error)

    assert code == 1
    assert sentence.startswith("PostgreSQL has no room left on its disk. Make room and run this again")


def test_a_lost_database_is_named() -> None:
    code, sentence = said(psycopg.OperationalError("server closed the connection unexpectedly\n\tThis probably means"))

    assert (code, sentence) == (1, "The database does not answer: server closed the connection unexpectedly")
