"""Settings of one shop whose orders come as files."""

from pathlib import Path

import crossdock


class CsvOrdersSettings(crossdock.Settings):
    """`mappings`: a folder with the shop's own mappings, looked at before the bundled ones."""

    mappings: Path | None = None
