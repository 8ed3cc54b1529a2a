"""Plugins made up for a test: written as modules, found by entry points of their own."""

import textwrap
from importlib.metadata import EntryPoint
from itertools import count
from pathlib import Path

import pytest

from core.plugins import Registry, load

_NUMBERS = count(1)

PIGEON = """
    import crossdock

    manifest = crossdock.Manifest(summary="Pigeons.")

    class PigeonSettings(crossdock.Settings):
        loft: str = "north"
        birds: int = 3
        token: crossdock.SecretStr = crossdock.SecretStr("")

    class Pigeon:
        def __init__(self, integration):
            self.integration = integration
            if integration.settings.birds > 100:
                raise ValueError("the loft is full")

        def rates(self, ctx, request):
            return []

    @crossdock.hookimpl
    def crossdock_providers():
        return [crossdock.Provider("pigeon", kind="carrier", settings=PigeonSettings, factory=Pigeon,
                                   capabilities={"rates"})]
"""


class House:
    """A folder of modules and a plugins.toml."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.patch = patch
        self.points: list[EntryPoint] = []
        patch.syspath_prepend(str(folder))

    def add(self, name: str, source: str) -> None:
        """Install a plugin. Its module's name is its own, so that tests do not meet."""
        module = f"house_{next(_NUMBERS)}_{name}"
        (self.folder / f"{module}.py").write_text(textwrap.dedent(source))
        self.points.append(EntryPoint(name=name, value=module, group="crossdock.plugins"))

    def load(self, toml: str = "") -> Registry:
        path = self.folder / "plugins.toml"
        path.write_text(textwrap.dedent(toml))
        return load(path, points=self.points)
