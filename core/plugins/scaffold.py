"""A new plugin: a package of its own whose tests pass, to be changed bit by bit into the real thing."""

import keyword
import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from core.errors import AlreadyExists, Invalid

KINDS = (
    "accounting",
    "address",
    "carrier",
    "channel",
    "forecast",
    "helpdesk",
    "notifier",
    "payment",
    "risk",
    "routing",
    "supplier",
)
"""Those that there is a template for."""

_TALKS_TO_NOBODY = {"accounting", "address", "forecast", "notifier", "payment", "risk", "routing"}
_NEEDS = {
    "accounting": ("pydantic",),
    "address": ("pydantic",),
    "forecast": ("pydantic",),
    "notifier": ("pydantic",),
    "payment": ("pydantic",),
    "risk": ("pydantic",),
    "routing": (),
}
"""What the others need is an HTTP API's."""
_NAME = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
_SUFFIX = ".tmpl"
_WHAT = {
    "accounting": "The books, day by day, for {title}.",
    "address": "Addresses, judged by {title}.",
    "carrier": "Rates and labels of {title}.",
    "channel": "Orders, stock and shipments of {title}.",
    "forecast": "Demand, expected by {title}.",
    "helpdesk": "Tickets of {title}, with the orders that they are about.",
    "notifier": "Messages to shoppers by {title}.",
    "payment": "Payments by {title}.",
    "risk": "Orders, judged by {title}.",
    "routing": "Routing by {title}.",
    "supplier": "Orders that {title} ships for us.",
}


def write(name: str, kind: str, folder: Path) -> list[Path]:
    """Write the project `crossdock-<name>` into the folder; its files, in order. Raises Invalid, AlreadyExists."""
    names = _names(name, kind)
    project = folder / names["project"]
    if project.exists():
        raise AlreadyExists(f"{project} is there already. Choose another name, or another folder with --into.")
    written = []
    for path, text in sorted(_rendered(kind, names)):
        target = project / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        written.append(target)
    return written


def _names(name: str, kind: str) -> dict[str, str]:
    if kind not in KINDS:
        raise Invalid(f"There is no template for a {kind!r}; there is one for {', '.join(KINDS)}.")
    plain = name.removeprefix("crossdock-")
    if not _NAME.fullmatch(plain) or keyword.iskeyword(plain):
        raise Invalid(f"{name!r} cannot be a plugin's name: write small letters and digits, such as pigeon-post.")
    needs = ["crossdock", *_NEEDS.get(kind, ("pydantic", "starlette"))]
    words = re.split(r"[-_]+", plain)
    title = " ".join(word.capitalize() for word in words)
    return {
        "kind": kind,
        "name": "_".join(words),
        "Name": title.replace(" ", ""),
        "title": title,
        "slug": "-".join(words),
        "ENV": "_".join(words).upper(),
        "project": "crossdock-" + "-".join(words),
        "package": "crossdock_" + "_".join(words),
        "summary": _WHAT[kind].format(title=title),
        "dependencies": ", ".join(f'"{each}"' for each in needs),
    }


def _rendered(kind: str, names: dict[str, str]) -> Iterator[tuple[Path, str]]:
    templates = files("core.plugins") / "templates"
    shared = ("common",) if kind in _TALKS_TO_NOBODY else ("common", "http")
    found = {path: text for folder in (*shared, kind) for path, text in _under(templates / folder)}
    for path, template in found.items():
        yield _placed(path, names), Template(template.read_text(encoding="utf-8")).substitute(names)


def _under(folder: Traversable, above: Path = Path()) -> Iterator[tuple[Path, Traversable]]:
    for each in folder.iterdir():
        if each.is_dir():
            yield from _under(each, above / each.name)
        elif each.name.endswith(_SUFFIX):
            yield above / each.name.removesuffix(_SUFFIX), each


def _placed(path: Path, names: dict[str, str]) -> Path:
    """Where a template's text goes: `package` is the package, `test_name.py` its test."""
    parts = [names["package"] if part == "package" else part for part in path.parts]
    return Path(*parts[:-1], parts[-1].replace("test_name", f"test_{names['name']}"))
