"""Keys for tests of what their holders may see and do."""

from tests.api import Api

CREATE = """
mutation ($scopes: [String!]!, $channels: [String!], $locations: [String!], $expiresAt: DateTime) {
  apiKeyCreate(name: "A partner", scopes: $scopes, channels: $channels, locations: $locations, expiresAt: $expiresAt) {
    apiKey { id name scopes channels { key } locations { code } } secret userErrors { code path } } }"""


def holder(api: Api, *scopes: str, channels: tuple[str, ...] = (), locations: tuple[str, ...] = ()) -> Api:
    """The API as the holder of a new key asks it."""
    made = api.done(CREATE, scopes=list(scopes), channels=list(channels), locations=list(locations))
    return api.holding(made["secret"])
