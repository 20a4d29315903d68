"""A user's edition is known to a command that starts from nothing, as on a real command line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OWN = """
[edition.a-moi]
title = "À moi"
base = "france-2021"
"""


@pytest.mark.parametrize("command", ["editions", "run"])
def test_an_edition_of_ones_own_is_known_at_the_first_command(tmp_path, command):
    raw = tmp_path / "raw"
    raw.mkdir()
    (raw / "editions.toml").write_text(OWN, encoding="utf-8")
    options = ["--raw", str(raw)]
    if command == "run":
        options += ["--edition", "a-moi", "--out", str(tmp_path / "out")]
    told = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", command, *options],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8",
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert "n'existe pas" not in told.stderr
    # Its files are missing: the edition was found, they were looked for.
    said = told.stdout if command == "editions" else told.stderr
    assert ("a-moi" in said) if command == "editions" else ("manqu" in said), told.stderr


def test_without_any_a_command_starts_at_once(tmp_path):
    """No reader, no Dagster is loaded to say the version."""
    code = (
        "import sys; sys.argv = ['fragility', 'version']\n"
        "from pipelines import cli\n"
        "try: cli.main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'dagster', 'pandas', 'sklearn'} & set(sys.modules)))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    assert told.stdout.splitlines()[-1] == "[]"
