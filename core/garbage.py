"""The garbage collector, and what a process makes as it starts: that stays, so nobody needs to look through it.

Looking through it while it grows takes a fifth of a start.
"""

import gc


def wait() -> None:
    """Look for no garbage until `begin`."""
    gc.disable()


def begin() -> None:
    """Look for garbage in what is made from here on, and seldom: requests and jobs leave little of it in circles."""
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
    gc.enable()
