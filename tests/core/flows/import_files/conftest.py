"""A hub that reads files."""

from collections.abc import Iterator

import pytest

from core.hub import Hub, open_hub
from core.integrations.mirror import mirror


@pytest.fixture
def files(hub: Hub) -> Iterator[Hub]:
    """A hub with one integration that reads files."""
    hub.config.plugins_file.write_text('[integrations.files]\nplugin = "csv_orders"\n')
    files = open_hub(hub.config, hub.engine.url.render_as_string(hide_password=False))
    with files.transaction() as session:
        mirror(session, files.registry)
    yield files
    files.close()
