"""Processes of one command share their counts through a folder, so that /metrics answers for all of them."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from core.metrics import FOLDER_VARIABLE


@contextmanager
def shared_metrics(*, wanted: bool = True) -> Iterator[None]:
    """Have the processes started meanwhile count into one folder; counts begin anew with every start."""
    if not wanted or FOLDER_VARIABLE in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="crossdock-metrics-", ignore_cleanup_errors=True) as folder:
        os.environ[FOLDER_VARIABLE] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER_VARIABLE]
