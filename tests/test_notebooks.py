"""Notebooks run from top to bottom on the demonstration, and are committed without outputs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from fragility.schemas import INDICATORS
from tests.published_files import write_2023

ROOT = Path(__file__).parents[1]
# What each says at its end, when it has run to there.
LAST = {
    "01_premiers_pas": "% des communes,",
    "02_methode_et_validation": "% des communes sont fragiles ; le verdict est robuste pour",
    "03_ou_placer_des_postes": "% des personnes hors de portée y gagnent un conseiller",
}
NOTEBOOKS = [ROOT / "notebooks" / f"{name}.ipynb" for name in LAST]
COMPARISON = ROOT / "notebooks" / "02_methode_et_validation.ipynb"


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def run(path, demo, **variables):
    """Run its code cells, one after the other, in a fresh interpreter started in its folder."""
    script = "\n".join(
        "".join(cell["source"]) for cell in cells(path) if cell["cell_type"] == "code"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT / "notebooks",
        env={
            **os.environ,
            "FRAGILITY_OUT": str(demo[1].parent),
            "FRAGILITY_RAW": str(demo[0]),
            "MPLBACKEND": "Agg",
            "PYTHONPATH": str(ROOT),
            **variables,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    return done.stdout


def test_every_notebook_is_tested():
    assert sorted((ROOT / "notebooks").glob("*.ipynb")) == sorted(NOTEBOOKS)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_outputs_are_stripped(path):
    code = [cell for cell in cells(path) if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_it_runs_on_the_demonstration(path, demo, tmp_path):
    said = run(path, demo, FRAGILITY_REFERENCE=str(tmp_path))
    assert LAST[path.stem] in said.splitlines()[-1]
    if path == COMPARISON:
        assert f"Pas de fichier publié dans {tmp_path}" in said


def test_the_comparison_reads_a_published_file(demo, tmp_path):
    """A file of the portal made from the demonstration itself."""
    scores = pd.read_parquet(demo[1] / "tables" / "communes.parquet").set_index("code_commune")
    order = ["non_thd", "non_4g", "pauvrete", "plus_65", "peu_diplomes"]
    assert set(order) == set(INDICATORS)
    classes = scores[[f"score_{key}" for key in order]].dropna().clip(1, 10).round()
    write_2023(tmp_path / "ifn_2023.csv", classes.assign(total=classes.mean(axis=1)))
    said = run(COMPARISON, demo, FRAGILITY_REFERENCE=str(tmp_path))
    assert "Pas de fichier publié" not in said
    assert LAST[COMPARISON.stem] in said
