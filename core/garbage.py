"""The garbage collector, and what a process makes as it starts: that stays, so nobody needs to look through it.

Looking through it while it grows takes a fifth of a start.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def wait() -> None:
    """Look for no garbage until `begin`."""
    gc.disable()


def begin() -> None:
    """Look for garbage in what is made from here on, and seldom: requests and jobs leave little of it in circles."""
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    gc.enable()


@contextmanager
def by_hand() -> Iterator[None]:
    """Look for garbage only where `tidy` is called: for work that makes a million things, nearly none in circles.

    The collector goes by how many things there are, and looks through them all again and again for a quarter of the
    time of such work.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def tidy() -> None:
    """Look through what was made since the last time."""
    gc.collect(1)
