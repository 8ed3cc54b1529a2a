"""A plugin to try its suite on: the template's own, written to a folder, sound or broken in one place."""

import importlib
import inspect
import itertools
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from core.plugins import scaffold

_NUMBERS = itertools.count(1)


@contextmanager
def parrot(
    folder: Path, file: str = "", sound: str = "", broken: str = "", *, kind: str = "channel"
) -> Iterator["Bird"]:
    """A plugin of a name of its own, importable until the end; `sound` stands once in `file`, and is replaced."""
    name = f"parrot{next(_NUMBERS)}"
    folder.mkdir()
    scaffold.write(name, kind, folder)
    project = folder / f"crossdock-{name}"
    if file:
        path = project / f"crossdock_{name}" / file
        sound, broken = (text.replace("TITLE", name.capitalize()) for text in (sound, broken))
        text = path.read_text(encoding="utf-8")
        assert text.count(sound) == 1, f"{sound!r} stands {text.count(sound)} times in {file}"
        path.write_text(text.replace(sound, broken), encoding="utf-8")
    places = [str(project), str(project / "tests")]
    sys.path[:0] = places
    importlib.invalidate_caches()
    try:
        yield Bird(importlib.import_module(f"crossdock_{name}"), importlib.import_module(f"test_{name}"), folder)
    finally:
        for place in places:
            sys.path.remove(place)
        for each in [each for each in sys.modules if each.startswith((f"crossdock_{name}", f"test_{name}"))]:
            del sys.modules[each]


class Bird:
    """The plugin and its suite. `run` calls one test of it with the fixtures that it asks for."""

    def __init__(self, plugin: ModuleType, tests: ModuleType, folder: Path) -> None:
        (self.registration,) = plugin.crossdock_providers()
        (suite,) = (
            each for each in vars(tests).values() if inspect.isclass(each) and each.__module__ == tests.__name__
        )
        self.suite: Any = suite()
        self._folder = folder
        self._worlds: list[Any] = []

    def run(self, test: str, **parameters: object) -> None:
        """Raises whatever the test raises: nothing, where the plugin keeps its promise."""
        method = getattr(self.suite, test)
        wanted = inspect.signature(method).parameters
        given: dict[str, object] = {"registration": self.registration, "new_world": self._new_world, **parameters}
        if {"world", "letter", "ticket"} & set(wanted):
            given["world"] = world = self._new_world()
            if "letter" in wanted:
                given["letter"] = self.suite.a_letter(world)
            if "ticket" in wanted:
                given["ticket"] = self.suite.a_ticket(world)
        try:
            method(**{name: given[name] for name in wanted})
        finally:
            for each in self._worlds:
                each.close()

    def _new_world(self) -> Any:
        home = self._folder / f"home{len(self._worlds)}"
        home.mkdir(exist_ok=True)
        self._worlds.append(self.suite.worlds(self.registration, home))
        return self._worlds[-1]
