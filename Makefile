# make serve   the board on http://localhost:6543
# make test    its tests on SQLite, with one journey of each kind in Chromium, where that is installed

PYTHON ?= python3
BIN := .venv/bin
# Written after a complete installation, and older than these files when they have changed since.
INSTALLED := .venv/installed

.PHONY: serve test test-postgresql test-all lint audit bench bench-limits translations pins

serve: $(INSTALLED)
	@$(BIN)/alembic -c development.ini upgrade head
	@$(BIN)/qaboard reindex
	@echo "Starting; Ctrl+C stops it."
	@$(BIN)/pserve development.ini --reload

# A process and a database for each core; the tests of one file stay together and share fixtures.
PYTEST := $(BIN)/pytest --numprocesses=auto --dist=loadfile

TESTS := tests/unit tests/functional tests/relevance
JOURNEYS := $(foreach kind,accounts asking answering editing deleting,tests/browser/test_browser_$(kind).py)

test: $(INSTALLED)
	$(PYTEST) $(TESTS) $(JOURNEYS)

test-postgresql: $(INSTALLED)
	$(PYTEST) --database=postgresql $(TESTS)

# Every page in every browser's way, whole sites and installations as well: about an hour.
test-all: $(INSTALLED)
	$(PYTEST)
	$(PYTEST) --database=postgresql

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/bandit --quiet --configfile pyproject.toml --recursive qaboard bench .ci

audit: $(INSTALLED)
	$(BIN)/python .ci/audit.py

# quick takes about 15 minutes, full about two hours; the figures go to bench/RESULTS.md.
SIZE ?= quick

bench: $(INSTALLED)
	$(BIN)/python bench/run_all.py --size $(SIZE)

# The two that can find something wrong within a minute.
bench-limits: $(INSTALLED)
	$(BIN)/python bench/rendering.py
	$(BIN)/python bench/login_timing.py

translations: $(INSTALLED)
	$(BIN)/pybabel -q extract --mapping-file qaboard/locale/babel.cfg --omit-header --add-location file --sort-by-file --output-file qaboard/locale/qaboard.pot qaboard
	$(BIN)/pybabel -q update --domain qaboard --input-file qaboard/locale/qaboard.pot --output-dir qaboard/locale --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/python qaboard/locale/fill_english.py
	$(BIN)/pybabel -q compile --domain "qaboard colander deform" --directory qaboard/locale

# The versions and hashes of all libraries: what a board needs, and what is needed beside it to work on
# it. Versions stay, as far as setup.py allows; UPGRADE=--upgrade looks for newer ones.
UPGRADE ?=
PIN := UV_CUSTOM_COMPILE_COMMAND="make pins" $(BIN)/uv pip compile setup.py --quiet $(UPGRADE) --universal --python-version 3.11 --generate-hashes --no-annotate

pins: $(INSTALLED)
	$(PIN) --extra postgresql --extra redis --output-file requirements.txt
	$(PIN) --extra test --constraints requirements.txt $$(sed -n 's/^\([a-z0-9-]*\)==.*/--no-emit-package \1/p' requirements.txt) --output-file requirements-development.txt

$(INSTALLED): setup.py requirements.txt requirements-development.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "qaboard needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ...")'
	@echo "Installing qaboard into .venv; this takes a minute or two, once."
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-development.txt
	@# Its own hash nobody knows; it is built by the setuptools above, with nothing fetched for it.
	$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(INSTALLED)
