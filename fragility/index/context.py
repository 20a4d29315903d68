"""Indicators beside the five, for the profiles that read them: `index_contexte`.

What the edition's own tables give, and what the user brings, which takes the place of an edition's
indicator as a whole: one indicator has one source. An IRIS without a value takes its commune's, a
divided commune the mean of its IRIS, as for the five. What nothing gives is not in the table.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fragility.errors import BadFileError
from fragility.index.indicators import Cells, fill, from_iris, inherit, observed
from fragility.index.profile_model import Profile
from fragility.ledger import ledger, stack
from fragility.sources.indicator_files import Brought

ETAPE = "index_contexte"
UNKNOWN = "code absent de la carte de l'édition"
EMPTY = "sans valeur"
# Indicator -> (column of `core_recensement`, column of its year). Only a few have their own year:
# the others are of the same census as the rates of diplomas, or as the counts of people.
CENSUS = {
    "personnes_seules": ("personnes_seules_pct", "peu_diplomes_annee"),
    "familles_mono": ("familles_mono_pct", "peu_diplomes_annee"),
    "chomage": ("chomage_pct", "population_annee"),
    "jeunes": ("jeunes_pct", "peu_diplomes_annee"),
    "plus_65_15p": ("plus_65_15p_pct", "plus_65_annee"),
    "etrangers": ("etrangers_pct", "population_annee"),
    "ouvriers": ("ouvriers_pct", "population_annee"),
    "sans_voiture": ("sans_voiture_pct", "population_annee"),
}
# Indicator -> the one of the five that it completes to 100 %.
COMPLEMENTS = {"thd": "non_thd", "couvert_4g": "non_4g"}
_COLUMNS = ["niveau", "code", "indicateur", "valeur", "origine", "annee"]


def own_units(profiles: Sequence[Profile]) -> dict[str, str]:
    """Unit of each indicator that only these profiles declare."""
    return {item.id: item.unit for one in profiles for item in one.indicators if item.unit}


def build_context(
    communes: pd.DataFrame,
    iris: pd.DataFrame,
    recensement: pd.DataFrame,
    revenus: pd.DataFrame,
    indicators: pd.DataFrame,
    brought: Sequence[Brought] = (),
    competences: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Build `index_contexte` for communes and IRIS.

    Parameters
    ----------
    communes, iris, recensement, revenus : the core tables.
    indicators : table `index_indicateurs`.
    brought : what the user brings, see `sources.indicator_files`.
    competences : table `index_competences`: the rate of people in difficulty, for a profile that
        asks for it.

    Returns
    -------
    The table, a row per value, and the ledger of what the user brings.

    Raises
    ------
    BadFileError
        When no code of a file is on the edition's map.
    """
    units = iris.set_index("code_iris")
    places = pd.Index(communes["code_commune"])
    parent = units["code_commune"]
    whole = (units["type_iris"] == "Z") & ~parent.duplicated(keep=False)
    index = {"commune": places, "iris": units.index}
    census = {k: _level(recensement, k, codes) for k, codes in index.items()}
    income = {k: _level(revenus, k, codes) for k, codes in index.items()}
    five = {k: _level(indicators, k, codes) for k, codes in index.items()}
    population = census["iris"]["population"]

    def both(commune: Cells, own: Cells) -> tuple[Cells, Cells]:
        commune = fill(commune, from_iris(own, population, parent, places), "iris")
        return commune, inherit(own, commune, parent, whole)

    found: dict[str, tuple[Cells, Cells]] = {}
    for key, (column, year) in CENSUS.items():
        # The one IRIS of an undivided commune inherits: its origin is then that of the commune.
        figures = census["iris"].loc[:, [column, year]].where(~whole)
        found[key] = both(
            _census_commune(census["commune"], column, year),
            observed(figures[column], figures[year], _iris_origin(key, census["iris"])),
        )
    for key, column, dated in (
        ("niveau_vie", "niveau_vie_median", "niveau_vie_annee"),
        ("prestations", "dependance_prestations_pct", None),
    ):
        cells = []
        for level in ("commune", "iris"):
            rows = income[level] if level == "commune" else income[level].where(~whole)
            cells.append(observed(rows[column], rows[dated] if dated else np.nan))
        found[key] = both(cells[0], cells[1])
    for key, of in COMPLEMENTS.items():
        cells = [
            Cells(100 - five[k][f"{of}_pct"], five[k][f"{of}_origine"], five[k][f"{of}_annee"])
            for k in ("commune", "iris")
        ]
        found[key] = (cells[0], cells[1])
    if competences is not None:
        cells = [_estimated(competences, k, codes) for k, codes in index.items()]
        found["difficulte"] = (cells[0], cells[1])
    lines = []
    for item in brought:
        commune, own, line = _place(item, places, units)
        found[item.id] = both(commune, own)
        lines.append(line)
    frames = [
        _rows(level, key, cells[rank])
        for key, cells in found.items()
        for rank, level in enumerate(("commune", "iris"))
    ]
    table = pd.concat(frames, ignore_index=True)
    return table, stack(*lines)


