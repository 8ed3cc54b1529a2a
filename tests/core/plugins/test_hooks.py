"""Every plugin is asked on its own: one that fails is reported, and the others still count."""

from datetime import UTC, datetime

from core.plugins import Fault
from crossdock import Event, FindingKind, OrderData, OrderView, ReturnRequest
from crossdock.testing.routing import PROBLEM
from tests.core.plugins.house import House

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ORDER = OrderView(
    order_id="ord_1",
    number="1",
    channel="manual",
    data=OrderData(external_id="1", placed_at=NOW, currency="GBP", lines=()),
)
EVENT = Event(event_id=1, name="order.imported", subject="ord_1", message="", actor="", occurred_at=NOW)

GOOD = """
    import crossdock
    from datetime import datetime, UTC

    @crossdock.hookimpl
    def crossdock_validate_order(order):
        yield crossdock.Finding(kind=crossdock.FindingKind.HOLD, code="po_box", message="It is a PO box.")

    @crossdock.hookimpl
    def crossdock_routing_constraints():
        return [crossdock.Exclusion(location="north", reason="It snows.")]

    @crossdock.hookimpl
    def crossdock_return_policy(request):
        return crossdock.PolicyVerdict(policy="kind", accepted=True)

    @crossdock.hookimpl
    def crossdock_journal(event):
        return [crossdock.EntryDraft(key="k", at=event.occurred_at, description="", postings=())]

    @crossdock.hookimpl
    def crossdock_on_event(event):
        pass
"""
SILENT = "import crossdock"
BAD = "\n".join(
    ["import crossdock"]
    + [
        f"@crossdock.hookimpl\ndef {name}():\n    raise RuntimeError('out of seed')"
        for name in (
            "crossdock_validate_order",
            "crossdock_routing_constraints",
            "crossdock_return_policy",
            "crossdock_journal",
            "crossdock_on_event",
            "crossdock_jobs",
        )
    ]
)


def asked(house: House) -> House:
    house.add("good", GOOD)
    house.add("silent", SILENT)
    house.add("bad", BAD)
    return house


TOML = "\n".join(f'[integrations.{name}]\nplugin = "{name}"' for name in ("good", "silent", "bad"))


def test_a_failing_check_becomes_a_warning_beside_the_others_findings(house: House) -> None:
    findings = asked(house).load(TOML).hooks.validate_order(ORDER)

    assert {(finding.plugin, finding.kind, finding.code) for finding in findings} == {
        ("good", FindingKind.HOLD, "po_box"),
        ("bad", FindingKind.WARN, "plugin_failed"),
    }
    (failed,) = [finding for finding in findings if finding.plugin == "bad"]
    assert failed.message == "Plugin 'bad' failed in crossdock_validate_order: RuntimeError: out of seed"


def test_the_others_answers_are_given_without_the_failing_one(house: House) -> None:
    hooks = asked(house).load(TOML).hooks

    assert [exclusion.reason for exclusion in hooks.routing_constraints(PROBLEM)] == ["It snows."]
    assert hooks.routing_signals(PROBLEM) == []
    verdicts = hooks.return_policy(ReturnRequest(order=ORDER, lines=(), requested_at=NOW))
    assert [verdict.policy for verdict in verdicts] == ["kind"]
    drafts = hooks.journal(EVENT, plugin="good")
    assert not isinstance(drafts, Fault)
    assert [draft.key for draft in drafts] == ["k"]
    assert hooks.jobs() == []
    assert hooks.schema() == []
    assert hooks.routes() == []


def test_who_failed_to_hear_an_event_is_named_so_that_it_is_told_again(house: House) -> None:
    (fault,) = asked(house).load(TOML).hooks.on_event(EVENT)

    assert (fault.plugin, str(fault.error)) == ("bad", "RuntimeError: out of seed")


def test_only_enabled_plugins_are_asked(house: House) -> None:
    hooks = asked(house).load('[integrations.silent]\nplugin = "silent"\n').hooks

    assert hooks.validate_order(ORDER) == []


def test_a_plugin_that_is_configured_twice_is_asked_once(house: House) -> None:
    hooks = asked(house).load(TOML + '\n[integrations.again]\nplugin = "good"\n').hooks

    assert len(hooks.routing_constraints(PROBLEM)) == 1
