PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# names and versions only; CONSTRAINTS= installs the newest that pyproject.toml allows
CONSTRAINTS ?= constraints.txt
# pip does not compile an editable install, and uncompiled modules make every start slower
PACKAGES := db dispatch screens widgets
# many tests wait for a terminal, a server or a solver; one worker more costs 3 s of a core to start
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(16, 2 * (os.cpu_count() or 2)))')
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test test-long check bench bench-peers clean

run: $(VENV)/.installed
	@$(BIN)/dispatch demo

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

test-long: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m long
	EXAMPLES=4000 $(BIN)/python -m pytest -n auto tests/charges/test_invariants.py

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-dev
	@$(BIN)/python -m compileall -q $(PACKAGES)
	$(BIN)/python -m benchmarks

bench-peers: $(VENV)/.installed-dev
	@$(BIN)/python -m compileall -q $(PACKAGES)
	$(BIN)/python -m benchmarks.terminal

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; say which with make PYTHON=python3.12"; exit 1; }
	@echo "Making an environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --upgrade 'pip>=25.1'

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml $(CONSTRAINTS)
	@echo "Installing …"
	@$(PIP) install $(if $(CONSTRAINTS),-c $(CONSTRAINTS)) -e '.[plan]'
	@$(BIN)/python -m compileall -q $(PACKAGES)
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@$(PIP) install $(if $(CONSTRAINTS),-c $(CONSTRAINTS)) --group dev
	@touch $@

clean:
	rm -rf $(VENV) .venv-peers .pytest_cache .mypy_cache .ruff_cache .hypothesis
