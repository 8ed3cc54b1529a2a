"""What the pages name is there: links, commands, documents of the API, hooks, verbs, settings."""

import json
import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from graphql import GraphQLSchema, build_schema, parse, validate
from pydantic_core import PydanticUndefined
from typer.core import TyperGroup

from core import cli
from core.plugins import load
from core.plugins.reference import as_markdown
from crossdock import hooks
from crossdock.capabilities import VERBS
from tests.docs.pages import PLUGINS, ROOT, blocks, pages, prose, table

LINK = re.compile(r"\[[^\]]*\]\((?!\w+:)([^)\s]*)\)")
COMMAND = re.compile(r"(?:^|`)crossdock ([a-z][^`\n#]*)", re.MULTILINE)
INLINE = re.compile(r"`(\{ \w+ \{[^`]*\})`")
MUTATION = re.compile(r"`([a-z]+[A-Z]\w+)`")
REFERENCE = ROOT / "docs" / "plugins" / "reference.md"

named = pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))


@named
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(prose(page)):
        name, _, place = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), f"{page.name} links to {target}"
        assert not place or place in _places(path), f"{page.name} links to {target}"


def _places(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@cache
def _commands() -> TyperGroup:
    found = typer.main.get_command(cli.command_line())
    assert isinstance(found, TyperGroup)
    return found


@named
def test_every_command_exists_with_its_options(page: Path) -> None:
    told = [block.text for block in blocks(page) if block.language in {"sh", ""}]
    for line in COMMAND.findall("\n".join([prose(page), *told])):
        words = shlex.split(line)
        command: Any = _commands()  # of typer's own copy of click, whose types are private
        while isinstance(command, TyperGroup) and words and not words[0].startswith("-"):
            word = words.pop(0)
            assert word in command.commands, f"{page.name}: crossdock {line}"
            command = command.commands[word]
        known = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known | {"--help"}, f"{page.name}: crossdock {line}"


@cache
def _schema() -> GraphQLSchema:
    return build_schema((ROOT / "schema" / "schema.graphql").read_text(encoding="utf-8"))


@named
def test_every_document_fits_the_schema(page: Path) -> None:
    told = [block.text for block in blocks(page) if block.language == "graphql"]
    # Several documents may stand in one block, one below another.
    documents = [text for block in told for text in re.split(r"\n(?=(?:query|mutation|subscription)\b|\{)", block)]
    for text in [*documents, *INLINE.findall(prose(page))]:
        assert validate(_schema(), parse(text)) == [], f"{page.name}:\n{text}"


@named
def test_every_mutation_and_query_in_a_plugin_s_page_is_in_the_schema(page: Path) -> None:
    if page.parent.parent.name != "plugins":
        return
    mutations = _schema().mutation_type
    assert mutations is not None
    for name in MUTATION.findall(prose(page)):
        assert name in mutations.fields, f"{page}: {name}"


def test_the_reference_of_plugins_is_up_to_date() -> None:
    """`make docs` writes it."""
    assert REFERENCE.read_text(encoding="utf-8") == as_markdown()


def test_every_hook_and_capability_says_what_it_is_for() -> None:
    silent = [name for name, hook in vars(hooks).items() if name.startswith("crossdock_") and not hook.__doc__]
    silent += [f"{kind}.{name}" for kind, each in VERBS.items() for name, verbs in each.items() if not verbs.__doc__]
    assert silent == []
    text = REFERENCE.read_text(encoding="utf-8")
    for title in [*(name for name in vars(hooks) if name.startswith("crossdock_")), *_capabilities()]:
        assert f"\n### {title}\n" in text


def _capabilities() -> list[str]:
    return [f"{kind}: {name}" for kind, capabilities in VERBS.items() for name in capabilities]


def test_the_hub_calls_every_hook_and_every_verb() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for room in ("core", "schema") for path in _code(ROOT / room))
    waiting = {
        name
        for name in vars(hooks)
        if name.startswith("crossdock_")
        and name != "crossdock_providers"
        and not re.search(rf"\bhooks\.{name.removeprefix('crossdock_')}\(", code)
    }
    for kind, capabilities in VERBS.items():
        for protocol in capabilities.values():
            for verb in (name for name in vars(protocol) if not name.startswith("_")):
                # A verb that acts or asks is handed its context; a pure one has a name of its own.
                takes = getattr(protocol, verb).__code__.co_varnames[1:2]
                handed = r"\((?:ctx|context|(?:\w+\.)?hub\.context)\b" if takes == ("ctx",) else r"(?:\.each)?\("
                if not re.search(rf"\.{verb}{handed}", code):
                    waiting.add(f"{kind}.{verb}")
    assert waiting == set()


def _code(room: Path) -> list[Path]:
    return [path for path in room.rglob("*.py") if path.name != "reference.py"]


@pytest.mark.parametrize("name", PLUGINS)
def test_a_plugin_s_page_names_its_settings_with_their_defaults(name: str) -> None:
    plugin = load(None).plugins[name]
    page = ROOT / "plugins" / name / "README.md"
    told = {cells[0]: cells[1] for cells in table(page, "setting")}
    fields = plugin.settings.model_fields.items()
    assert told == {f"`{key}`": _written(field.default) for key, field in fields}


def _written(default: object) -> str:
    return "" if default is None or default is PydanticUndefined else f"`{json.dumps(default)}`"
