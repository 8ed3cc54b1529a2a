"""Keys: made, limited and ended."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core import clock
from core.access import keys
from core.hub import Hub
from schema.authentication import NOBODY, Authentication, viewer_of
from tests.api import Api
from tests.builders import a_channel, a_location
from tests.schema.access.holders import CREATE, holder

REVOKE = "mutation ($id: ID!) { apiKeyRevoke(id: $id) { apiKey { revokedAt } userErrors { code path } } }"


def test_a_key_is_made_listed_and_ended(api: Api, session: Session) -> None:
    a_channel(session, "shop")
    a_location(session, "LEEDS")
    session.commit()

    made = api.done(CREATE, scopes=["stock:read", "orders:read"], channels=["shop"], locations=["LEEDS"])

    assert made["apiKey"] == {
        "id": made["apiKey"]["id"],
        "name": "A partner",
        "scopes": ["orders:read", "stock:read"],
        "channels": [{"key": "shop"}],
        "locations": [{"code": "LEEDS"}],
    }
    assert made["secret"].startswith("cdk_")
    partner = api.holding(made["secret"])
    assert partner("{ viewer { name scopes channels { key } locations { code } } }")["viewer"] == {
        "name": "A partner",
        "scopes": ["orders:read", "stock:read"],
        "channels": [{"key": "shop"}],
        "locations": [{"code": "LEEDS"}],
    }
    assert [key["name"] for key in api("{ apiKeys { name lastUsedAt } }")["apiKeys"]] == ["A partner", "admin"]

    ended = api.done(REVOKE, id=made["apiKey"]["id"])["apiKey"]["revokedAt"]
    assert api.done(REVOKE, id=made["apiKey"]["id"])["apiKey"]["revokedAt"] == ended
    assert partner.body("{ viewer { name } }")["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("fields", "code", "path"),
    [
        ({"scopes": []}, "INVALID", ["scopes"]),
        ({"scopes": ["orders:eat"]}, "INVALID", ["scopes"]),
        ({"scopes": ["admin"], "channels": ["nowhere"]}, "NOT_FOUND", ["channels", "0"]),
        ({"scopes": ["admin"], "locations": ["NOWHERE"]}, "NOT_FOUND", ["locations", "0"]),
        ({"scopes": ["admin"], "expiresAt": "2020-01-01T00:00:00Z"}, "INVALID", ["expiresAt"]),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(api: Api, fields: dict[str, Any], code: str, path: list[str]) -> None:
    assert api.refused(CREATE, **fields) == [(code, path)]
    assert api.refused(REVOKE, id="key_99") == [("NOT_FOUND", ["id"])]


@pytest.mark.parametrize(
    "document",
    [
        "{ apiKeys { id } }",
        "{ stockLevels { nodes { id } } }",
        "{ ledgerAccounts { code } }",
        "{ suppliers { nodes { key } } }",
        "{ integrations { key } }",
        "{ items { nodes { sku } } }",
        'mutation { settingsUpdate(name: "Mine") { userErrors { code } } }',
        'mutation { itemUpsert(sku: "A") { userErrors { code } } }',
        'mutation { ledgerClose(through: "2026-01-01") { userErrors { code } } }',
        'mutation { fulfillmentSubmit(id: "ful_1") { userErrors { code } } }',
    ],
)
def test_what_a_key_has_no_scope_for_is_forbidden(api: Api, document: str) -> None:
    reader = holder(api, "orders:read")

    assert reader.body(document)["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_an_expired_or_unknown_secret_is_nobody(session: Session, hub: Hub) -> None:
    key, secret = keys.create(session, "Old", ["orders:read"], expires_at=clock.now() + timedelta(hours=1))
    session.commit()
    assert Authentication(hub)._look_up(secret) is not None
    key.expires_at = clock.now()
    session.commit()

    assert Authentication(hub)._look_up(secret) is None
    assert Authentication(hub)._look_up("cdk_guess") is None


def test_a_key_whose_channels_are_gone_sees_nothing_rather_than_everything(session: Session) -> None:
    key, _ = keys.create(session, "Orphan", ["orders:read"], channels=["gone"])

    assert viewer_of(session, key).channels == (NOBODY,)
