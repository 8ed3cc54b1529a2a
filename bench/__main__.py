"""`python -m bench` runs every measurement, `python -m bench write` one of them; options go to that one."""

import importlib
import sys
from itertools import dropwhile
from pathlib import Path

_ALL = sorted(path.parent.name for path in Path(__file__).parent.glob("*/run.py"))


def main() -> None:
    """Run what is named, or everything. Ends the process with a sentence for a name that there is not."""
    options = list(dropwhile(lambda argument: not argument.startswith("-"), sys.argv[1:]))
    wanted = sys.argv[1 : len(sys.argv) - len(options)] or _ALL
    unknown = [name for name in wanted if name not in _ALL]
    if unknown:
        sys.exit(f"There is no measurement {unknown[0]!r}; there are {', '.join(_ALL)}.")
    if options and len(wanted) > 1:
        sys.exit("Options go to one measurement: name it first.")
    for name in wanted:
        print(f"== {name}", flush=True)
        run = importlib.import_module(f"bench.{name}.run").main
        run(options) if options else run()


main()
