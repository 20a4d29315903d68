"""Read a release with its real reader, and sum up what comes out: proof that it can be used."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from fragility.errors import BadFileError, UsageError
from fragility.sources.model import Release
from fragility.territory import place_lists, zoning_lists
from fragility.territory.dated import Dated
from fragility.territory.place_lists import open_list
from fragility.territory.releases import Opener
from fragility.territory.zoning_lists import open_quarters, open_zoning

Table = pd.DataFrame | Dated | None


def _coverage(opener: Opener) -> pd.DataFrame | None:
    """Files of 4G coverage, as a table: their polygons are never held."""
    found = opener.couverture_4g()
    rows = [(c.territory, c.operator) for c in found[1]] if found else []
    return pd.DataFrame(rows, columns=["territoire", "operateur"]) if found else None


def _outlines(opener: Opener) -> pd.DataFrame | None:
    """Quartiers prioritaires."""
    found = open_quarters(opener)
    return found[0] if found else None


READS: Mapping[str, tuple[Callable[[Opener], Any], ...]] = {
    "ign_communes": (Opener.commune_contours, Opener.other_commune_contours),
    "ign_iris": (Opener.iris_contours, Opener.iris_centres),
    "insee_cog": (Opener.cog_communes, Opener.departements, Opener.regions),
    "insee_iris": (Opener.iris_list,),
    "insee_epci": (Opener.epci,),
    "insee_cog_mouvements": (Opener.movements,),
    "insee_comparateur": (Opener.comparateur,),
    "rp_taux_communes": (Opener.taux_communes,),
    "insee_rp_communes": (Opener.base_cc,),
    "insee_rp_iris": (Opener.base_ic, Opener.habitat),
    "insee_filosofi_communes": (Opener.filosofi_communes,),
    "insee_filosofi_iris": (Opener.filosofi_iris,),
    "caf_iris": (Opener.caf,),
    "arcep_fixe": (Opener.fixe,),
    "arcep_fibre": (Opener.fibre,),
    "arcep_couverture": (_coverage,),
    "arcep_mobile_sites": (Opener.mobile_sites,),
    "credoc_barometre": (Opener.survey,),
    "eurostat_grille": (Opener.population_grid,),
    **{source: (partial(open_list, kind=kind),) for source, kind in place_lists.KINDS.items()},
    **{source: (partial(open_zoning, kind=kind),) for source, kind in zoning_lists.KINDS.items()},
    zoning_lists.QUARTERS: (_outlines,),
}
# Sources of which an edition reads several releases: of the others, only the first.
SEVERAL = (
    "anct_conseillers", "lieux_mediation",
    "ign_communes", "ign_iris", "insee_cog", "insee_epci", "insee_rp_iris",
    "insee_rp_communes", "insee_filosofi_communes",
)  # fmt: skip
# Euros a year. INSEE's files, for scale: median 21 610 and maximum 51 720 by commune (2019), 21 790
# and 59 880 by IRIS (2020).
INCOMES = (10_000, 50_000)
HIGHEST_INCOME = 200_000
COLUMNS = ["table", "colonne", "lignes", "manquants_pct", "minimum", "mediane", "maximum"]


def probe(opener: Opener, release: Release) -> pd.DataFrame:
    """Read the tables of one release and describe each column of numbers.

    Parameters
    ----------
    opener : of an edition that picks the release.

    Returns
    -------
    `COLUMNS`: table (its rank among those read), column, rows, missing cells in percent, and the
    least, median and greatest value, missing where every cell is. A table without numbers has one
    row, without column.

    Raises
    ------
    FragilityError
        What its reader says; UsageError when the edition reads another release instead.
    """
    parts = []
    for read in READS[release.source]:
        before = len(opener.taken)
        found = read(opener)
        if not any(owner is release for owner, _ in opener.taken[before:]):
            continue
        tables = [t for t in (found if isinstance(found, list) else [found]) if t is not None]
        own = [t for t in tables if not isinstance(t, Dated) or t.source == release.id]
        parts += [t.frame if isinstance(t, Dated) else t for t in own]
    missing = {path.path for owner, path in opener.taken if owner is release}
    if not parts or not missing:
        others = sorted({owner.id for owner, _ in opener.taken if owner is not release})
        raise UsageError(
            f"L'édition ne lirait pas la livraison {release.id}.",
            found="elle lit à la place : " + (", ".join(others) or "rien"),
            remedy="retirez cette autre source avec --sans SOURCE",
        )
    described = [describe(frame).assign(table=n) for n, frame in enumerate(parts, 1)]
    return pd.concat(described, ignore_index=True)[COLUMNS]


def describe(frame: pd.DataFrame) -> pd.DataFrame:
    """Sum up the columns of numbers of a table; see `probe`.

    Examples
    --------
    >>> describe(pd.DataFrame({"code": ["a", "b"], "v": [1.0, None]}))["manquants_pct"].tolist()
    [50.0]
    """
    numbers = frame.select_dtypes("number")
    if numbers.empty:
        return pd.DataFrame({"colonne": [""], "lignes": [len(frame)]}).reindex(columns=COLUMNS)
    summary = pd.DataFrame({
        "colonne": numbers.columns,
        "lignes": len(frame),
        "manquants_pct": 100 * numbers.isna().mean().to_numpy(),
        "minimum": numbers.min().to_numpy(float),
        "mediane": numbers.median().to_numpy(float),
        "maximum": numbers.max().to_numpy(float),
    })  # fmt: skip
    return summary.reindex(columns=COLUMNS)


def refuse_empty(proof: pd.DataFrame, required: Collection[str], path: Path) -> None:
    """Refuse a file of which a column that its source is read for holds nothing that can be read.

    Parameters
    ----------
    proof : see `probe`.
    required : names of those columns; one that the reader does not give as numbers is no matter.
    path : file that the user gave.
    """
    own = proof[proof["colonne"].isin(required)]
    left = own.groupby("colonne", sort=False)["manquants_pct"].min()
    if empty := [str(column) for column in left.index[left.eq(100)]]:
        raise BadFileError(
            f"Aucune valeur n'est lue pour : {', '.join(empty)}.", path=path,
            expected="des nombres",
            found="des cases vides, ou des marques de secret, sur toutes les lignes",
            remedy="regardez comment cette colonne est écrite, ou nommez-en une autre avec "
            f"--colonne {empty[0]}=COLONNE",
        )  # fmt: skip


def doubts_of(proof: pd.DataFrame) -> list[str]:
    """What is read and can hardly be: French sentences."""
    incomes = proof[proof["colonne"] == "niveau_vie_median"]
    low, high = INCOMES
    said = []
    if (wrong := incomes[~incomes["mediane"].between(low, high)]["mediane"].dropna()).size:
        said.append(
            f"la moitié des niveaux de vie est sous {wrong.iloc[0]:.0f} euros : est-ce bien par an "
            "et par unité de consommation ?"
        )
    if (wrong := incomes[incomes["maximum"] > HIGHEST_INCOME]["maximum"]).size:
        said.append(
            f"un niveau de vie médian atteint {wrong.iloc[0]:.0f} euros : est-ce une marque "
            "d'absence ?"
        )
    return said
