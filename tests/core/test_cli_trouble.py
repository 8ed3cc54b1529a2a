"""A full disk and a lost database are one sentence each, whichever layer noticed."""

from datetime import UTC, datetime
from pathlib import Path

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


def test_a_private_database_that_went_down_for_want_of_room_is_told_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL ends when its write-ahead log has no room, and whoever waits for it only sees it go."""
    monkeypatch.setenv("CROSSDOCK_HOME", str(tmp_path))
    log = tmp_path / "logs" / "postgres.log"
    log.parent.mkdir()
    lost = psycopg.OperationalError("server closed the connection unexpectedly")
    panic = '[42] PANIC:  could not write to file "pg_wal/xlogtemp.42": No space left on device'

    log.write_text(f"2020-01-01 10:00:00.000 UTC {panic}\n")
    assert said(lost) == (1, "The database does not answer: server closed the connection unexpectedly")

    log.write_text(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}.000 UTC {panic}\n")
    code, sentence = said(lost)
    assert code == 1
    assert sentence.startswith("PostgreSQL has no room left on its disk.")
