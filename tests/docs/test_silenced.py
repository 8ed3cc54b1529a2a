"""What silences a check says which, and why."""

import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("core", "crossdock", "migrations", "plugins", "schema")
MARK = r"(?:type: ignore\[[a-z-]+(?:, ?[a-z-]+)*\]|noqa: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*)"
SILENCES = re.compile(r"#\s*(?:type:\s*ignore|(?:ruff:\s*)?noqa|mypy:|pragma:)", re.IGNORECASE)
WITH_REASON = re.compile(rf"(?:# {MARK}  )+# (?!noqa|type:)[^\s#].*")


def test_whatever_silences_a_check_is_followed_by_its_reason() -> None:
    silent = [
        f"{path.relative_to(ROOT)}:{line}: {comment}"
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        for line, comment in comments(path)
        if SILENCES.match(comment) and not WITH_REASON.fullmatch(comment)
    ]

    assert silent == []


def comments(path: Path) -> Iterator[tuple[int, str]]:
    text = path.read_bytes()
    if not SILENCES.search(text.decode()):
        return
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string
