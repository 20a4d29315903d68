"""The demo's indicators brought by a user: the fictional figures that the variants by age read.

They stand for what a caisse or an observatory gives a territory; the editions of real territories
never read them (`indicator_files.py`).
"""

from typing import Final

import numpy as np
import pandas as pd

from fragility.sources.demo_formats import comma, csv_bytes
from fragility.sources.demo_people import band, build_people, sum_by
from fragility.sources.demo_territory import build_territory, stream

_FOLDER: Final = "indicateurs/demo"
_YEAR: Final = 2019
# Communes whose indicator is not given: a real file has holes.
_SHARE_HIDDEN: Final = 0.05


def brought_files() -> dict[str, bytes]:
    """Map relative path -> content, a file per indicator: code;valeur;annee."""
    people, keys = build_people(), build_territory().units["code_commune"]
    fields = people.fields
    old, young = band(people.ages, "50P"), band(people.ages, "1625")
    left = 0.62 * young
    counts = pd.DataFrame({
        "old": old, "young": young, "left": left, "oldest": band(people.ages, "75P"),
        "poor_old": old * (0.75 * fields["poverty"]).clip(0, 1),
        "low_old": old * (1.18 * fields["low_diploma"]).clip(0, 0.98),
        "poor_young": young * (1.35 * fields["poverty"]).clip(0, 0.95),
        "neet": young * (0.05 + 0.9 * fields["unemployment"]).clip(0, 0.6),
        "low_young": left * (0.72 * fields["low_diploma"]).clip(0, 0.95),
    })  # fmt: skip
    sums = sum_by(counts, keys)
    shares = {
        "pauvrete_50_plus": ("poor_old", "old"),
        "plus_75_50p": ("oldest", "old"),
        "peu_diplomes_50_plus": ("low_old", "old"),
        "pauvrete_moins_30": ("poor_young", "young"),
        "neet_16_25": ("neet", "young"),
        "peu_diplomes_15_25": ("low_young", "left"),
    }
    files = {}
    for key, (part, whole) in shares.items():
        rng = stream(f"indicateur {key}")
        drift = 1 + rng.normal(0, 0.03, len(sums))
        value = (100 * sums[part] / sums[whole].where(sums[whole] > 0) * drift).clip(0, 100)
        shown = value.where(rng.random(len(sums)) > _SHARE_HIDDEN)
        table = pd.DataFrame({
            "code": sums.index, "valeur": comma(shown, 1), "annee": np.full(len(sums), _YEAR),
        })  # fmt: skip
        files[f"{_FOLDER}/{key}.csv"] = csv_bytes(table, bom=True)
    return files
