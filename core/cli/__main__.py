"""`python -m core.cli` is `crossdock`."""

from core.cli import main

main()
