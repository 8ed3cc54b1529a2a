"""Our own warehouse says yes at once; on autopilot it says when a step is done."""

from datetime import timedelta
from pathlib import Path

from crossdock import Integration, WorkState, WorkStep
from crossdock.testing import SupplierContract, a_context
from crossdock.testing.context import NOON
from plugins.warehouse.settings import WarehouseSettings
from plugins.warehouse.supplier import Warehouse

WORK = [
    WorkState(
        reference=f"fo_{seconds}",
        order_number="1",
        location="main",
        next=WorkStep.PICK,
        since=NOON - timedelta(seconds=seconds),
    )
    for seconds in (0, 14, 15, 60)
]


def finished(settings: WarehouseSettings, home: Path) -> list[str]:
    warehouse = Warehouse(Integration("warehouse", "warehouse", settings))
    return list(warehouse.finished(a_context(settings, home), WORK))


def test_an_order_is_accepted_as_it_is_submitted(tmp_path: Path) -> None:
    settings = WarehouseSettings()
    warehouse = Warehouse(Integration("warehouse", "warehouse", settings))

    assert warehouse.submit(a_context(settings, tmp_path, key="k"), SupplierContract.order).accepted


def test_without_autopilot_people_tell_what_is_done(tmp_path: Path) -> None:
    assert finished(WarehouseSettings(), tmp_path) == []


def test_on_autopilot_a_step_is_done_after_the_pause(tmp_path: Path) -> None:
    assert finished(WarehouseSettings(autopilot=True, pause_seconds=15), tmp_path) == ["fo_15", "fo_60"]
