"""Whether a server can have its port."""

import errno
import socket

from core.config import Config, variable
from core.errors import SettingsError


def require_free(config: Config) -> None:
    """Raises SettingsError, with the mend, when the web server cannot have its port."""
    require_port(config.host, config.port, variable("port"))


def require_port(host: str, port: int, setting: str) -> None:
    """Raises SettingsError, with the mend, when nobody can listen there. `setting` is where the port comes from."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise SettingsError(_sentence(host, port, setting, error)) from error


def _sentence(host: str, port: int, setting: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken: end what uses it, or set {setting} to another."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"Port {port} needs rights that this user has not: set {setting} to one above 1023."
    reason = (error.strerror or str(error)).lower()
    return f"The server cannot listen on {host}: {reason}. Set CROSSDOCK_HOST to an address of this machine."
