"""A house without plugins."""

from pathlib import Path

import pytest

from tests.core.plugins.house import House


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    return House(tmp_path, monkeypatch)
