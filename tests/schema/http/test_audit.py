"""The endpoint against `graphql-http`, the audit that the authors of the GraphQL-over-HTTP draft wrote."""

import json
import shutil
from pathlib import Path

import pytest

from core.hub import Hub
from tests.schema.http import packages
from tests.schema.http.processes import a_web_process

pytestmark = pytest.mark.slow


def test_every_audit_of_graphql_over_http_passes(hub: Hub, tmp_path: Path) -> None:
    folder = packages.installed("audit")
    shutil.copy(packages.LOCKS / "audit" / "audit.mjs", folder)

    with a_web_process(hub, tmp_path) as web:
        results = json.loads(packages.run(folder, "node", "audit.mjs", web.address, web.secret))

    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61
