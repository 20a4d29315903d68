"""Shared runs: the demonstration once per session, and the national edition if it can be."""

import os
from pathlib import Path

import pytest

# Run by the Python that owns QGIS, not collected by this one.
collect_ignore = ["qgis_render.py"]

ROOT = Path(__file__).parents[1]
PACK = Path(os.environ.get("FRAGILITY_PACK", ROOT.parent / "shared" / "data"))


@pytest.fixture(scope="session")
def pack() -> Path:
    """Folder of the national data pack, or skip."""
    if not (PACK / "raw").is_dir():
        pytest.skip(f"the national data pack is not in {PACK}")
    return PACK


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """Raw folder, output folder and report of one run of the demonstration."""
    from pipelines.display import quiet_dagster
    from pipelines.runner import run_edition

    quiet_dagster()
    base = tmp_path_factory.mktemp("demo")
    report = run_edition("demo", base / "raw", base / "out", "ifn-2023")
    return base / "raw", base / "out" / "demo", report


@pytest.fixture(scope="session")
def national(pack, tmp_path_factory):
    """Output folder and report of one run of the national edition."""
    from pipelines.display import quiet_dagster
    from pipelines.runner import run_edition

    quiet_dagster()
    base = tmp_path_factory.mktemp("national")
    report = run_edition("france-2021", pack / "raw", base, "ifn-2023")
    return base / "france-2021", report
