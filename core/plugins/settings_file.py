"""Read plugins.toml: which integrations there are, and on which line each of their keys stands."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import SettingsError

_TABLE = re.compile(r"^\s*\[\s*([^\]\[]+?)\s*\]\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*((?:\"[^\"]*\"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:\"[^\"]*\"|'[^']*'|[\w-]+))*)\s*=")


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """The file as read: `tables` is integration key to its raw values; `lines` a dotted key to its line."""

    path: Path
    tables: dict[str, dict[str, Any]]
    lines: dict[str, int]

    def where(self, integration: str, key: str | None = None) -> str:
        """`plugins.toml, line 7`: of one key, else of the integration's table, else of the file."""
        table = f"integrations.{integration}"
        line = self.lines.get(f"{table}.{key}") if key else None
        line = line or self.lines.get(table)
        return f"{self.path.name}, line {line}" if line else self.path.name


def read(path: Path) -> SettingsFile:
    """Read the file. Raises SettingsError, with line and key, when it is no plugins.toml at all."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not UTF-8 (byte {error.start + 1}). Save it as UTF-8.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsError(f"{path} cannot be read: {reason}. CROSSDOCK_PLUGINS_FILE names another.") from error
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(_syntax(path, text, error)) from error
    lines = _lines(text)
    for key in content.keys() - {"integrations"}:
        line = lines.get(key)
        raise SettingsError(f"{path.name}, line {line}: {key!r} is unknown. Write [integrations.<key>] tables.")
    return SettingsFile(path, _tables(path, content.get("integrations", {}), lines), lines)


def _tables(path: Path, content: object, lines: dict[str, int]) -> dict[str, dict[str, Any]]:
    if not isinstance(content, dict):
        raise SettingsError(f"{path.name}: 'integrations' must be tables. Write [integrations.<key>].")
    for key, table in content.items():
        if not isinstance(table, dict):
            line = lines.get(f"integrations.{key}", lines.get("integrations", 1))
            raise SettingsError(
                f"{path.name}, line {line}: {key!r} is no table. Write [integrations.{key}] and keys below."
            )
    return content


def _syntax(path: Path, text: str, error: tomllib.TOMLDecodeError) -> str:
    """The parser's own words, with the key of the line where it stopped."""
    match = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
    line = int(match[1]) if match else len(text.splitlines())
    content = (text.splitlines() or [""])[min(line, len(text.splitlines()) or 1) - 1]
    key = _KEY.match(content) or _TABLE.match(content)
    reason = str(error).partition(" (at ")[0].rstrip(".")
    named = f", key {key[1]}" if key else ""
    column = f", column {match[2]}" if match else ""
    return f"{path.name}, line {line}{column}{named}: {reason}. See https://toml.io for how values are written."


def _lines(text: str) -> dict[str, int]:
    """Where each table and key stands; good enough to point a person there."""
    table, lines = "", dict[str, int]()
    for number, content in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(content):
            table = _plain(header[1])
            lines.setdefault(table, number)
        elif key := _KEY.match(content):
            lines.setdefault(f"{table}.{_plain(key[1])}" if table else _plain(key[1]), number)
    for dotted, number in list(lines.items()):
        lines.setdefault(dotted.partition(".")[0], number)
    return lines


def _plain(dotted: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in dotted.split("."))
