"""A seller's account for tests."""

from datetime import UTC, datetime, timedelta

# The Ed25519 key of RFC 9421's examples, which eBay uses in its own.
KEY = "MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF"
SETTINGS: dict[str, object] = {
    "client_id": "Acme-Hub-PRD-1",
    "client_secret": "PRD-cert-4711",
    "ru_name": "https://hub.example/oauth/callback",
    "refresh_token": "v^1.1#r-given-4711",
    "verification_token": "a-verification-token-of-32-letters-or-more",
    "signing_key": KEY,
    "signing_jwe": "eyJ-this-is-a-jwe",
}
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
