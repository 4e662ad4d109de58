# `make` or `make help` prints the map. `make report` and `make test` do the set-up that they need.
.DEFAULT_GOAL := help
SHELL := /bin/sh
# the first Python that runs and is new enough (a name on the PATH may be an empty shim)
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
CORE := $(VENV)/.ready-core
DEV := $(VENV)/.ready-dev
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
export OMP_NUM_THREADS ?= 1

.PHONY: help setup report test slow lint types bench proof engines fuzz mutants compat coverage notebooks docs example clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer with venv is needed: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@echo "set-up: a virtual environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(CORE): $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "set-up: the package and what it needs (a minute, once)"
	@$(PIP) install -c constraints.txt -e .
	@echo "set-up: compiling the ARIMA kernel (once)"
	@$(BIN)/python -c "from forecast.arima.kernel import warm_up; print(warm_up())"
	@touch $(CORE)

$(DEV): $(CORE)
	@echo "set-up: tools for tests (a minute, once)"
	@$(PIP) install -c constraints.txt -e '.[dev]'
	@touch $(DEV)

setup: $(DEV) ## make .venv with everything that development needs

report: $(CORE) ## the main job: the forecast report of 7 May 2024, into reports/
	@$(BIN)/forecast experiment=guatemala_2024

test: $(DEV) ## lint, types and the tests (minutes)
	@$(MAKE) --no-print-directory -j 2 lint types
	@echo "tests: unit, contract, oracle, end to end"
	@$(BIN)/pytest

slow: $(DEV) ## the slow tests: whole rounds, kills, the browser (minutes)
	@$(BIN)/pytest -m 'slow and not proof'

lint: $(DEV) ## ruff, the order of rooms, spelling
	@echo "lint: ruff, import-linter, codespell"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/lint-imports --no-logo >/dev/null || $(BIN)/lint-imports
	@$(BIN)/codespell src tests conf docs benchmarks notebooks/*.py *.md

types: $(DEV) ## mypy, strict, on src
	@echo "types: mypy"
	@$(BIN)/mypy

bench: $(DEV) ## print the tables of speed and accuracy, peers side by side (slow)
	@for f in benchmarks/[a-z]*.py; do echo "== $$f"; $(BIN)/python $$f || exit 1; done

proof: $(DEV) ## slow proofs: simulations by the hundred (slow)
	@$(BIN)/pytest -m 'slow or proof' -n 2
	@$(MAKE) --no-print-directory engines
	@HYPOTHESIS_PROFILE=proof $(BIN)/pytest -n 2 tests/oracle/test_arima_properties.py tests/events/test_shapes.py tests/test_changes.py

# Fugue wants pandas before 3, so it has an environment of its own
ENGINES := .venv-engines
$(ENGINES)/.ready: pyproject.toml
	@$(PYTHON) -m venv $(ENGINES)
	@$(ENGINES)/bin/python -m pip --disable-pip-version-check --quiet install -e . 'pandas<3' fugue 'dask[distributed]' pyarrow utilsforecast
	@touch $(ENGINES)/.ready

engines: $(ENGINES)/.ready ## the same backtest by Fugue, Dask and a scheduler: are the bytes the same?
	@$(ENGINES)/bin/python benchmarks/engines.py

fuzz: $(DEV) ## 20,000 broken inputs for every reader: read rightly or refused in words (minutes)
	@$(BIN)/python benchmarks/fuzz.py

mutants: $(DEV) ## small mistakes in the source: do the tests notice? (hours)
	@$(BIN)/python benchmarks/mutants.py

compat: $(DEV) ## lowest and newest versions, every Python at hand, wheel and sdist in bare environments (an hour)
	@$(BIN)/python benchmarks/compat.py

# compiled functions are seen where numba compiles nothing
coverage: $(DEV) ## branch coverage of the tests, room by room; other processes are counted (an hour)
	@$(BIN)/coverage erase
	@COVERAGE_FILE=$(CURDIR)/.coverage NUMBA_DISABLE_JIT=1 $(BIN)/coverage run -m pytest -n 2 tests/arima/test_compiled.py tests/arima/test_compiled_parts.py -k 'not lets_other_threads_run'
	@COVERAGE_FILE=$(CURDIR)/.coverage $(BIN)/coverage run -m pytest -n 2
	@$(BIN)/coverage combine --quiet
	@$(BIN)/python benchmarks/covered.py

notebooks: $(DEV) ## execute the notebooks and write their .ipynb
	@$(BIN)/python notebooks/execute.py

docs: $(DEV) ## build the site (site-docs/index.html), run all code in README and docs
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet --clean && echo "site: site-docs/index.html (search needs: python -m http.server -d site-docs)"
	@$(BIN)/pytest tests/test_docs.py

example: $(CORE) ## rewrite reports/example, the committed report
	@rm -rf reports/.example && $(BIN)/forecast experiment=guatemala_2024 report.png=false report.folder=reports/.example
	@rm -rf reports/example && mv reports/.example/guatemala_2024/* reports/example && rm -rf reports/.example reports/example/backtest.csv.gz

clean: ## remove the environment and all that was made
	@rm -rf $(VENV) site-docs .forecast-cache .pytest_cache .mypy_cache .ruff_cache build dist
