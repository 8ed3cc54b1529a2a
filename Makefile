# Crossdock's commands. `make` alone lists them.

PYTHON ?= python3
BIN    := .venv/bin
STAMP  := .venv/.complete
CODE   := core crossdock schema plugins migrations tests

.DEFAULT_GOAL := help
.SILENT:
.PHONY: help run test proof check format bench lock schema docs clean

help:  ## list these commands
	sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1 ~ \2/p' $(MAKEFILE_LIST) | column -t -s '~' 2>/dev/null \
	  || sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1: \2/p' $(MAKEFILE_LIST)

# Compiled ahead, for Python may be told to keep no bytecode, and then every start compiles everything anew.
run: $(STAMP)  ## start the hub with its own PostgreSQL and Valkey; Ctrl-C stops it
	$(BIN)/python -m compileall -q core crossdock schema plugins || true
	exec $(BIN)/crossdock up

test: $(STAMP)  ## run the tests; nothing else needs to run
	$(BIN)/python -m pytest

proof: $(STAMP)  ## run the long proofs: a year of orders, three channels at once, a full disk, killed processes, thousands of queries
	$(BIN)/python -m pytest -m long

check: $(STAMP)  ## style, types, arrows between packages, schema file, migrations
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet . || { echo 'Some files want "make format".'; exit 1; }
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports --no-logo
	$(BIN)/crossdock schema export --check
	$(BIN)/python -m pytest tests/migrations

format: $(STAMP)  ## mend what ruff can mend
	$(BIN)/ruff check --quiet --fix-only .
	$(BIN)/ruff format --quiet .

bench: $(STAMP)  ## measure the import, channels, forecasts, the read and the write path
	$(BIN)/python -m bench

schema: $(STAMP)  ## write schema/schema.graphql
	$(BIN)/crossdock schema export

docs: $(STAMP)  ## write docs/plugins/reference.md
	$(BIN)/crossdock plugins --reference > docs/plugins/reference.md

lock: $(STAMP)  ## resolve requirements.lock anew from pyproject.toml
	$(BIN)/uv pip compile pyproject.toml --quiet --all-extras --universal --python-version 3.11 \
	  --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links \
	  --output-file requirements.lock

clean:  ## remove .venv, caches and builds; the data in .crossdock stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist htmlcov .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment: exactly what the lock names, then the project itself, editable.
$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || { echo 'Crossdock needs Python 3.11 or newer; "$(PYTHON)" is missing or older. Name one with "make PYTHON=/path/to/python3.11".'; exit 1; }
	echo 'Preparing .venv ...'
	$(PYTHON) -m venv .venv >/dev/null \
	  || { echo 'Python cannot make a virtual environment here; on Debian and Ubuntu, install python3-venv.'; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements.lock)"
	$(BIN)/uv pip sync --quiet --compile-bytecode --python $(BIN)/python --require-hashes requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@
