"""What frontend teams do first: generate TypeScript from the schema and their documents, and compile against it."""

import json
import shutil
from pathlib import Path

import pytest

from tests.schema.http import packages
from tests.schema.http.examples import examples

SCHEMA = Path(__file__).parents[3] / "schema" / "schema.graphql"


@pytest.mark.slow
def test_typescript_is_generated_from_the_schema_and_compiles(tmp_path: Path) -> None:
    folder = packages.installed("codegen")
    (tmp_path / "node_modules").symlink_to(folder / "node_modules")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    shutil.copy(SCHEMA, tmp_path)
    for file in ("codegen.yml", "usage.ts"):
        shutil.copy(packages.LOCKS / "codegen" / file, tmp_path)
    (tmp_path / "documents").mkdir()
    for example in examples():
        (tmp_path / "documents" / f"{example.name}.graphql").write_text(example.query, encoding="utf-8")

    programs = folder / "node_modules" / ".bin"
    packages.run(tmp_path, str(programs / "graphql-codegen"), "--config", "codegen.yml")
    packages.run(tmp_path, str(programs / "tsc"), "--noEmit", "--strict", "--skipLibCheck", "usage.ts")

    generated = (tmp_path / "operations.ts").read_text(encoding="utf-8")
    for example in examples():
        assert f"export type {example.name}" in generated


@pytest.mark.parametrize("name", ["audit", "codegen"])
def test_a_lock_names_no_registry(name: str) -> None:
    lock = json.loads((packages.LOCKS / name / "package-lock.json").read_text(encoding="utf-8"))

    assert lock["packages"][""]["dependencies"]
    assert [path for path, package in lock["packages"].items() if "resolved" in package] == []
