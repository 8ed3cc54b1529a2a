"""The addresses in settings: secrets are sent there, so they are looked at, whoever wrote the plugin."""

from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from core.plugins.problem import Refused
from core.plugins.registry import LoadedPlugin
from crossdock.settings import is_loopback, unsafe


def is_address(name: str) -> bool:
    """Whether a setting of this name holds an address."""
    return name == "url" or name.endswith("_url")


def require_safe(name: str, value: object, plugin: LoadedPlugin, said: str) -> None:
    """Raises Refused for an address that a secret could leak to; `said` names the setting and its place."""
    if not is_address(name) or not isinstance(value, str):
        return
    wrong = unsafe(value)
    if wrong is not None:
        raise Refused(f"{said}: {wrong}.", "Mend the value.")
    hosts = [pattern for provider in plugin.providers for pattern in provider.hosts]
    host = urlsplit(value).hostname or ""
    if hosts and not is_loopback(value) and not any(fnmatchcase(host, pattern) for pattern in hosts):
        raise Refused(
            f"{said}: {host} is no host of {plugin.name}, and its secrets would be sent there.",
            f"Name one of: {', '.join(sorted(set(hosts)))}.",
        )


__all__ = ["is_address", "require_safe"]
