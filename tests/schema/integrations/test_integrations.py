"""Plugins, integrations and what went wrong with them."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.config import Config
from core.external.models import CallState, ExternalCall
from core.external.service import intend
from core.hub import Hub
from core.inbox import service as inbox
from core.inbox.service import Raw
from core.integrations.mirror import mirror
from core.integrations.models import Integration
from core.jobs.models import FailedJob, Job
from tests.api import Api
from tests.core.flows.fulfilling import configured

SYNC = """mutation ($key: String!, $job: String!, $window: DateTimeRange) {
  integrationSync(key: $key, job: $job, window: $window) {
    syncRun { job state seen integration { key } } userErrors { code path } } }"""
REPLAY = """mutation ($ids: [ID!], $filter: InboxFilter) {
  inboxReplay(ids: $ids, filter: $filter) { messages { externalId } userErrors { code path } } }"""
INBOX = "query ($filter: InboxFilter) { inbox(filter: $filter) { nodes { id externalId state error } } }"
CALLS = (
    "query ($filter: ExternalCallFilter) { externalCalls(filter: $filter) { nodes { purpose integration { key } } } }"
)
FAILED = "query ($filter: FailedJobFilter) { failedJobs(filter: $filter) { nodes { id job error } } }"


@pytest.fixture
def config(config: Config, tmp_path: Path) -> Config:
    mill = f'[integrations.mill]\nplugin = "folder_supplier"\nfolder = "{tmp_path}/mill"\n'
    return configured(config, mill + '[integrations.broken]\nplugin = "nowhere"\n')


@pytest.fixture(autouse=True)
def mirrored(hub: Hub, session: Session) -> int:
    mirror(session, hub.registry)
    session.commit()
    return session.scalars(select(Integration.id).where(Integration.key == "mill")).one()


def test_plugins_and_integrations_are_listed_with_their_jobs(api: Api) -> None:
    asked = "{ plugins { name enabled kinds loadError integrations { key } } }"
    plugins = {plugin["name"]: plugin for plugin in api(asked)["plugins"]}
    assert plugins["folder_supplier"]["integrations"] == [{"key": "mill"}]
    asked = """query ($kind: PluginKind) {
      integrations(kind: $kind) { key fromFile jobs { name schedule lastRun { id } } } }"""

    assert api(asked, kind="SUPPLIER")["integrations"] == [
        {
            "key": "mill",
            "fromFile": True,
            "jobs": [
                {"name": "stock", "schedule": "every 5 minutes", "lastRun": None},
                {"name": "updates", "schedule": "every minute", "lastRun": None},
            ],
        }
    ]
    assert api(asked, kind="CARRIER")["integrations"] == []


def test_a_job_runs_when_somebody_asks(api: Api) -> None:
    run = api.done(SYNC, key="mill", job="updates")["syncRun"]

    assert run == {"job": "updates", "state": "SUCCEEDED", "seen": 0, "integration": {"key": "mill"}}
    asked = "query ($filter: SyncRunFilter) { syncRuns(filter: $filter) { totalCount } }"
    for wanted, count in (
        ({}, 1),
        ({"integration": ["mill"]}, 1),
        ({"job": ["other"]}, 0),
        ({"state": ["SUCCEEDED"]}, 1),
        ({"hasMissed": True}, 0),
        ({"hasMissed": False}, 1),
    ):
        assert api(asked, filter=wanted)["syncRuns"]["totalCount"] == count
    jobs = api("{ integrations(kind: SUPPLIER) { jobs { lastRun { job } } syncRuns { totalCount } } }")["integrations"]
    assert jobs == [{"jobs": [{"lastRun": None}, {"lastRun": {"job": "updates"}}], "syncRuns": {"totalCount": 1}}]
    assert api.refused(SYNC, key="nobody", job="updates") == [("NOT_FOUND", ["key"])]
    assert api.refused(SYNC, key="mill", job="other") == [("NOT_FOUND", ["job"])]
    window = {"from": "2026-01-01T00:00:00Z"}
    assert api.refused(SYNC, key="mill", job="updates", window=window) == [("NOT_SUPPORTED", ["window"])]


def test_messages_are_found_and_applied_again(api: Api, session: Session, mirrored: int) -> None:
    raws = [Raw(kind="order", external_id=name, payload="{}", version="1") for name in ("A", "B")]
    first, _ = inbox.keep(session, mirrored, raws)
    inbox.quarantine(session, first.id, "It makes no sense")
    session.commit()

    for wanted, found in (
        ({}, ["B", "A"]),
        ({"integration": ["mill"]}, ["B", "A"]),
        ({"state": ["QUARANTINED"]}, ["A"]),
        ({"externalId": "B"}, ["B"]),
        ({"receivedAt": {"to": "2020-01-01T00:00:00Z"}}, []),
    ):
        assert [node["externalId"] for node in api(INBOX, filter=wanted)["inbox"]["nodes"]] == found
    assert api.done(REPLAY, ids=[f"inb_{first.id}"])["messages"] == [{"externalId": "A"}]
    assert api.done(REPLAY, filter={"state": ["QUARANTINED"]})["messages"] == [{"externalId": "A"}]
    assert session.scalars(select(Job.name)).all() == ["inbox.apply"]
    assert api.refused(REPLAY) == [("INVALID", ["ids"])]
    assert api.refused(REPLAY, ids=["ord_1"]) == [("NOT_FOUND", ["ids", "0"])]


def test_external_calls_are_found(api: Api, session: Session, mirrored: int) -> None:
    call = intend(session, purpose="submit", subject="ful_1", call_key="ful_1", integration_id=mirrored)
    session.get_one(ExternalCall, call).state = CallState.UNKNOWN
    session.commit()

    seen = [{"purpose": "submit", "integration": {"key": "mill"}}]
    for wanted, found in (
        ({}, seen),
        ({"integration": ["mill"]}, seen),
        ({"purpose": ["label"]}, []),
        ({"state": ["UNKNOWN"]}, seen),
        ({"subject": "ful_2"}, []),
    ):
        assert api(CALLS, filter=wanted)["externalCalls"]["nodes"] == found


def test_failed_jobs_are_replayed_or_given_up(api: Api, session: Session, mirrored: int) -> None:
    fields: dict[str, Any] = {
        "queue": "orders",
        "arguments": {},
        "error": "Broke",
        "attempts": 5,
        "failed_at": clock.now(),
    }
    session.add_all([FailedJob(job=name, integration_id=mirrored, **fields) for name in ("orders.advance", "other")])
    session.commit()
    other, advance = (node["id"] for node in api(FAILED)["failedJobs"]["nodes"])
    for wanted, count in (
        ({"job": ["other"]}, 1),
        ({"integration": ["mill"]}, 2),
        ({"failedAt": {"to": "2020-01-01T00:00:00Z"}}, 0),
    ):
        assert len(api(FAILED, filter=wanted)["failedJobs"]["nodes"]) == count
    replay = "mutation ($ids: [ID!]!) { failedJobReplay(ids: $ids) { ids userErrors { code path } } }"
    discard = """mutation ($ids: [ID!]!, $why: String!) {
      failedJobDiscard(ids: $ids, reason: $why) { ids userErrors { code path } } }"""

    assert api.done(replay, ids=[advance])["ids"] == [advance]
    assert api.refused(replay, ids=[advance]) == [("NOT_FOUND", ["ids"])]
    assert api.refused(discard, ids=[other], why=" ") == [("INVALID", ["reason"])]
    assert api.done(discard, ids=[other], why="Done by hand")["ids"] == [other]
    queues = {queue["name"]: queue for queue in api("{ queues { name pending running failed } }")["queues"]}
    assert queues["orders"] == {"name": "orders", "pending": 1, "running": 0, "failed": 0}
