"""How a job that runs as a batch says that some of it is done and some is not."""

from collections.abc import Mapping


class Partly(Exception):
    """All of the batch is done but `left`: by place in it, why not, as if that one had run alone; None: not begun.

    What was not begun waits again, and no attempt is counted.
    """

    def __init__(self, left: Mapping[int, Exception | None]) -> None:
        super().__init__(f"{len(left)} of the batch were not done.")
        self.left = left
