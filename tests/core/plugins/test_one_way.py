"""There is one way to a plugin: through the guard, which bears whatever it does."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import core
import schema

ROOTS = [Path(package.__file__ or "").parent for package in (core, schema)]
MAY = {"core/hub.py", "core/integrations/guard.py"}
"""Besides the loader itself, core/plugins."""
RAW = {"instance", "bound"}
"""What leads to the plugin's own object."""


def raw(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in RAW:
            yield f"line {node.lineno}: {ast.unparse(node)}"


def files() -> Iterator[tuple[str, Path]]:
    for root in ROOTS:
        for path in sorted(root.rglob("*.py")):
            name = f"{root.name}/{path.relative_to(root)}"
            if not name.startswith("core/plugins/") and name not in MAY:
                yield name, path


def test_nobody_goes_round_the_guard() -> None:
    found = [f"{name}, {where}" for name, path in files() for where in raw(path.read_text(encoding="utf-8"))]

    assert found == []


@pytest.mark.parametrize(
    "source", ["hub.registry.bound(key, 'carrier').instance.rates(ctx, request)", "bound.instance", "registry.bound(k)"]
)
def test_ways_round_it_are_seen(source: str) -> None:
    assert list(raw(source))
