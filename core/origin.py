"""Where a fact came from."""

import enum


class Origin(enum.StrEnum):
    """What the hub did not do itself, it never confirms back to where it came from."""

    HUB = "HUB"
    PERSON = "PERSON"
    CHANNEL = "CHANNEL"
    SUPPLIER = "SUPPLIER"
    CARRIER = "CARRIER"
    HELPDESK = "HELPDESK"
