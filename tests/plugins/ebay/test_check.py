"""What an operator is told about an account that does not work, or only in part."""

import httpx2

from crossdock import Diagnosis
from crossdock.testing.contract import find
from crossdock.testing.faults import Fault
from crossdock.testing.world import World
from tests.plugins.ebay.account import SETTINGS


def found(world: World) -> dict[str, Diagnosis]:
    return {each.name: each for each in world.ask("check")}


def test_a_scope_that_is_missing_is_named_and_the_rest_works(world: World) -> None:
    answer = httpx2.Response(403, json={"errors": [{"errorId": 1100, "message": "Access denied"}]})
    world.faults.next(Fault.FAILED, path="/payout", answer=answer)

    said = found(world)

    assert [name for name, each in said.items() if not each.ok] == ["payouts"]
    assert not said["payouts"].severe
    assert "consent" in said["payouts"].mend


def test_consent_that_has_ended_is_the_one_thing_that_is_said(world: World) -> None:
    world.remote.gate.refresh.clear()

    said = found(world)

    assert list(said) == ["consent"]
    assert said["consent"].severe
    assert "install page" in said["consent"].mend


def test_a_quota_that_is_used_up_is_said_to_be(world: World) -> None:
    rates = [{"limit": 10, "remaining": 0, "timeWindow": 86400}]
    body = {"rateLimits": [{"apiName": "Inventory", "resources": [{"name": "sell.inventory", "rates": rates}]}]}
    world.faults.next(Fault.GARBAGE, path="user_rate_limit", answer=httpx2.Response(200, json=body))

    assert not found(world)["quota of Inventory"].ok


def test_a_british_seller_without_a_key_is_told_to_make_one(world: World) -> None:
    settings = {name: value for name, value in SETTINGS.items() if not name.startswith("signing_")}
    unsigned = World(find("channel", "ebay"), {"url": "http://127.0.0.1:9", **settings}, world.home)
    american = {"url": "http://127.0.0.1:9", "marketplace_id": "EBAY_US", **settings}
    abroad = World(find("channel", "ebay"), american, world.home)

    told, not_needed = found(unsigned)["signatures"], found(abroad)["signatures"]
    unsigned.close()
    abroad.close()

    assert (told.ok, told.severe, not_needed.ok) == (False, False, True)
    assert "signing_key" in told.mend
