"""Shared runs: the demonstration once per session, and the national edition if it can be."""

import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

# Run by the Python that owns QGIS and LibreOffice, not collected by this one.
collect_ignore = ["qgis_render.py", "libreoffice_open.py"]

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
    """Run an edition in a process of its own: its memory is then its own, and is given back."""
    from pipelines.display import quiet_dagster
    from pipelines.runner import run_edition

    alone = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=alone, initializer=quiet_dagster) as process:
        report = process.submit(run_edition, name, pack / "raw", base, "ifn-2023").result()
    return base / name, report


@pytest.fixture(scope="session")
def national(pack, tmp_path_factory):
    """Output folder and report of one run of the national edition of 2021."""
    return _national("france-2021", pack, tmp_path_factory.mktemp("national"))


@pytest.fixture(scope="session")
def national_2025(national, pack):
    """Output folder and report of the edition that follows, beside the one before."""
    return _national("france-2025", pack, national[0].parent)


@pytest.fixture
def call(monkeypatch, capsys):
    """Run a command in this process: exit code, standard output, errors."""
    from pipelines import cli

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["fragility", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return ended.value.code, out, err

    return run
