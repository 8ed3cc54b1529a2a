"""Settings of one carrier with a table."""

from pydantic import Field

import crossdock


class TableRateSettings(crossdock.Settings):
    """`table`: a bundled table's name, or the path of a TOML file. `prefix`: how tracking numbers begin."""

    table: str = "uk-post"
    prefix: str = Field(default="XD", pattern=r"^[A-Z0-9]{2,4}$")
