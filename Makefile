# Everything runs in .venv; the only needs are Python 3.11+, pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
EDITION ?= demo
RAW ?= data/raw
REFERENCE ?= data/reference

.PHONY: run test validation passages picture benchmark lock dev clean

run: $(STAMP)
	$(BIN)/fragility run --edition $(EDITION) --raw $(RAW)

test: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest --doctest-modules

# The national files and the published values: make validation RAW=... REFERENCE=...
validation: $(STAMP)
	$(BIN)/fragility run --edition france-2021 --raw $(RAW)
	$(BIN)/fragility validation --edition france-2021 --reference $(REFERENCE)

# The passages between maps of communes and the published ones: make passages RAW=... REFERENCE=...
passages: $(STAMP)
	$(BIN)/fragility validation --passages --raw $(RAW) --reference $(REFERENCE)

picture: $(STAMP)
	$(BIN)/fragility run --edition demo
	$(BIN)/python -m fragility.validation.pictures data/processed/demo docs/images/demo.png

benchmark: $(STAMP)
	$(BIN)/python benchmarks/peers.py --raw $(RAW) --write docs/performance.md

dev: $(STAMP)
	env -u DAGSTER_HOME $(BIN)/dagster dev -m pipelines.definitions

# Needs uv; writes versions and hashes only, no address.
lock:
	uv pip compile pyproject.toml --extra dev --generate-hashes --no-emit-index-url \
		--no-emit-find-links --no-header --no-strip-extras --universal --python-version 3.11 -o requirements.lock

$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Il faut Python 3.11 ou plus récent.")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(STAMP)

clean:
	rm -rf $(VENV) .dagster .mypy_cache .ruff_cache .pytest_cache build *.egg-info
