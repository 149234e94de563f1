PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# for bootstrap.py: CONSTRAINTS= installs the newest that pyproject.toml allows, LOCKED=1 what locks/ names, UV= does without uv
PACKAGES := db dispatch screens widgets
# many tests wait for a terminal, a server or a solver; one worker more costs 3 s of a core to start
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(16, 2 * (os.cpu_count() or 2)))')

# where it is set, each worker of the tests rewrites and compiles every module anew: 9 s of a core
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run test test-dates test-long check docs pictures cast bench bench-plans bench-peers growing lock clean

run: $(VENV)/.installed
	@$(BIN)/dispatch demo

test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

# the suite on other days, elsewhere, in German, on one core, without what is optional; one of them: ONLY=leap-day
test-dates: $(VENV)/.installed-dev
	$(BIN)/python -m tests.dates -n $(WORKERS) $(ONLY)

test-long: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "long or again"
	EXAMPLES=4000 $(BIN)/python -m pytest -n auto --timeout 3600 -m "hypothesis and not long"

check: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# the pages as a site, in dist/site; whatever leads nowhere fails it
docs: $(VENV)-docs/.installed
	NO_MKDOCS_2_WARNING=1 $(VENV)-docs/bin/mkdocs build --quiet --strict

$(VENV)-docs/.installed: locks/docs.txt
	$(PYTHON) -m venv $(VENV)-docs
	$(VENV)-docs/bin/python -m pip install --quiet --require-hashes -r locks/docs.txt
	@touch $@

# what every screen shows: texts that a review compares, SVGs to look at; one of them: NAME=board
pictures: $(VENV)/.installed-dev
	$(BIN)/python -m tests.pictures --svg docs/pictures/svg $(NAME)

# the tour in a real terminal, a recording of each chapter in docs/pictures
cast: $(VENV)/.installed-dev
	$(BIN)/python -m tests.cast

bench: $(VENV)/.installed-dev
	@$(BIN)/python -m compileall -q $(PACKAGES)
	$(BIN)/python -m benchmarks

bench-plans: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.planning

# what one machine carries, measured anew into docs/growing.md; about a quarter of an hour, the seats as root
growing: $(VENV)/.installed-dev
	$(BIN)/python -m benchmarks.growing

bench-peers: $(VENV)/.installed-dev
	@$(BIN)/python -m compileall -q $(PACKAGES)
	$(BIN)/python -m benchmarks.terminal

# each call looks: an environment that was interrupted, moved or lost its Python is made anew
$(VENV)/.installed $(VENV)/.installed-dev: FORCE
	@$(PYTHON) bootstrap.py $(if $(findstring -dev,$@),--dev)

FORCE:

# what a release and the checks are installed from, with hashes and for every system: needs uv
LOCK = uv pip compile -c constraints.txt --universal --python-version 3.11 --generate-hashes --upgrade \
	--no-emit-index-url --no-annotate --no-header --quiet
lock:
	$(LOCK) pyproject.toml --extra plan --group build -o locks/program.txt
	$(LOCK) pyproject.toml --extra plan --group build --group dev -o locks/tests.txt
	$(LOCK) --group docs -o locks/docs.txt

clean:
	rm -rf $(VENV) $(VENV)-docs .venv-install.log .venv-peers .pytest_cache .mypy_cache .ruff_cache .hypothesis
