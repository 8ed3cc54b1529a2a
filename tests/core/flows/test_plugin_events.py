"""Plugins hear of everything, in order and at least once; one that fails or hangs holds up nobody else."""

import time
from collections.abc import Iterator
from datetime import timedelta
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core import clock, db, outbox
from core.config import Config
from core.flows import plugin_events, sync
from core.hub import Hub
from core.integrations.mirror import mirror
from core.integrations.models import SyncRun
from core.jobs.models import Job
from core.jobs.run import run_jobs
from core.plugins import hooks, load
from schema import plugin_routes
from tests.horizon import settle

LISTENER = """
    import crossdock
    import time
    from datetime import timedelta

    HEARD, FAILS, CURSORS = [], [], []

    class Quiet:
        def __init__(self, integration):
            pass

    @crossdock.hookimpl
    def crossdock_providers():
        return [crossdock.Provider("NAME", kind="notifier", settings=crossdock.Settings, factory=Quiet)]

    @crossdock.hookimpl
    def crossdock_on_event(event):
        if event.name in FAILS:
            raise ValueError("I will not hear this.")
        HEARD.append((event.event_id, event.name, event.order))

    @crossdock.hookimpl
    def crossdock_journal(event):
        pound = crossdock.Money(100, "GBP")
        account = {"good.news": "5100", "odd.news": "nowhere"}.get(event.name)
        if account:
            yield crossdock.EntryDraft(
                key=str(event.event_id), at=event.occurred_at, description="News",
                postings=(crossdock.Posting(account=account, amount=pound),
                          crossdock.Posting(account="2100", amount=-pound)),
            )

    def once(ctx):
        CURSORS.append(ctx.cursor)
        return str(len(CURSORS))

    @crossdock.hookimpl
    def crossdock_jobs():
        return [crossdock.PeriodicJob(name="NAME.count", summary="Counts", every=timedelta(hours=1), run=once)]

    async def page(scope, receive, send):
        if scope["query_string"] == b"raise":
            raise ValueError("No.")
        if scope["query_string"] == b"exit":
            raise SystemExit(3)
        while scope["query_string"] == b"block":
            time.sleep(0.001)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"hello from NAME"})

    @crossdock.hookimpl
    def crossdock_routes():
        return [crossdock.Route(path="/hello", app=page)]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


@pytest.fixture
def hub(config: Config, database_url: str, folder: Path) -> Iterator[Hub]:
    points = []
    for name in ("ears", "owl"):
        module = f"{name}_{folder.name.replace('-', '_')}"
        source = "\n".join(line[4:] for line in LISTENER.replace("NAME", name).splitlines())
        (folder / f"{module}.py").write_text(source)
        points.append(EntryPoint(name=name, value=module, group="crossdock.plugins"))
    config.plugins_file.write_text('[integrations.ears]\nplugin = "ears"\n[integrations.owl]\nplugin = "owl"\n')
    hub = Hub(config, db.connect(database_url), load(config.plugins_file, points=points))
    with hub.transaction() as session:
        mirror(session, hub.registry)
    yield hub
    hub.close()


def heard(hub: Hub, plugin: str) -> list[str]:
    module = hub.registry.plugins[plugin].module
    assert module is not None
    return [name for _, name, _ in module.HEARD]


def happens(session: Session, *names: str) -> None:
    for name in names:
        outbox.record(session, name, "settings", "It happened.")
    session.commit()
    settle(session.get_bind().engine)


def run(hub: Hub, session: Session) -> None:
    plugin_events.tick(hub)
    session.execute(update(Job).values(run_at=clock.now()))
    session.commit()
    run_jobs(hub)


def test_every_plugin_hears_what_happens_from_its_first_day_on_in_order(hub: Hub, session: Session) -> None:
    happens(session, "old.news")
    run(hub, session)
    happens(session, "first.news", "second.news")
    happens(session, "third.news")
    run(hub, session)
    run(hub, session)

    for plugin in ("ears", "owl"):
        assert [name for name in heard(hub, plugin) if name.endswith(".news")][-3:] == [
            "first.news",
            "second.news",
            "third.news",
        ]
        assert heard(hub, plugin).count("third.news") == 1


def test_one_that_fails_hears_it_again_and_is_at_last_spared_and_the_others_go_on(hub: Hub, session: Session) -> None:
    run(hub, session)
    ears = hub.registry.plugins["ears"].module
    assert ears is not None
    ears.FAILS.append("bad.news")
    happens(session, "bad.news", "later.news")

    for _ in range(3):
        run(hub, session)
    assert "later.news" in heard(hub, "owl")
    assert "later.news" not in heard(hub, "ears")

    for _ in range(3):
        run(hub, session)
    assert "later.news" in heard(hub, "ears")
    said = session.scalars(text("select message from events where name = 'plugin.event_passed_over'")).one()
    assert "ears failed 5 times to hear of bad.news" in said
    assert "I will not hear this." in said


def test_one_that_hangs_is_not_waited_for(hub: Hub, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    run(hub, session)
    happens(session, "slow.news")
    monkeypatch.setitem(hooks._SECONDS, "crossdock_on_event", 0.05)
    ears = hub.registry.plugins["ears"].module
    assert ears is not None
    ears.FAILS = _Forever()  # type: ignore[attr-defined]  # the plugin has it

    run(hub, session)

    assert "slow.news" in heard(hub, "owl")
    assert "slow.news" not in heard(hub, "ears")


class _Forever(list[str]):
    """Asking whether something is in it takes longer than anybody waits."""

    def __contains__(self, _name: object) -> bool:
        time.sleep(1)
        return False


def test_entries_that_balance_are_booked_once_and_others_are_said_to_be_refused(hub: Hub, session: Session) -> None:
    run(hub, session)
    happens(session, "good.news", "odd.news")
    run(hub, session)
    session.execute(text("delete from sync_cursors where job = 'events'"))
    run(hub, session)

    entries = session.execute(text("select rule, description from journal_entries order by rule")).all()
    assert entries == [("plugin:ears", "News"), ("plugin:owl", "News")]
    refused = session.scalars(text("select message from events where name = 'plugin.entry_refused'")).all()
    assert len(refused) == 2


def test_a_job_of_a_plugin_runs_when_it_is_due_and_goes_on_where_it_stopped(hub: Hub, session: Session) -> None:
    sync.tick(hub)
    run_jobs(hub)
    sync.tick(hub)
    run_jobs(hub)
    ears = hub.registry.plugins["ears"].module
    assert ears is not None
    assert ears.CURSORS == [None]

    clock.shift(timedelta(hours=1))
    try:
        sync.tick(hub)
        run_jobs(hub)
    finally:
        clock.shift(timedelta(hours=-1))
    assert ears.CURSORS == [None, "1"]
    assert set(session.scalars(select(SyncRun.job))) == {"ears.count", "owl.count"}


def test_a_route_of_a_plugin_answers_and_one_that_fails_ends_its_own_request(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin_routes, "_PULSE_SECONDS", 0.2)
    app = Starlette(routes=plugin_routes.routes(hub))
    with TestClient(app, raise_server_exceptions=False) as client:
        assert client.get("/x/ears/hello").text == "hello from ears"
        assert client.get("/x/owl/hello").text == "hello from owl"
        assert client.get("/x/ears/hello?raise").status_code == 500
        assert client.get("/x/ears/hello?exit").status_code == 500
        monkeypatch.setattr(plugin_routes, "SECONDS", 0.2)
        assert client.get("/x/ears/hello?block").status_code == 504
        monkeypatch.setattr(plugin_routes, "SECONDS", 30)
        assert client.get("/x/ears/hello").text == "hello from ears"
        assert [client.get(path).status_code for path in ("/x/ears/other", "/x/nobody/hello")] == [404, 404]
        assert client.post("/x/ears/hello").status_code == 404
