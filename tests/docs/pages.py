"""The pages of the documentation, and what stands in them."""

import re
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path.parent.name for path in ROOT.glob("plugins/*/__init__.py"))

_FENCE = re.compile(
    r"(?:^\*\*`(?P<file>[^`\n]+)`\*\*\n+)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)


class Block(NamedTuple):
    """One fenced block; `file` is the bold file name above it, empty where there is none."""

    language: str
    text: str
    file: str


def pages() -> list[Path]:
    """Every page for people: README.md, docs/ and those beside the code they tell of."""
    beside = [ROOT / "schema/engine/README.md", *(ROOT / "plugins" / name / "README.md" for name in PLUGINS)]
    return [path for path in (ROOT / "README.md", *sorted(ROOT.glob("docs/**/*.md")), *beside) if path.exists()]


def blocks(path: Path) -> list[Block]:
    """The fenced blocks of a page, in their order."""
    found = _FENCE.finditer(path.read_text(encoding="utf-8"))
    return [Block(each["language"], each["text"], each["file"] or "") for each in found]


def prose(path: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def files(path: Path) -> dict[str, str]:
    """The blocks that are whole files, by name."""
    return {block.file: block.text for block in blocks(path) if block.file}


def table(path: Path, head: str) -> list[list[str]]:
    """The rows, cell by cell, of the table whose first column has this head; empty where there is none."""
    lines = iter(prose(path).splitlines())
    for line in lines:
        if line.startswith(f"| {head} |"):
            next(lines)
            return [_cells(row) for row in takewhile(lambda row: row.startswith("|"), lines)]
    return []


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in re.split(r" \|(?= |$)", row.removeprefix("|").removesuffix("|"))]