def _estimated(competences: pd.DataFrame, level: str, index: pd.Index) -> Cells:
    """Rate of people in digital difficulty: modelled, or that of the commune for its parts."""
    own = _level(competences, level, index)
    return Cells(
        own["difficulte_numerique_pct"],
        own["difficulte_origine"].fillna("absent"),
        own["difficulte_annee"],
    )


def _census_commune(table: pd.DataFrame, column: str, year: str) -> Cells:
    """A share of the census of communes, where those that were split keep the old one's."""
    carried = table["peu_diplomes_origine"].eq("commune").map({True: "commune", False: "observe"})
    return observed(table[column], table[year], carried)


def _iris_origin(key: str, census: pd.DataFrame) -> pd.Series | str:
    """The ages of IRIS are estimated where only those of 2016 are published."""
    if key != "plus_65_15p":
        return "observe"
    return census["plus_65_origine"].eq("impute").map({True: "impute", False: "observe"})


def _place(
    item: Brought, places: pd.Index, units: pd.DataFrame
) -> tuple[Cells, Cells, pd.DataFrame]:
    """Put what the user brings on the edition's communes and IRIS.

    The value of a municipal arrondissement (Paris, Lyon, Marseille) is that of its IRIS.
    """
    rows = item.frame.set_index("code")
    district = units["code_arrondissement"].where(
        units["code_arrondissement"] != units["code_commune"]
    )
    known = rows.index.isin(places) | rows.index.isin(units.index) | rows.index.isin(district)
    if len(rows) and not known.any():
        raise BadFileError(
            "Aucun code de ce fichier n'est sur la carte de l'édition.",
            path=item.source,
            expected="des codes de communes (5 caractères) ou d'IRIS (9) de l'édition",
            found=", ".join(rows.index[:5]),
            remedy="vérifiez les codes et l'année de leur carte, ou placez le fichier dans un "
            "sous-dossier du nom de son édition",
        )
    commune = rows.reindex(places)
    own = rows.reindex(units.index)
    above = rows.reindex(district).set_axis(units.index)
    cells = fill(
        observed(own["valeur"], own["annee"]), observed(above["valeur"], above["annee"]), "observe"
    )
    line = ledger(
        ETAPE, item.source, len(rows) + item.empty, int(known.sum()),
        {UNKNOWN: int((~known).sum()), EMPTY: item.empty},
    )  # fmt: skip
    return observed(commune["valeur"], commune["annee"]), cells, line


def _level(table: pd.DataFrame, level: str, index: pd.Index) -> pd.DataFrame:
    return table[table["niveau"] == level].set_index("code").reindex(index)


def _rows(level: str, key: str, cells: Cells) -> pd.DataFrame:
    """Rows of one indicator on one level, its known values only."""
    known = cells.value.notna().to_numpy()
    return pd.DataFrame(
        {
            "niveau": level,
            "code": cells.value.index[known].astype("str"),
            "indicateur": key,
            "valeur": cells.value.to_numpy(float)[known],
            "origine": cells.origin.to_numpy()[known],
            "annee": cells.year.to_numpy()[known],
        }
    ).astype(
        {"niveau": "str", "code": "str", "indicateur": "str", "origine": "str", "annee": "Int64"}
    )[_COLUMNS]
