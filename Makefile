# Each target makes what it needs, in a private environment.
#
#   make play       plays; ARGS="--scenario crossing" goes to the game, and so to pytest below
#   make test       all tests but the long ones; it prints the CPU time that they took
#   make test-fast  those of them that need no compilation by JAX and no window: within a minute
#   make test-long  the long forms of tests, and only these, optimised as the game is
#   make coverage  make test, and how much of both packages it runs, by line and branch
#   make check      format, lint and types
#   make docs       the pages of docs/ with the reference from the docstrings, in build/docs
#   make web        the game as one web page, in build/web; it prints how large it is
#   make clean      removes what these made

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
# The bytecode of one process serves the others, also where the environment says otherwise.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: play test test-fast test-long coverage check docs web clean

play: $(VENV)/installed
	$(RUN) run_game.py $(ARGS)

test: $(VENV)/installed
	$(RUN) -m pytest $(ARGS)

test-fast: $(VENV)/installed
	$(RUN) -m pytest -m "not long and not compiles and not window" $(ARGS)

test-long: $(VENV)/documented
	JAX_DISABLE_MOST_OPTIMIZATIONS=0 $(RUN) -m pytest -m long $(ARGS)

coverage: $(VENV)/installed
	$(RUN) -m pytest --cov=engine --cov=nca_controller --cov-branch --cov-report=term-missing:skip-covered $(ARGS)

check: $(VENV)/installed
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(RUN) -m mypy

docs: $(VENV)/documented
	$(RUN) -m mkdocs build --strict --config-file docs/reference/mkdocs.yml

web: $(VENV)/installed
	$(RUN) -m nca_controller.export_web default --out build/web

$(VENV)/documented: $(VENV)/installed
	$(RUN) -m pip install --quiet --group docs
	@touch $@

$(VENV)/installed: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Maniple needs Python 3.11 or newer: make PYTHON=python3.11 $(MAKECMDGOALS)' >&2; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo 'python3 lacks its venv module; install it first: apt install python3-venv' >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --upgrade pip
	$(RUN) -m pip install --quiet --editable . --group dev
	@touch $@

clean:
	rm -rf $(VENV) build/docs build/web .pytest_cache .hypothesis .mypy_cache .ruff_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
