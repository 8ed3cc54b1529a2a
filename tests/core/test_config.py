"""Settings: read from the environment, refused with one sentence, documented in one table."""

from pathlib import Path

import pytest

from core import config
from core.errors import SettingsError

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSDOCK_PORT", "9000")
    monkeypatch.setenv("CROSSDOCK_SAMPLE", "0")
    monkeypatch.setenv("CROSSDOCK_CORS_ORIGINS", "https://a.example, https://b.example")
    monkeypatch.setenv("CROSSDOCK_HOST", "")
    read = config.read()
    assert (read.port, read.sample, read.host) == (9000, False, "127.0.0.1")
    assert read.cors_origins == ["https://a.example", "https://b.example"]


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("CROSSDOCK_PORT", "0", "greater than or equal to 1"),
        ("CROSSDOCK_PORT", "many", "valid integer"),
        ("CROSSDOCK_DATABASE_URL", "mysql://x", "write a PostgreSQL address"),
        ("CROSSDOCK_REDIS_URL", "memcached://x", "write an address of Redis"),
        ("CROSSDOCK_LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("CROSSDOCK_TIME_OFFSET", "soon", "is not a duration"),
        ("CROSSDOCK_ADMIN_KEY", "short", "at least 16"),
    ],
)
def test_a_bad_value_is_one_sentence_that_names_the_variable(
    variable: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as refused:
        config.read()
    assert refused.value.message.startswith(f"{variable} cannot be used: ")
    assert sentence in refused.value.message
    assert "\n" not in refused.value.message


def test_a_bad_admin_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSDOCK_ADMIN_KEY", "hush-hush")
    with pytest.raises(SettingsError) as refused:
        config.read()
    assert "hush" not in refused.value.message


def test_a_misspelt_variable_is_noticed() -> None:
    sentences = config.unknown({"CROSSDOCK_DATBASE_URL": "x", "CROSSDOCK_PORT": "1", "PATH": "x"})
    assert sentences == ["CROSSDOCK_DATBASE_URL is no setting of Crossdock. Did you mean CROSSDOCK_DATABASE_URL?"]


def test_the_table_of_settings_is_up_to_date() -> None:
    """`crossdock settings --markdown` prints it."""
    assert config.as_markdown() in DOCS.read_text(encoding="utf-8")
