"""Settings of one supplier with a folder."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

import crossdock


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone, such as Europe/London") from None
    return name


class FolderSupplierSettings(crossdock.Settings):
    """Where the files are, and how the supplier writes.

    folder: shared with the supplier, by whatever moves files; the integration's own folder when it is not given.
    timezone: of times that the supplier writes without a zone. stock_is_complete: what a stock file leaves out is
    not there. require_trailer: refuse files without a trailer, which may be cut off.
    """

    folder: Path | None = None
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    currency: str = Field(default="GBP", pattern=r"^[A-Z]{3}$")
    stock_is_complete: bool = False
    require_trailer: bool = False
