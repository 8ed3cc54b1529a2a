"""Whether the web server can have its port."""

import errno
import socket

from core.config import Config
from core.errors import SettingsError


def require_free(config: Config) -> None:
    """Raises SettingsError, with the mend, when it cannot."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            raise SettingsError(_sentence(config, error)) from error


def _sentence(config: Config, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {config.port} is taken: end what uses it, or set CROSSDOCK_PORT to another."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"Port {config.port} needs rights that this user has not: set CROSSDOCK_PORT to one above 1023."
    reason = (error.strerror or str(error)).lower()
    return f"The server cannot listen on {config.host}: {reason}. Set CROSSDOCK_HOST to an address of this machine."
