"""The APIs of the sandbox, one file each: pattern of an address to what answers it."""

import re
from collections.abc import Callable

from plugins.ebay.sandbox.calls import Answer, Call, Refusal
from plugins.ebay.sandbox.store import Store

Answering = Callable[[Store, Call], Answer]
Routes = tuple[tuple[str, str, Answering], ...]
"""(method, pattern with a group for each part that varies, what answers)"""


def find(routes: Routes, method: str, path: str) -> tuple[Answering, tuple[str, ...]]:
    """What answers, and the parts of the address that vary. Raises Refusal where there is nothing."""
    for wanted, pattern, answering in routes:
        if wanted == method and (match := re.fullmatch(pattern, path)):
            return answering, match.groups()
    raise Refusal(404, 2002, "Resource not found.")
