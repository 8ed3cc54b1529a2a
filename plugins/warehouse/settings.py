"""Settings of our own warehouse."""

from pydantic import Field

import crossdock


class WarehouseSettings(crossdock.Settings):
    """`autopilot` is for demos: every step of the work counts as done `pause_seconds` after it became due."""

    autopilot: bool = False
    pause_seconds: int = Field(default=15, ge=0, le=86_400)
