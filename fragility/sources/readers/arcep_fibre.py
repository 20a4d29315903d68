"""ARCEP: share of premises that fibre reaches, by commune, with the incomes printed beside it.

Fibre to the home (FttH) only: cable and fast copper do not count, so one minus this share is not
the share without 30 Mbit/s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from fragility.schemas import COMMUNE_CODE
from fragility.sources.readers.common import (
    check_codes,
    check_range,
    drop_duplicates,
    pad_code,
    read_csv,
    to_number,
)
from fragility.sources.readers.intake import COMMUNES, Intake

_KEY = "code_insee"


def read_fibre(
    path: Path | Intake, *, zeros_unknown: Sequence[str] = (), zeros_doubtful: Sequence[str] = ()
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read the share of premises that fibre reaches.

    Parameters
    ----------
    path : CSV, comma, one row per commune; Paris, Lyon and Marseille are empty in it.
    zeros_unknown : départements where 0 stands for a figure that is not collected.
    zeros_doubtful : départements where many zeros stand together: kept, and marked.

    Returns
    -------
    `code_commune`, `fibre_pct`, `est_douteux` (such a zero), and as printed beside it
    `population` (inhabitants), `superficie_km2`, `latitude`, `longitude` (degrees, town hall or
    centre); and the rows dropped by reason.
    """
    intake = Intake.of(path)
    frame, dropped = _read(intake, {
        "fibre_pct": "fibre_pct", "population": "population", "surface_km2": "superficie_km2",
        "lat": "latitude", "lon": "longitude",
    }, {"fibre_pct": (0, 100), "population": (0, None), "surface_km2": (0, None),
        "lat": (-90, 90), "lon": (-180, 180)})  # fmt: skip
    zero = frame["fibre_pct"].eq(0)
    frame["est_douteux"] = zero & frame["code_commune"].str.startswith(tuple(zeros_doubtful))
    unknown = zero & frame["code_commune"].str.startswith(tuple(zeros_unknown))
    frame["fibre_pct"] = frame["fibre_pct"].mask(unknown)
    return frame, dropped


def read_fibre_incomes(
    path: Path | Intake, *, income: str = "21"
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read the Filosofi figures of the same file: whole percents, tens of euros.

    Parameters
    ----------
    income : two digits of the income year.

    Returns
    -------
    `code_commune`, `nb_personnes`, `niveau_vie_median` (euros a year), `pauvrete_pct`; and the
    rows dropped by reason.
    """
    median, poverty = f"revenu_median_20{income}", f"taux_pauvrete_20{income}"
    return _read(
        Intake.of(path),
        {"population": "nb_personnes", median: "niveau_vie_median", poverty: "pauvrete_pct"},
        {"population": (0, None), median: (0, None), poverty: (0, 100)},
    )


def _read(
    intake: Intake,
    columns: Mapping[str, str],
    bounds: Mapping[str, tuple[float, float | None]],
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read numbers by commune, check them under the producer's names, and give them ours."""
    table = read_csv(
        intake, sep=",", key=_KEY, required=list(columns), keep=[_KEY, *columns],
        usual_rows=COMMUNES,
    )  # fmt: skip
    code = pad_code(table[_KEY], 5)
    check_codes(code, COMMUNE_CODE, intake)
    numbers = pd.DataFrame({old: to_number(table[old], intake) for old in columns})
    for column, (low, high) in bounds.items():
        check_range(numbers, [column], intake, low=low, high=high)
    frame = numbers.rename(columns=dict(columns))
    frame.insert(0, "code_commune", code)
    frame, repeated = drop_duplicates(frame, "code_commune", intake)
    frame, dropped = intake.settle(frame)
    return frame, {"ligne répétée": repeated, **dropped}
