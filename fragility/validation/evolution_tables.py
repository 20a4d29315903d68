"""The counts and lists of a comparison of editions, from its table."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from fragility.index.composite import CLASSES
from fragility.index.indicators import SMALL_POPULATION
from fragility.schemas import INDICATORS
from fragility.validation.evolution import Evolution
from fragility.validation.evolution_rows import COMPARED, DOWN, STILL, UP
from fragility.validation.markup import number, signed

MOVERS = 20


def count_facts(evolution: Evolution) -> dict[str, float]:
    """Totals of a comparison: communes, significant rises and falls, changes of class."""
    table, rows = evolution.table, evolution.compared
    sure = rows["est_significatif"]
    up, down = sure & rows["sens"].eq(UP), sure & rows["sens"].eq(DOWN)
    still = rows["sens"].eq(STILL)
    people = rows["population"].fillna(0)
    weight = people if people.sum() > 0 else pd.Series(1.0, index=people.index)
    mean = float(np.average(rows["evolution"], weights=weight)) if len(rows) else float("nan")
    enters = rows["est_fragile_apres"] & ~rows["est_fragile_avant"]
    leaves = ~rows["est_fragile_apres"] & rows["est_fragile_avant"]
    return {
        "communes": int((table["statut"] != "sortie").sum()),
        "comparees": len(rows),
        "hausses": int(up.sum()),
        "baisses": int(down.sum()),
        "habitants_hausses": float(people[up].sum()),
        "habitants_baisses": float(people[down].sum()),
        "marge": int((~sure & ~still).sum()),
        "inchangees": int(still.sum()),
        "entrees": int(enters.sum()),
        "entrees_sures": int((enters & up).sum()),
        "sorties": int(leaves.sum()),
        "sorties_sures": int((leaves & down).sum()),
        "classes": int((rows["classe_avant"] != rows["classe_apres"]).sum()),
        "moyenne": mean,
    }


def class_changes(evolution: Evolution) -> pd.DataFrame:
    """Communes by class before (rows) and after (columns), 1 to 5."""
    rows = evolution.compared
    every = range(1, CLASSES + 1)
    counts = rows.groupby(["classe_avant", "classe_apres"]).size().unstack(fill_value=0)
    return counts.reindex(index=every, columns=every, fill_value=0).fillna(0).astype(int)


def list_movers(evolution: Evolution, sense: str) -> pd.DataFrame:
    """Communes of 200 inhabitants or more whose significant change is the largest, with `pourquoi`.

    Ties: the larger commune first, then the lower code.
    """
    rows = evolution.compared
    own = rows[
        rows["est_significatif"] & rows["sens"].eq(sense)
        & rows["population"].ge(SMALL_POPULATION)
    ]  # fmt: skip
    size = own["evolution"].abs().round(9)
    order = own.assign(_size=size).sort_values(
        ["_size", "population", "code_commune"], ascending=[False, False, True]
    )
    first = order.head(MOVERS).drop(columns="_size")
    return first.assign(pourquoi=[_why(row, evolution) for row in first.to_dict("records")])


def _why(row: Mapping[Hashable, Any], evolution: Evolution) -> str:
    """What each indicator brought to the change, the largest part first."""
    labels = dict(zip(evolution.indicators["indicateur"], evolution.indicators["libelle_apres"],
                      strict=True))  # fmt: skip
    parts = []
    for key in INDICATORS:
        part = row[f"contribution_{key}"]
        if abs(part) > 0.005:
            before, after = row[f"{key}_avant_pct"], row[f"{key}_apres_pct"]
            values = f"{number(before, 1)} → {number(after, 1)} %"
            if (after - before) * part <= 0:
                values = "dans ses IRIS"
            parts.append((
                -abs(part),
                f"{labels[key]} {values} ({signed(part, 2)})",
            ))  # fmt: skip
    return " ; ".join(text for _, text in sorted(parts))


def by_group(evolution: Evolution, level: str) -> pd.DataFrame:
    """Counts by `region` or `departement`, in the order of codes.

    Returns
    -------
    `code`, `nom`, `comparees`, `hausses`, `baisses` (significant), `entrees`, `sorties` (fragile on
    the fixed bound), `moyenne` (of the change, weighted by population).
    """
    rows = evolution.compared
    sure = rows["est_significatif"]
    people = rows["population"].fillna(0)
    frame = pd.DataFrame({
        "code": rows[f"code_{level}"], "nom": rows[f"nom_{level}"], "comparees": 1,
        "hausses": (sure & rows["sens"].eq(UP)).astype(int),
        "baisses": (sure & rows["sens"].eq(DOWN)).astype(int),
        "entrees": (rows["est_fragile_apres"] & ~rows["est_fragile_avant"]).astype(int),
        "sorties": (~rows["est_fragile_apres"] & rows["est_fragile_avant"]).astype(int),
        "pondere": rows["evolution"] * people, "habitants": people,
    })  # fmt: skip
    found = frame.groupby(["code", "nom"], as_index=False).sum()
    total = found["habitants"].where(found["habitants"] > 0)
    found["moyenne"] = found["pondere"] / total
    return found.drop(columns=["pondere", "habitants"])


def compared_share(evolution: Evolution) -> float:
    """Share of the later edition's inhabitants who live in a compared commune, in percent."""
    total = evolution.table["population"].sum()
    inside = evolution.table.loc[evolution.table["statut"] == COMPARED, "population"].sum()
    return float(100 * inside / total) if total else float("nan")
