"""Proving that what the hub promises of its data holds: every invariant as a set-based check over one snapshot."""

from collections.abc import Callable

from sqlalchemy.engine import Connection, Engine

from core.verify import (
    available,
    costs,
    documents,
    events,
    exports,
    fulfillment,
    imports,
    jobs,
    kpis,
    ledger,
    lines,
    refunds,
    returns,
    rollups,
    settlements,
    stock,
)
from core.verify.check import Check, Finding

CHECKS: tuple[Check, ...] = (
    *lines.CHECKS,
    *returns.CHECKS,
    *stock.CHECKS,
    *available.CHECKS,
    *fulfillment.CHECKS,
    *ledger.CHECKS,
    *documents.CHECKS,
    *rollups.CHECKS,
    *kpis.CHECKS,
    *refunds.CHECKS,
    *settlements.CHECKS,
    *exports.CHECKS,
    *costs.CHECKS,
    *imports.CHECKS,
    *events.CHECKS,
    *jobs.CHECKS,
)

Report = Callable[[int, int, str], None]
"""Told before each check: how many are done, of how many, and what is looked at next."""


def run(engine: Engine, report: Report | None = None) -> list[Finding]:
    """Run all checks over one snapshot of the database, which may go on changing meanwhile. Changes nothing."""
    with engine.connect() as plain:
        connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            return examine(connection, report)


def examine(connection: Connection, report: Report | None = None) -> list[Finding]:
    """Run all checks in a transaction of the caller's."""
    findings = []
    for done, check in enumerate(CHECKS):
        if report is not None:
            report(done, len(CHECKS), check.promise)
        findings += check.run(connection)
    if report is not None:
        report(len(CHECKS), len(CHECKS), "")
    return findings


__all__ = ["CHECKS", "Check", "Finding", "Report", "examine", "run"]
