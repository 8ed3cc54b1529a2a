"""The suites of carriers and suppliers with an API see who acts twice, and who takes a no for something else."""

from pathlib import Path

import pytest

from crossdock.testing import Fault
from tests.crossdock.suites.parrot import parrot

_KEY = '"reference": ctx.key'
_CHANCE = "\"reference\": str(__import__('time').perf_counter_ns())"
_REFUSED = "raise AuthExpired("
_BOUGHT = "test_a_label_is_bought_once_whatever_happens_to_any_request"
_SUBMITTED = "test_an_order_is_submitted_once_whatever_happens_to_any_request"
_LOGIN = "test_refused_credentials_are_said_to_be_refused"


@pytest.mark.parametrize(
    ("kind", "file", "sound", "broken", "test", "given"),
    [
        ("carrier", "carrier.py", _KEY, _CHANCE, "test_a_timeout_after_success_does_not_buy_twice", {}),
        ("carrier", "carrier.py", _KEY, _CHANCE, _BOUGHT, {"fault": Fault.FAILED_AFTER}),
        ("carrier", "carrier.py", "_label(found[0]) if found", "_label(found[0]) if 1", _BOUGHT, {"fault": Fault.LOST}),
        ("carrier", "client.py", _REFUSED, "raise Rejected('401', ", _LOGIN, {}),
        ("supplier", "supplier.py", _KEY, _CHANCE, "test_a_timeout_after_success_does_not_submit_twice", {}),
        ("supplier", "supplier.py", _KEY, _CHANCE, _SUBMITTED, {"fault": Fault.FAILED_AFTER}),
        ("supplier", "client.py", _REFUSED, "raise Rejected('401', ", _LOGIN, {}),
    ],
)  # fmt: skip
def test_the_suite_sees_what_is_broken(
    kind: str, file: str, sound: str, broken: str, test: str, given: dict[str, object], tmp_path: Path
) -> None:
    with parrot(tmp_path / "sound", kind=kind) as bird:
        bird.run(test, **given)

    with (
        parrot(tmp_path / "broken", file, sound, broken, kind=kind) as bird,
        pytest.raises((Exception, pytest.fail.Exception)) as seen,
    ):
        bird.run(test, **given)
    assert not isinstance(seen.value, NameError)  # then it was broken in another way than was meant
