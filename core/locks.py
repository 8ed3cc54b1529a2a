"""The numbers of the database's advisory locks, side by side, so that no two purposes ever share one."""

from typing import Final

MIGRATING: Final = 7_236_001
CLOSING: Final = 7_236_002
"""Closing a period holds it alone; booking shares it, by the database's own guard of journal entries."""
ROLLING_UP: Final = 7_236_003
MIRRORING: Final = 7_236_004
"""Processes that start together mirror their plugins one after the other."""
SCHEDULING: Final = 7_236_005
"""The acting scheduler holds it for as long as its connection lives."""
MEASURING: Final = 7_236_006
CAPTURING: Final = 7_236_100
"""The first part of two-part locks, of which the second is a stripe of orders and customers."""
RENEWING: Final = 7_236_200
"""The first part of two-part locks, of which the second is a token of an integration."""
