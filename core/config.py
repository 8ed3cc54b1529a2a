"""The settings of the hub, read from the environment: `CROSSDOCK_PORT=9000` sets `port`."""

import difflib
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from core.clock import parse_offset
from core.errors import SettingsError

PREFIX = "CROSSDOCK_"


def _database(url: str) -> str:
    if not url.startswith(("postgresql://", "postgres://")):
        raise ValueError("write a PostgreSQL address such as postgresql://user:password@host:5432/crossdock")
    return url


def _broker(url: str) -> str:
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("write an address of Redis or Valkey such as redis://host:6379/0")
    return url


def _public(url: str) -> str:
    if not url.startswith(("https://", "http://")):
        raise ValueError("write an address such as https://hub.example.com")
    return url.rstrip("/")


def _offset(text: str) -> str:
    parse_offset(text)
    return text


def _listed(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class Config(BaseSettings):
    """Everything an operator can set. Each field's description is its row in docs/settings.md."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    database_url: Annotated[str, AfterValidator(_database)] | None = Field(
        None, description="PostgreSQL 15 or later. Unset: a private server with its data under the home."
    )
    redis_url: Annotated[str, AfterValidator(_broker)] | None = Field(
        None, description="Redis 7 or Valkey, which carries wake-ups to workers. Unset: a private Valkey."
    )
    home: Path = Field(
        Path(".crossdock"), description="Folder of the private servers' data, files of plugins and the admin key."
    )
    host: str = Field("127.0.0.1", description="Address that the web server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port that the web server listens on.")
    admin_key: SecretStr | None = Field(
        None,
        min_length=16,
        description="API key with every right, 16 characters or more. Unset: made once and kept in the home.",
    )
    secret_key: SecretStr | None = Field(
        None,
        min_length=16,
        description="Key that secrets in the database are sealed with, 16 characters or more; several, "
        "comma-separated: the first seals, all open. Unset: made once and kept in the home, as `secret.key`.",
    )
    public_url: Annotated[str, AfterValidator(_public)] | None = Field(
        None,
        description="Address at which others reach this hub, such as https://hub.example.com: webhooks and the way "
        "back from a consent page go there. Unset: webhooks are not asked for, and polls bring everything.",
    )
    plugins_file: Path = Field(Path("plugins.toml"), description="Which integrations run, and their settings.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least that is logged: `debug`, `info`, `warning` or `error`."
    )
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="`json`, `text`, or `auto`: text on a terminal, JSON elsewhere."
    )
    sample: bool = Field(
        False,
        description="Whether sample orders are loaded into a new database and more of them are fed, and the stores of "
        "channel plugins that have a sandbox are played. `crossdock up` does so where it is unset, and nothing else.",
    )
    sandbox_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="Port on which `crossdock sandbox` serves stores that are played. Unset: ten above CROSSDOCK_PORT.",
    )
    time_offset: Annotated[str, AfterValidator(_offset)] = Field(
        "0s", description="Moves the hub's clock, for development and tests: `2d12h`, `-30m`."
    )
    web_processes: int = Field(1, ge=1, le=64, description="Web server processes that `serve` and `up` run.")
    worker_processes: int = Field(1, ge=1, le=64, description="Worker processes that `worker` and `up` run.")
    worker_threads: int = Field(
        8, ge=1, le=128, description="Jobs that one worker process runs at once; no queue takes all of them."
    )
    database_pool: int = Field(
        10, ge=2, le=200, description="Connections to PostgreSQL that a process keeps; twice as many at peaks."
    )
    metrics_port: int | None = Field(
        None, ge=1, le=65535, description="Port on which a worker or scheduler serves metrics of its own. Unset: none."
    )
    cors_origins: Annotated[list[str], NoDecode, BeforeValidator(_listed)] = Field(
        default_factory=list,
        description="Origins whose pages may call the API from a browser, comma-separated; `*` for any.",
    )
    introspection: bool = Field(True, description="Whether the API tells its schema to whoever has a key.")
    persisted_documents: Literal["off", "auto", "only"] = Field(
        "auto",
        description="`auto`: clients may send a document once and its hash from then on; "
        "`only`: nothing but the documents of CROSSDOCK_DOCUMENTS is run, save for admin keys; `off`: neither.",
    )
    documents: Path | None = Field(
        None,
        description="Documents that clients may name by id: a manifest, or a folder of manifests and `.graphql` files.",
    )
    query_cost: int = Field(
        50_000,
        ge=100,
        description="Rows that one operation may ask for: the size of each page times that of those in it.",
    )
    query_timeout: float = Field(
        15, ge=0.1, le=600, description="Seconds after which a statement of a query is given up."
    )
    slow_query: float = Field(1, ge=0, description="Seconds from which on an operation is logged as slow.")

    @property
    def clock_offset(self) -> timedelta:
        return parse_offset(self.time_offset)

    @property
    def local(self) -> str:
        """The web server's address for programs on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104  # listening on all
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    @property
    def sandboxes(self) -> str:
        """The address of the stores that are played."""
        return f"http://127.0.0.1:{self.sandbox_port or self.port + 10}"


def read() -> Config:
    """The settings in force. Raises SettingsError with one sentence that names the variable and the mend."""
    try:
        return Config()
    except ValidationError as error:
        complaint = error.errors(include_url=False, include_input=False)[0]
        name = variable(str(complaint["loc"][0]))
        reason = complaint["msg"].removeprefix("Value error, ").rstrip(".")
        raise SettingsError(f"{name} cannot be used: {reason[0].lower()}{reason[1:]}.") from None


def unknown(environment: Mapping[str, str] = os.environ) -> list[str]:
    """A sentence for each variable that looks like a setting and is none: most likely misspelt."""
    known = {variable(name) for name in Config.model_fields}
    sentences = []
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            sentences.append(f"{name} is no setting of Crossdock.{hint}")
    return sentences


def variable(name: str) -> str:
    """The environment variable of a field."""
    return PREFIX + name.upper()


def as_markdown() -> str:
    """The table of docs/settings.md."""
    rows = ["| Variable | Default | What it sets |", "|---|---|---|"]
    for name, field in Config.model_fields.items():
        default = field.get_default(call_default_factory=True)
        shown = "" if default in (None, []) else f"`{int(default) if isinstance(default, bool) else default}`"
        rows.append(f"| `{variable(name)}` | {shown} | {field.description} |")
    return "\n".join(rows) + "\n"
