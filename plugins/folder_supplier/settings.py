"""Settings of one supplier: where the files are, and how it writes."""

from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

import crossdock


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone, such as Europe/London") from None
    return name


class FolderSupplierSettings(crossdock.Settings):
    """Where the files are, and how the supplier writes.

    `folder`: shared with the supplier, by whatever moves files; the integration's own folder when it is not given.
    `transport`: another way for the files to travel, in place of `folder`. `timezone`: of times that the supplier
    writes without a zone. `currency`: of costs. `stock_is_complete`: what a stock file leaves out is not there.
    `require_trailer`: refuse files without a trailer, which may be cut off.
    """

    folder: Path | None = None
    transport: crossdock.TransportSettings | None = None
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    currency: str = Field(default="GBP", pattern=r"^[A-Z]{3}$")
    stock_is_complete: bool = False
    require_trailer: bool = False

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.folder is not None and self.transport is not None:
            raise ValueError("folder and transport are two ways; give one of them")
        return self

    @property
    def travel(self) -> crossdock.TransportSettings:
        """How the files travel."""
        return self.transport or crossdock.FolderSettings(folder=self.folder)
