"""The base of every plugin's settings."""

from pydantic import BaseModel, ConfigDict
from pydantic import SecretStr as SecretStr


class Settings(BaseModel):
    """Settings of one integration: unknown keys are refused, and nothing changes after start.

    Annotate secrets as `SecretStr`: they are masked in logs and in the API, and `plugins.toml`
    takes them only as a reference, `{ env = "NAME" }` or `{ file = "/path" }`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)
