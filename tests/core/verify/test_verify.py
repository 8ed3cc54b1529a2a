"""Verify finds nothing in a sound world, and each thing that is broken by force."""

import pytest
from sqlalchemy.engine import Engine

from core import verify
from tests.core.verify import world


@pytest.fixture
def sound(engine: Engine) -> Engine:
    world.build(engine)
    return engine


def test_a_sound_world_has_no_findings_and_progress_is_told(sound: Engine) -> None:
    told: list[tuple[int, int, str]] = []

    assert verify.run(sound, lambda done, of, promise: told.append((done, of, promise))) == []
    assert [done for done, _, _ in told] == list(range(len(verify.CHECKS) + 1))
    assert {of for _, of, _ in told} == {len(verify.CHECKS)}
    assert told[-1][2] == ""


def test_checks_have_names_of_their_own_and_cover_every_invariant() -> None:
    names = [check.name for check in verify.CHECKS]
    assert len(names) == len(set(names))
    assert {check.invariant for check in verify.CHECKS} == set(range(12))
