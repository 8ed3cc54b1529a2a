"""A package from elsewhere is built, installed by an installer, and found running in a hub, with all that it adds."""

import importlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from core import clock
from core.access import keys
from core.config import Config
from core.flows import sync
from core.hub import Hub, open_hub
from core.integrations.mirror import mirror
from core.integrations.models import SyncRun
from core.jobs.run import run_jobs
from crossdock import RateRequest
from crossdock.testing import CarrierContract
from schema.web import create_web
from tests import builders

PACKAGE = Path(__file__).parents[2] / "third_party" / "owl-post"
SECRET = "an-admin-key-for-tests"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where it was installed: from its own folder, without a network."""
    folder = tmp_path_factory.mktemp("owls")
    source = folder / "source"
    shutil.copytree(PACKAGE, source, ignore=shutil.ignore_patterns("__pycache__"))
    site = folder / "site"
    offline = ["--offline", "--no-index", "--no-deps", "--no-build-isolation", "--cache-dir", str(folder / "cache")]
    done = subprocess.run(
        [*(sys.executable, "-m", "uv", "pip", "install", "--quiet"), *offline, *("--target", str(site)), str(source)],
        env={"PATH": "", "VIRTUAL_ENV": sys.prefix, "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return site


@pytest.fixture
def _installed(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(site))
    importlib.invalidate_caches()
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "owl_post"]:
        del sys.modules[name]


@pytest.fixture
def hub(_installed: None, config: Config, database_url: str) -> Iterator[Hub]:
    config.plugins_file.write_text('[integrations.owls]\nplugin = "owl"\npence = 300\n', encoding="utf-8")
    hub = open_hub(config, database_url)
    with hub.transaction() as session:
        mirror(session, hub.registry)
        keys.ensure_admin(session, SECRET)
    yield hub
    hub.close()


@pytest.mark.usefixtures("_installed")
class TestOwl(CarrierContract):
    """It keeps the promises of its kind, as a bundled one does."""

    provider = "owl"


def test_it_is_found_and_its_carrier_is_asked_through_the_hub(hub: Hub) -> None:
    plugin = hub.registry.plugins["owl"]

    assert (plugin.problem, plugin.distribution, plugin.version) == (None, "owl-post", "1.2.0")
    assert hub.registry.integrations["owls"].capabilities == ["carrier.labels", "carrier.rates"]
    quote = RateRequest(ship_from=TestOwl.ship_from, ship_to=TestOwl.ship_to, parcels=(TestOwl.parcel,))
    rates = hub.provider("owls", "carrier").rates(hub.context("owls"), quote)
    assert [(rate.service, str(rate.cost)) for rate in rates] == [("night", "3.00 GBP")]


def test_the_api_has_its_field_and_its_page_and_lists_it(hub: Hub, session: Session, database_url: str) -> None:
    order = builders.an_order(session, builders.a_channel(session), {builders.an_item(session): 1})
    session.commit()
    query = """{
      orders(first: 1) { nodes { number owlRing { ring mood price { amount currency } } } }
      plugins { name version enabled loadError integrations { key jobs { name } } } }"""

    with TestClient(create_web(hub, database_url)) as client:
        answer = client.post("/graphql", json={"query": query}, headers={"authorization": f"Bearer {SECRET}"}).json()
        page = client.get("/x/owl/moon").text

    assert "errors" not in answer, answer
    assert answer["data"]["orders"]["nodes"] == [
        {
            "number": order.number,
            "owlRing": {"ring": f"OWL-{order.number}", "mood": "AWAKE", "price": {"amount": "2.50", "currency": "GBP"}},
        }
    ]
    (owl,) = [each for each in answer["data"]["plugins"] if each["name"] == "owl"]
    assert owl == {
        "name": "owl",
        "version": "1.2.0",
        "enabled": True,
        "loadError": None,
        "integrations": [{"key": "owls", "jobs": [{"name": "owl.moons"}]}],
    }
    assert page == "The owls are awake."


def test_its_job_runs_by_itself_and_goes_on_where_it_stopped(hub: Hub, session: Session) -> None:
    for _ in range(2):
        sync.tick(hub)
        run_jobs(hub)
        clock.shift(timedelta(days=1))
    clock.shift(timedelta(days=-2))

    assert list(session.scalars(select(SyncRun.job))) == ["owl.moons", "owl.moons"]
