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


def _national(name, pack, base):
    from pipelines.display import quiet_dagster
    from pipelines.runner import run_edition

    quiet_dagster()
    report = run_edition(name, pack / "raw", base, "ifn-2023")
    return base / name, report


@pytest.fixture(scope="session")
def national(pack, tmp_path_factory):
    """Output folder and report of one run of the national edition of 2021."""
    return _national("france-2021", pack, tmp_path_factory.mktemp("national"))


@pytest.fixture(scope="session")
def national_2025(national, pack):
    """Output folder and report of the edition that follows, beside the one before."""
    return _national("france-2025", pack, national[0].parent)
