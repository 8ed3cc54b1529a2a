"""Structured logs: JSON for machines, coloured key=value lines for a terminal; never a secret."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import orjson
import structlog
from pydantic import SecretStr

from core.config import Config

_SECRET_NAMES = re.compile(r"secret|password|passwd|token|authorization|api_?key|credential|cookie", re.IGNORECASE)
_PASSWORD_IN_URL = re.compile(r"(\w+://[^/\s:@]*):[^/\s@]+@")
_QUIET = ("alembic", "dramatiq", "httpx2", "httpcore2", "asyncio", "uvicorn.access")
"""Libraries that say more than an operator wants: only their warnings are kept."""

Entry = MutableMapping[str, Any]


def configure(config: Config) -> None:
    """Set up structlog and the standard library's logging alike; to stderr, so that answers can be piped."""
    text = config.log_format == "text" or (config.log_format == "auto" and sys.stderr.isatty())
    renderer = _for_people() if text else structlog.processors.JSONRenderer(serializer=_json)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if text else "iso", utc=not text),
        *([] if text else [structlog.processors.format_exc_info]),
        without_secrets,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    level = config.log_level.upper()
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))


def without_secrets(_logger: object, _method: str, entry: Entry) -> Entry:
    """Mask what is named like a secret, is declared one, or stands as a password in an address."""
    return {name: "***" if _SECRET_NAMES.search(name) else masked(value) for name, value in entry.items()}


def masked(value: Any) -> Any:
    """The value without passwords in addresses and without declared secrets, however deep they are."""
    if isinstance(value, str):
        return _PASSWORD_IN_URL.sub(r"\1:***@", value) if "://" in value else value
    if isinstance(value, SecretStr):
        return "***"
    if isinstance(value, dict):
        return {key: "***" if _SECRET_NAMES.search(str(key)) else masked(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [masked(each) for each in value]
    return value


def _for_people() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        pad_event_to=32,
        exception_formatter=structlog.dev.plain_traceback,  # a traceback with values would show secrets
    )


def _json(entry: Any, **_: Any) -> str:
    return orjson.dumps(entry, default=str).decode()
