"""The layout is a rule, not a habit: who may import whom, and which assets exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Data flows one way; a stage imports only from itself and those before it.
STAGES = ["sources", "territory", "index", "skills", "access", "export", "validation", "site"]
# Models of tables: every stage may use them, they use none.
SHARED = "schemas"


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", sorted((ROOT / "fragility").rglob("*.py")), ids=str)
def test_science_knows_nothing_of_orchestration(path):
    roots = {name.split(".")[0] for name in imports(path)}
    assert not roots & {"dagster", "pipelines", "typer", "rich"}


@pytest.mark.parametrize("path", sorted((ROOT / "fragility").rglob("*/*.py")), ids=str)
def test_a_stage_imports_only_from_stages_before_it(path):
    stage = path.relative_to(ROOT / "fragility").parts[0]
    allowed = [] if stage == SHARED else STAGES[: STAGES.index(stage) + 1]
    used = {
        name.split(".")[1]
        for name in imports(path)
        if name.startswith("fragility.") and name.split(".")[1] in STAGES
    }
    assert used <= set(allowed), f"{stage} imports {used - set(allowed)}"


@pytest.mark.parametrize("path", sorted((ROOT / "pipelines").glob("*.py")), ids=str)
def test_orchestration_does_not_compute(path):
    roots = {name.split(".")[0] for name in imports(path)}
    assert not roots & {"numpy", "scipy", "sklearn", "shapely", "rasterio"}


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml", "Makefile", ".ci/run"])
def test_what_installs_holds_no_address_and_no_option_that_takes_one(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    # `--no-emit-index-url` writes none; `--index-url`, `--find-links` and their like would.
    assert not re.search(r"--(?:extra-)?(?:index-url|index|find-links|trusted-host)\b", text)


def test_the_lock_pins_and_hashes_everything():
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert len(pins) > 50
    assert all("==" in pin and pin.endswith("\\") for pin in pins)
