"""An account with a sandbox of its own."""

from pathlib import Path

import pytest

from tests.plugins.amazon.account import Account, an_account


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return an_account(tmp_path)
