# Everything runs in .venv; the only needs are Python 3.11+, pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
EDITION ?= demo
RAW ?= data/raw
REFERENCE ?= data/reference

# Two halves at once, for two cores: what reads the national runs, made once; the rest. A test that
# asks for the `national` fixture belongs to the first half. One thread each: two that wait for one
# another while the other half has the core turn a fit of a second into a minute.
FIRST := $(wildcard tests/test_national*.py) tests/test_reuse.py tests/test_compare_published.py tests/test_explain_cli.py tests/test_fiche_cli.py

.PHONY: run test validation requetes passages audit competences portee reseau sensibilite incertitude evolution profils picture benchmark lock dev clean

run: $(STAMP)
	$(BIN)/fragility run --edition $(EDITION) --raw $(RAW)

test: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@export OMP_NUM_THREADS=1; \
	$(BIN)/python -m pytest $(FIRST) > .pytest-first.log 2>&1 & first=$$!; \
	$(BIN)/mypy; types=$$?; \
	$(BIN)/python -m pytest --doctest-modules $(FIRST:%=--ignore=%) fragility tests; second=$$?; \
	wait $$first; first=$$?; cat .pytest-first.log; rm -f .pytest-first.log; \
	test $$types = 0 && test $$first = 0 && test $$second = 0

# The national files and the published values: make validation RAW=... REFERENCE=...
validation: $(STAMP)
	$(BIN)/fragility run --edition france-2021 --raw $(RAW)
	$(BIN)/fragility validation --edition france-2021 --reference $(REFERENCE)

# The passages between maps of communes and the published ones: make passages RAW=... REFERENCE=...
passages: $(STAMP)
	$(BIN)/fragility validation --passages --raw $(RAW) --reference $(REFERENCE)

# What the index measures, repeats and adds; needs the national files.
audit: $(STAMP)
	$(BIN)/fragility run --edition france-2021 --raw $(RAW)
	$(BIN)/fragility validation --audit --edition france-2021

# How many people are in difficulty, and what the estimate is worth; needs the national files.
competences: $(STAMP)
	$(BIN)/fragility run --edition france-2021 --raw $(RAW)
	$(BIN)/fragility validation --competences --edition france-2021 --raw $(RAW)

# Who is within reach of what; needs the national files.
portee: $(STAMP)
	$(BIN)/fragility run --edition france-2021 --raw $(RAW)
	$(BIN)/fragility validation --portee --edition france-2021

# Ten questions of a planner, with their SQL and their answers; needs the national files.
requetes: $(STAMP)
	$(BIN)/fragility run --edition france-2021 --raw $(RAW)
	$(BIN)/fragility run --edition france-2025 --raw $(RAW)
	$(BIN)/fragility validation --requetes --edition france-2021

# Minutes by road, on the OpenStreetMap extracts of $(RAW)/osm.
reseau: $(STAMP)
	$(BIN)/fragility validation --reseau --raw $(RAW)

# Which choices of the index its ranking depends on; needs the national files.
sensibilite: $(STAMP)
	$(BIN)/fragility run --edition france-2021 --raw $(RAW)
	$(BIN)/fragility validation --sensibilite --edition france-2021

# What the intervals are worth: hidden poverty against its intervals; needs the national files.
incertitude: $(STAMP)
	$(BIN)/fragility run --edition france-2021 --raw $(RAW)
	$(BIN)/fragility validation --incertitude --edition france-2021

# What changed between the national editions; needs their files.
evolution: $(STAMP)
	$(BIN)/fragility run --edition france-2021 --raw $(RAW)
	$(BIN)/fragility run --edition france-2025 --raw $(RAW)
	$(BIN)/fragility validation --evolution

# How the profiles of 2020 rank the published IRIS: make profils RAW=... REFERENCE=...
profils: $(STAMP)
	$(BIN)/fragility run --edition france-2021 --raw $(RAW)
	$(BIN)/fragility validation --profils --edition france-2021 --reference $(REFERENCE)

# Pictures of the README; needs Chromium, and QGIS for one of them.
picture: $(STAMP)
	$(BIN)/fragility run --edition demo
	$(BIN)/python -m fragility.site.pictures data/processed/demo docs/images

benchmark: $(STAMP)
	$(BIN)/python benchmarks/peers.py --raw $(RAW) --write docs/performance.md
	$(BIN)/python benchmarks/uncertainty.py --write docs/performance.md
	$(BIN)/python benchmarks/skills.py --raw $(RAW) --write docs/performance.md
	$(BIN)/python benchmarks/reach_peers.py --write docs/performance.md
	$(BIN)/python benchmarks/reach.py --write docs/performance.md
	$(BIN)/python benchmarks/products.py --write docs/performance.md

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
