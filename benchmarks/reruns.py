"""Time a whole run of an edition, then runs after one of its sources has changed."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd

from fragility.sources.catalogue import find_edition, releases_of
from pipelines.display import quiet_dagster
from pipelines.runner import RunReport, run_edition

RERUNS = (
    "Seconds after start-up, one after the other, in folders of their own; a source changes when "
    "its last line is taken away."
)
CHANGED = ("anct_conseillers", "arcep_fixe", "credoc_barometre")


def reruns(name: str, raw: Path) -> pd.DataFrame:
    """Run an edition whole, then with nothing changed, then with each source of `CHANGED`."""
    quiet_dagster()
    edition = find_edition(name)
    with tempfile.TemporaryDirectory() as place:
        own, out = Path(place) / "raw", Path(place) / "out"
        for release in releases_of(edition):
            for file in release.files:
                target = own / release.folder / file.name
                target.parent.mkdir(parents=True, exist_ok=True)
                if not target.exists():
                    target.symlink_to((raw / release.folder / file.name).resolve())
        runs = [("everything", run_edition(name, own, out, "ifn-2023"))]
        runs.append(("nothing", run_edition(name, own, out, "ifn-2023")))
        for source in CHANGED:
            release = releases_of(edition, source)[0]
            shorten(own / release.folder / release.files[0].name)
            runs.append((f"`{release.id}`", run_edition(name, own, out, "ifn-2023")))
    whole = runs[0][1].seconds
    rows = [(what, *figures(report, whole)) for what, report in runs]
    columns = ["what changed", "tables and files computed", "kept", "seconds", "% of the whole run"]
    return pd.DataFrame(rows, columns=columns)


def figures(report: RunReport, whole: float) -> tuple[int, int, str, str]:
    """What a run computed and kept, its seconds, and their share of a whole run."""
    made = sum(len(names) for names in report.made.values())
    seconds = f"{report.seconds:.1f}"
    return made, len(report.kept), seconds, f"{100 * report.seconds / whole:.0f}"


def shorten(path: Path) -> None:
    """Take the last line of a file away, or the last row of a table."""
    source = path.resolve()
    path.unlink()
    if path.suffix == ".parquet":
        pd.read_parquet(source).iloc[:-1].to_parquet(path)
    else:
        path.write_bytes(b"".join(source.read_bytes().splitlines(keepends=True)[:-1]))
