"""Logs: machine-readable, and never with a secret."""

import json
import subprocess
import sys

from pydantic import SecretStr

from core.logs import masked, without_secrets

SCRIPT = """
import logging, structlog
from core import logs
from core.config import Config
logs.configure(Config(log_level="info"))
log = structlog.get_logger("hub")
log.debug("unheard")
with structlog.contextvars.bound_contextvars(job="orders.advance", job_id=7):
    log.info("routed", api_key="abc", url="postgresql://hub:geheim@db/crossdock", orders=3)
logging.getLogger("library").warning("careful: %s", "redis://:geheim@cache/0")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("broke")
"""


def test_logs_are_json_where_nobody_reads_along() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    routed, careful, broke = (json.loads(line) for line in done.stderr.splitlines())
    assert (routed["event"], routed["job"], routed["job_id"], routed["orders"]) == ("routed", "orders.advance", 7, 3)
    assert (routed["level"], routed["api_key"], routed["url"]) == ("info", "***", "postgresql://hub:***@db/crossdock")
    assert careful["event"] == "careful: redis://:***@cache/0"
    assert "ZeroDivisionError" in broke["exception"]
    assert "geheim" not in done.stderr


def test_what_is_named_like_a_secret_is_masked_however_deep() -> None:
    entry = {"settings": {"access_token": "abc", "shop": "acme", "more": [{"password": "x"}]}, "key": SecretStr("s")}
    assert without_secrets(None, "info", dict(entry)) == {
        "settings": {"access_token": "***", "shop": "acme", "more": [{"password": "***"}]},
        "key": "***",
    }
    assert masked("amqp://user:pa:ss@host") == "amqp://user:***@host"
