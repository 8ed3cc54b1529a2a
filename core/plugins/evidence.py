"""What can be seen of a plugin without running it: its settings' descriptions, its README, its types.

Each answers with what is wrong in a few words; with nothing where all is well.
"""

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from core.plugins.registry import LoadedPlugin


def undescribed(plugin: LoadedPlugin) -> str:
    """Settings without a word about them: neither their own description, nor a line of the docstring."""
    model = plugin.settings
    told = model.__doc__ or ""
    names = [name for name, field in model.model_fields.items() if not field.description and f"`{name}`" not in told]
    return f"nothing says what {', '.join(names)} is for" if names else ""


def readme_lacks(plugin: LoadedPlugin) -> str:
    """What its README does not tell."""
    text = next((text for text in _readmes(plugin) if text.strip()), "")
    if not text:
        return "there is none"
    silent = [name for name in plugin.settings.model_fields if f"`{name}`" not in text]
    return f"it does not name the setting {', '.join(silent)}" if silent else ""


def _readmes(plugin: LoadedPlugin) -> Iterator[str]:
    """Beside the package's code, in what is packaged with it, or in the folder that holds the package."""
    home = _home(plugin)
    if home is not None and (home / "README.md").exists():
        yield (home / "README.md").read_text(encoding="utf-8")
    with suppress(PackageNotFoundError):
        yield metadata(plugin.distribution).get_payload() or ""  # type: ignore[attr-defined]  # a Message
    if home is not None and (home.parent / "pyproject.toml").exists() and (home.parent / "README.md").exists():
        yield (home.parent / "README.md").read_text(encoding="utf-8")


def _home(plugin: LoadedPlugin) -> Path | None:
    """The folder of the package."""
    file = getattr(plugin.module, "__file__", None)
    return Path(file).parent if file else None


def types_lack(plugin: LoadedPlugin) -> str:
    """The first thing that strict typing finds wrong."""
    home = _home(plugin)
    if home is None or not any((folder / "py.typed").exists() for folder in (home, home.parent)):
        return "the package has no py.typed"
    if importlib.util.find_spec("mypy") is None:
        return "mypy is not installed"
    done = subprocess.run(  # noqa: S603  # this Python, on the plugin's own folder
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(home)],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip().partition("\n")[0] if done.returncode else ""
