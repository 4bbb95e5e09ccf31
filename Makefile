# Every target does what it needs first: a fresh clone needs Python >= 3.11 and make, nothing else.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
SOURCES := src tests examples typing_tests $(wildcard bench)

.PHONY: install run test check soak bench format clean

install: .venv/dev

# The environment is made anew only when the project file or the pinned versions change.
.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Rowcast needs Python 3.11 or newer; say which with: make PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/run: .venv/python pyproject.toml constraints.txt
	$(PIP) --editable '.[server]'
	@touch $@

.venv/dev: .venv/run
	$(PIP) --editable '.[dev]'
	@touch $@

run: .venv/run
	$(BIN)/rowcast serve

# More workers than cores: half of the time a test waits for a server or a browser.
test: .venv/dev
	$(BIN)/python -m pytest -n 3 --dist loadgroup

check: .venv/dev
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports

# Stream equals query, for as long as one likes: make soak STEPS=1000000 SEED=1
STEPS ?= 1000000
SEED ?= 1

soak: .venv/dev
	$(BIN)/python -m tests.oracle.soak $(STEPS) $(SEED)

bench: .venv/dev
	$(BIN)/python bench/run.py
	$(BIN)/python bench/ops.py
	$(BIN)/python bench/live.py --plots bench/plots
	$(BIN)/python bench/storm.py
	$(BIN)/python bench/client.py

format: .venv/dev
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
