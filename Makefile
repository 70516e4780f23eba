# Two commands for a fresh machine: `make run` and `make test`. Needs python3 >= 3.11, pip and make.
UV := .tools/bin/uv
DATA ?= data
PORT ?= 8000
FAST := $(addprefix tests/,terms record assess board dose cohort exchange)
export UV_PROJECT_ENVIRONMENT := .venv

.PHONY: help run test test-plain bench fuzz soak mutants docs lint clean

help: ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(UV):
	@python3 -m pip install --quiet --disable-pip-version-check --target .tools uv 2>/dev/null \
	 || python3 -m pip install --quiet --disable-pip-version-check --break-system-packages --target .tools uv

.venv/.ready: $(UV) pyproject.toml uv.lock
	@$(UV) sync --frozen --quiet --compile-bytecode
	@touch $@

run: .venv/.ready ## set up, load the demonstration hospital, serve it on 127.0.0.1:8000
	@.venv/bin/myelon demo --data $(DATA) --port $(PORT)

test: .venv/.ready ## set up, run every check
	@$(UV) run --frozen --no-sync ruff check .
	@$(UV) run --frozen --no-sync ruff format --check .
	@$(UV) run --frozen --no-sync mypy
	@$(UV) run --frozen --no-sync lint-imports
	@$(UV) run --frozen --no-sync pytest

test-plain: .venv/.ready ## collect every test, run the fast ones: what a clone with nothing beside it must pass
	@$(UV) run --frozen --no-sync pytest --collect-only -q >/dev/null
	@$(UV) run --frozen --no-sync pytest -q $(FAST)

lint: .venv/.ready ## only the fast checks
	@$(UV) run --frozen --no-sync ruff check .
	@$(UV) run --frozen --no-sync mypy

bench: .venv/.ready ## measure side by side with the peers, write docs/performance.md
	@$(UV) sync --frozen --quiet --group bench
	@.venv/bin/python benchmarks/run.py

fuzz: .venv/.ready ## feed thousands of broken inputs to every reader
	@$(UV) run --frozen --no-sync pytest -m fuzz tests/fuzz

soak: .venv/.ready ## kill writers, tamper with journals, fill disks
	@$(UV) run --frozen --no-sync pytest -m soak tests/soak

mutants: .venv/.ready ## plant 200 faults in each of dose, assess and board: do the fast tests find them? (hours)
	@$(UV) sync --frozen --quiet --group mutants
	@for pillar in assess board dose; do .venv/bin/python tools/mutants.py $$pillar || exit 1; done

docs: .venv/.ready ## build the documentation into site/
	@$(UV) sync --frozen --quiet --group docs
	@NO_MKDOCS_2_WARNING=1 .venv/bin/mkdocs build --strict --quiet

clean: ## remove what the other commands made (never the data folder)
	rm -rf .venv .tools site .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
