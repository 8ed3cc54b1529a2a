"""Between the hub and a shop: limits are kept, tokens renewed once, secrets read again, and who fails is left alone."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from core import clock, http
from core.flows import integrations
from core.hub import Hub
from core.integrations.circuit import THRESHOLD
from core.integrations.models import HealthStatus, Integration
from core.plugins.configure import configure
from core.sealing import Sealer
from crossdock import AuthExpired, Context, OrderWindow, RateLimited, Retryable
from tests.core.flows.channels.sandbox import HUSH, Shop, signed, told

KEY = "main-store"


def look(hub: Hub) -> Any:
    window = OrderWindow(since=clock.now() - timedelta(hours=1), until=clock.now())
    return hub.provider(KEY, "channel").fetch_orders(hub.context(KEY), window)


def health(session: Session) -> tuple[HealthStatus, str | None]:
    session.rollback()
    row = session.execute(select(Integration.health, Integration.health_message).where(Integration.key == KEY)).one()
    return row[0], row[1]


def test_a_token_is_got_once_for_fifty_calls_at_once_and_kept_sealed(hub: Hub, session: Session, shop: Shop) -> None:
    with ThreadPoolExecutor(12) as threads:
        list(threads.map(lambda _: look(hub), range(50)))

    assert shop.tokens_made == 1
    (sealed,) = session.scalars(text("select sealed from integration_tokens")).all()
    assert b"token-1" not in sealed
    assert "token-1" in hub.sealer.open(sealed, f"{KEY}/access")


def test_a_secret_that_rotates_during_fifty_calls_stops_none_of_them(
    hub: Hub, session: Session, shop: Shop, secret_file: Path
) -> None:
    look(hub)

    def one(number: int) -> Any:
        if number == 20:
            with shop.lock:
                shop.secret, shop.token = "second", "revoked"
            secret_file.write_text("second\n")
        return look(hub)

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(one, range(50)))

    assert len(answers) == 50
    assert shop.tokens_made == 2
    assert health(session) == (HealthStatus.OK, None)


def test_credentials_that_are_refused_stop_the_calls_until_there_are_others(
    hub: Hub, session: Session, shop: Shop, secret_file: Path
) -> None:
    shop.secret = "second"
    with pytest.raises(AuthExpired):
        look(hub)
    asked = len(shop.asked)

    with pytest.raises(AuthExpired, match="refused the client secret"):
        look(hub)
    assert len(shop.asked) == asked
    state, message = health(session)
    assert state is HealthStatus.DOWN
    assert "Give it new ones" in (message or "")

    secret_file.write_text("second")
    assert look(hub).orders == ()
    assert health(session) == (HealthStatus.OK, None)


def test_a_clock_that_is_wrong_is_said_with_its_mend_until_it_is_right(hub: Hub, session: Session, shop: Shop) -> None:
    for sign, place in ((1, "behind"), (-1, "ahead of")):
        shop.ahead = sign * timedelta(minutes=7, seconds=30)
        for seen in (lambda: look(hub), lambda: integrations.check(hub, KEY)):
            seen()
            state, message = health(session)
            assert state is HealthStatus.DEGRADED
            assert f"This machine's clock is 7 minutes {place} that of 127.0.0.1" in (message or "")
            assert "Set it right, and have it kept right by NTP." in (message or "")
        shop.ahead = timedelta(seconds=50)
        look(hub)
        assert health(session) == (HealthStatus.OK, None)


def test_credentials_that_a_wrong_clock_may_have_spoilt_say_so(hub: Hub, session: Session, shop: Shop) -> None:
    shop.ahead, shop.secret = timedelta(days=400), "second"
    with pytest.raises(AuthExpired):
        look(hub)

    state, message = health(session)
    assert state is HealthStatus.DOWN
    assert "Bazaar refused the client secret." in (message or "")
    assert "This machine's clock is 399 days behind" in (message or "")


def test_a_signature_is_checked_with_the_secret_as_it_is_now(
    hub: Hub, shop: Shop, web: TestClient, secret_file: Path
) -> None:
    hub.registry.integrations[KEY].raw["secret"] = {"file": str(secret_file)}  # type: ignore[index]
    secret_file.write_text("rotated")

    answers = []
    for key in ("rotated", HUSH):
        body, headers = signed(told(shop.sells("1001"), "e1"), key)
        answers.append(web.post(f"/webhooks/{KEY}", content=body, headers=headers).status_code)

    assert answers == [200, 412]


def test_who_fails_five_times_in_a_row_is_left_alone_and_then_tried_by_one(
    hub: Hub, session: Session, shop: Shop
) -> None:
    look(hub)
    shop.faults["/orders"] = ["500"] * THRESHOLD
    for _ in range(THRESHOLD):
        with pytest.raises(Retryable):
            look(hub)
    asked = len(shop.asked)

    with pytest.raises(Retryable, match="is left alone"):
        look(hub)
    assert len(shop.asked) == asked
    state, message = health(session)
    assert state is HealthStatus.DEGRADED
    assert "Bazaar failed with 500." in (message or "")

    hub.guard.circuits._client.hset(f"crossdock:circuits:{KEY}", "until", "0")  # type: ignore[union-attr]
    assert look(hub).orders == ()
    assert health(session) == (HealthStatus.OK, None)


def test_a_call_for_which_the_shop_was_asked_nothing_says_nothing_of_it(hub: Hub, session: Session, shop: Shop) -> None:
    class Idle:
        def rest(self, _ctx: Context[Any]) -> str:
            return "There is nothing to ask."

    idle = hub.guard.around(KEY, None, None, Idle())
    shop.faults["/orders"] = ["500"] * THRESHOLD
    for _ in range(THRESHOLD):
        assert idle.rest(hub.context(KEY))
        with pytest.raises(Retryable):
            look(hub)

    with pytest.raises(Retryable, match="is left alone"):
        look(hub)
    assert health(session)[0] is HealthStatus.DEGRADED


def test_a_pause_that_the_shop_asks_for_is_kept_by_every_process(hub: Hub, shop: Shop, database_url: str) -> None:
    look(hub)
    shop.faults["/orders"] = ["429"]
    with pytest.raises(RateLimited):
        look(hub)
    asked = len(shop.asked)

    other = Hub(hub.config, hub.engine, hub.registry)
    with pytest.raises(RateLimited, match="may not be asked before"):
        look(other)
    assert len(shop.asked) == asked


def test_a_bucket_is_kept_by_every_call(hub: Hub, shop: Shop) -> None:
    told = {**hub.registry.integrations[KEY].raw, "size": 3, "rate": 0.001}
    hub.registry.add(configure(KEY, told, hub.registry.plugins, where=str, from_file=True))

    look(hub)  # with the token: two requests
    look(hub)
    with pytest.raises(RateLimited):
        look(hub)
    assert len(shop.asked) == 2


def test_an_answer_that_is_too_large_is_not_read(hub: Hub, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    look(hub)
    monkeypatch.setattr(http, "_LARGEST", 10)
    with pytest.raises(Exception, match="answered with more than"):
        look(hub)


def test_what_was_sealed_for_one_is_of_no_use_to_another() -> None:
    old, new = Sealer(["the old key of this hub"]), Sealer(["the new key of this hub", "the old key of this hub"])
    sealed = old.seal("secret", "a/access")

    assert new.open(sealed, "a/access") == "secret"
    for sealer, owner in ((old, "b/access"), (Sealer(["another key altogether"]), "a/access")):
        with pytest.raises(Exception, match="sealed with another key"):
            sealer.open(sealed, owner)
