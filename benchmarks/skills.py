"""Time the estimate of digital difficulty of an edition, and one fit per respondent beside ours.

    python benchmarks/skills.py --raw data/raw [--edition france-2021] [--out data/processed]
        [--write docs/performance.md]

The peer fits the same regularised logistic regression on one row per respondent, as scikit-learn
would be used without counting cells first.
"""

from __future__ import annotations

import argparse
import resource
import time
from pathlib import Path

import numpy as np
import pandas as pd
from page import markdown, write_section
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from fragility.skills.competences import complete, people_of
from fragility.skills.estimate import ILLECTRONISME, benchmark_year, estimate, fit_cells, set_level
from fragility.skills.model import (
    PENALTY,
    REPLICATES,
    bootstrap_rates,
    count_cells,
    design,
    fit_rates,
    survey_seed,
    usable,
)
from fragility.sources.catalogue import find_edition
from fragility.sources.corrections import load_corrections
from fragility.sources.files import on_hand
from fragility.territory.releases import Opener

TITLE = "People in digital difficulty"


def peer_seconds(people: pd.DataFrame, times: int) -> tuple[float, float]:
    """Seconds of as many fits on one row per respondent, and the largest gap to our rates."""
    rows = design()[people["cellule"].to_numpy()]
    start = time.perf_counter()
    model = LogisticRegression(C=PENALTY, max_iter=500, tol=1e-8)
    model.fit(rows, people["cible"], people["poids"])
    seconds = (time.perf_counter() - start) * times
    ours = fit_rates(count_cells(people))
    return seconds, float(np.abs(model.predict_proba(design())[:, 1] - ours).max())


def measure(edition: str, raw: Path, out: Path) -> tuple[pd.DataFrame, float]:
    """Time the communes of an edition: the point estimate, then the replicates."""
    picked = on_hand(find_edition(edition), raw)
    respondents = Opener(picked, raw, load_corrections(raw)).respondents()
    assert respondents is not None, "the edition reads a survey"
    tables = out / edition / "tables"
    census = pd.read_parquet(tables / "core_recensement.parquet")
    communes = pd.read_parquet(
        tables / "core_communes.parquet", columns=["code_commune", "code_epci"]
    )
    group = communes.set_index("code_commune")["code_epci"]
    towns = census[census["niveau"] == "commune"].set_index("code").reindex(group.index)
    level = ILLECTRONISME[benchmark_year(int(towns["population_annee"].mode().iloc[0]))]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    def point(replicates: int) -> float:
        start = time.perf_counter()
        people = usable(respondents)
        counts = count_cells(people)
        own = complete(people_of(towns), towns["population"], group)
        lived = own.count > 0
        number = own.count[lived].to_numpy(float)
        cells, _ = fit_cells(own.shares[lived], survey_seed(counts))
        rates = fit_rates(counts)
        drawn = bootstrap_rates(people, replicates=replicates) if replicates else rates[None]
        estimate(set_level(rates, drawn, cells, number, level), cells, number, towns.index[lived])
        return time.perf_counter() - start

    point(0)  # does not count
    first, whole = point(0), point(REPLICATES)
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - before
    other, gap = peer_seconds(usable(respondents), REPLICATES)
    table = pd.DataFrame(
        [
            ("estimate of every commune", f"{first:.1f}", "5", ""),
            (f"with {REPLICATES} replicates", f"{whole:.1f}", "45", f"{more:.0f}"),
            (f"{REPLICATES} fits on one row per respondent, alone", f"{other:.1f}", "", ""),
        ],
        columns=["task", "seconds", "at most", "MB more than before"],
    )
    return table, gap


def main() -> None:
    """Time, print, and write the section if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raw", type=Path, default=Path("data/raw"))
    parser.add_argument("--edition", default="france-2021")
    parser.add_argument("--out", type=Path, default=Path("data/processed"))
    parser.add_argument("--write", type=Path)
    arguments = parser.parse_args()
    with threadpool_limits(1):
        table, gap = measure(arguments.edition, arguments.raw, arguments.out)
    write_section(
        TITLE,
        f"Edition `{arguments.edition}`, one thread, `benchmarks/skills.py`. Rates of the fit on "
        f"counts and of scikit-learn's on respondents differ by {gap:.1e} at most.",
        markdown(table),
        arguments.write,
    )


if __name__ == "__main__":
    main()
