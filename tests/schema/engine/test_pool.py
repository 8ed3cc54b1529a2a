"""The pool lends no more connections than it may, and gets over statements and connections that end badly."""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import asyncpg
import psycopg
import pytest

from schema.away import Away
from schema.engine import pool as pools
from schema.engine.pool import Pool

pytestmark = pytest.mark.anyio

PID = "select pg_backend_pid()"


@pytest.fixture
async def pool(shop_url: str) -> AsyncIterator[Pool]:
    async def connect() -> Any:
        return await asyncpg.connect(shop_url.replace("+psycopg", ""))

    made = Pool(connect, 2)
    yield made
    await made.close()


async def test_many_share_few_connections(pool: Pool) -> None:
    found = await asyncio.gather(*(pool.fetch(f"{PID} from pg_sleep(0.005)", ()) for _ in range(20)))

    assert len({rows[0][0] for rows in found}) == 2


async def test_a_cancelled_statement_ends_in_the_server_and_its_connection_is_lent_again(pool: Pool) -> None:
    ((before,),) = await pool.fetch(PID, ())
    sleeping = asyncio.ensure_future(pool.fetch("select pg_sleep(20)", ()))
    await asyncio.sleep(0.05)
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping

    found = await asyncio.gather(*(pool.fetch(f"{PID} from pg_sleep(0.05)", ()) for _ in range(6)))

    assert before in {rows[0][0] for rows in found}
    ((asleep,),) = await pool.fetch("select count(*) from pg_stat_activity where query = 'select pg_sleep(20)'", ())
    assert asleep == 0


async def test_who_is_cancelled_while_waiting_loses_no_connection(pool: Pool) -> None:
    busy = [asyncio.ensure_future(pool.fetch("select pg_sleep(0.1)", ())) for _ in range(2)]
    waiting = [asyncio.ensure_future(pool.fetch(PID, ())) for _ in range(3)]
    await asyncio.sleep(0.02)
    for one in waiting[:2]:
        one.cancel()
    await asyncio.gather(*busy)

    assert (await waiting[2])[0][0]
    found = await asyncio.gather(*(pool.fetch(f"{PID} from pg_sleep(0.02)", ()) for _ in range(4)))
    assert len({rows[0][0] for rows in found}) == 2


async def test_who_waits_too_long_for_a_connection_hears_so_and_leaves_nothing_behind(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "PATIENCE", 0.05)
    busy = [asyncio.ensure_future(pool.fetch("select pg_sleep(0.3)", ())) for _ in range(2)]
    await asyncio.sleep(0.02)
    for waiting in [asyncio.ensure_future(pool.fetch(PID, ())) for _ in range(3)]:
        with pytest.raises(Away):
            await waiting
    await asyncio.gather(*busy)

    found = await asyncio.gather(*(pool.fetch(f"{PID} from pg_sleep(0.02)", ()) for _ in range(4)))
    assert len({rows[0][0] for rows in found}) == 2


async def test_a_statement_is_planned_anew_only_where_that_is_asked_for(pool: Pool) -> None:
    for _ in range(2):
        for anew, mode in ((False, "auto"), (True, "force_custom_plan"), (True, "force_custom_plan"), (False, "auto")):
            assert await pool.fetch("show plan_cache_mode", (), anew=anew) == [(mode,)]


async def test_a_connection_that_the_server_ended_is_replaced(pool: Pool) -> None:
    ((first,),) = await pool.fetch(PID, ())
    with pytest.raises(asyncpg.PostgresError):
        await pool.fetch("select pg_terminate_backend(pg_backend_pid())", ())
    await asyncio.sleep(0.02)

    ((second,),) = await pool.fetch(PID, ())

    assert second != first


async def test_who_waits_may_connect_where_the_one_before_could_not(shop_url: str) -> None:
    tries: list[int] = []

    async def connect() -> Any:
        tries.append(len(tries))
        await asyncio.sleep(0.01)
        if len(tries) == 1:
            raise ConnectionRefusedError
        return await asyncpg.connect(shop_url.replace("+psycopg", ""))

    pool = Pool(connect, 1)
    found = await asyncio.gather(*(pool.fetch("select 1", ()) for _ in range(3)), return_exceptions=True)
    await pool.close()

    assert [isinstance(one, ConnectionRefusedError) for one in found] == [True, False, False]
    assert len(tries) == 2


async def test_a_connection_that_was_lost_while_it_was_idle_costs_its_caller_nothing(pool: Pool, shop_url: str) -> None:
    ((first,),) = await pool.fetch(PID, ())
    with psycopg.connect(shop_url.replace("+psycopg", "")) as server:  # the event loop stands still: it cannot know yet
        assert server.execute("select pg_terminate_backend(%s, 5000)", [first]).fetchone() == (True,)

    ((second,),) = await pool.fetch(PID, ())

    assert second != first


async def test_a_statement_that_is_wrong_is_asked_once_and_its_connection_stays(pool: Pool) -> None:
    ((first,),) = await pool.fetch(PID, ())
    with pytest.raises(asyncpg.DivisionByZeroError):
        await pool.fetch("select 1 / 0", ())
    with pytest.raises(asyncpg.DataError):
        await pool.fetch("select $1::int", ["no number"])

    assert await pool.fetch(PID, ()) == [(first,)]


async def test_what_is_cancelled_after_the_end_is_ended_then_and_there(pool: Pool) -> None:
    before = asyncio.all_tasks()
    sleeping = asyncio.ensure_future(pool.fetch("select pg_sleep(20)", ()))
    await asyncio.sleep(0.05)
    await pool.close()
    sleeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sleeping

    assert asyncio.all_tasks() == before


async def test_callers_who_go_away_at_any_moment_leave_nothing_behind(pool: Pool) -> None:
    said: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, problem: said.append(problem))

    async def impatient(seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(pool.fetch("select pg_sleep(0.004)", ()), seconds)

    for round_ in range(10):
        await asyncio.gather(*(impatient((round_ + caller) / 2000) for caller in range(8)))
    found = await asyncio.gather(*(pool.fetch(f"{PID} from pg_sleep(0.02)", ()) for _ in range(4)))
    gc.collect()
    await asyncio.sleep(0)

    assert len({rows[0][0] for rows in found}) == 2
    assert said == []
