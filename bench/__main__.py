"""`python -m bench` runs every measurement, `python -m bench write` one of them."""

import importlib
import sys
from pathlib import Path

_ALL = sorted(path.parent.name for path in Path(__file__).parent.glob("*/run.py"))


def main() -> None:
    """Run what is named, or everything. Ends the process with a sentence for a name that there is not."""
    wanted = sys.argv[1:] or _ALL
    unknown = [name for name in wanted if name not in _ALL]
    if unknown:
        sys.exit(f"There is no measurement {unknown[0]!r}; there are {', '.join(_ALL)}.")
    for name in wanted:
        print(f"== {name}", flush=True)
        importlib.import_module(f"bench.{name}.run").main()


main()
