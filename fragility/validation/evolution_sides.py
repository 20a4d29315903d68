"""The two editions of a comparison: their tables as published, and what can be compared of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from fragility.errors import BadFileError, MissingFileError
from fragility.index.profile_model import Profile
from fragility.index.redrawn import Edition as Gathered
from fragility.index.redrawn import gather
from fragility.schemas import INDICATORS
from fragility.schemas.columns import CONTEXT_LABELS
from fragility.sources.model import Edition
from fragility.validation.publication import Publication, read_publication

# What an indicator is from one edition to the other.
MEASURED, SAME, REVISED, REDEFINED, ABSENT = STATES = (
    "mesure",
    "inchange",
    "revise",
    "redefini",
    "absent",
)
COMPARED = (MEASURED, SAME, REVISED)
# Indicators measured as another one is, to which its definition and releases apply.
_LIKE = {"thd": "non_thd", "couvert_4g": "non_4g"}
# Context read from incomes, and what only a user's file gives; the rest is from the census.
_INCOMES = ("niveau_vie", "prestations")
_BROUGHT = (
    "pauvrete_50_plus", "plus_75_50p", "peu_diplomes_50_plus", "pauvrete_moins_30", "neet_16_25",
    "peu_diplomes_15_25",
)  # fmt: skip
_PLACES = (
    "code_commune", "nom", "code_epci", "nom_epci", "code_departement", "nom_departement",
    "code_region", "nom_region",
)  # fmt: skip


@dataclass(frozen=True)
class Side:
    """One edition of a comparison.

    Attributes
    ----------
    folder : where it is.
    said : what it read, and what it calls its indicators.
    index : values, origins and inhabitants of its communes and IRIS.
    parent : commune of each IRIS (index: IRIS).
    scores, goalposts, bounds, residuals : tables `index_scores`, `index_reperes`, `index_bornes`
        and `index_residus`.
    census, incomes : rows of level commune of `core_recensement` and `core_revenus`, by code.
    passage : table `core_passage`, None where the edition follows none.
    """

    folder: Path
    said: Publication
    index: Gathered
    parent: pd.Series
    scores: pd.DataFrame
    goalposts: pd.DataFrame
    bounds: pd.DataFrame
    residuals: pd.DataFrame
    census: pd.DataFrame
    incomes: pd.DataFrame
    passage: pd.DataFrame | None

    @property
    def edition(self) -> Edition:
        """What was computed."""
        return self.said.edition

    @property
    def codes(self) -> pd.Index:
        """Communes of its map."""
        return self.index.places.index


def require_computed(folder: Path, edition: str) -> Path:
    """Folder of an edition, or say how to compute it."""
    if not (folder / "tables" / "communes.parquet").is_file():
        raise MissingFileError(
            f"L'édition « {edition} » n'a pas encore été calculée.",
            path=folder,
            remedy=f"lancez « fragility run --edition {edition} »",
        )
    return folder


def read_side(folder: Path, edition: Edition, profile: Profile) -> Side:
    """Read an edition, published or being computed.

    Parameters
    ----------
    folder : its folder, the one that holds `tables/`.
    profile : index profile that it was computed with.

    Raises
    ------
    BadFileError
        When a table is missing or not in today's form.
    """
    tables = folder / "tables"
    iris = _read(tables / "core_iris.parquet", edition, ["code_iris", "code_commune"])
    places = _read(tables / "core_communes.parquet", edition, list(_PLACES))
    context = tables / "index_contexte.parquet"
    goalposts = _read(tables / "index_reperes.parquet", edition)
    bounds = _read(tables / "index_bornes.parquet", edition)
    said = read_publication(folder, edition, profile.id)
    index = gather(
        _read(tables / "index_indicateurs.parquet", edition), places, iris, profile,
        _read(context, edition) if context.is_file() else None,
    )  # fmt: skip
    parent = iris.set_index("code_iris")["code_commune"].reindex(index.values["iris"].index)
    return Side(
        folder=folder,
        said=said,
        index=index,
        parent=parent,
        scores=_read(tables / "index_scores.parquet", edition),
        goalposts=goalposts[goalposts["profil"] == profile.id],
        bounds=bounds[bounds["profil"] == profile.id],
        residuals=_read(tables / "index_residus.parquet", edition),
        census=_communes(_read(tables / "core_recensement.parquet", edition)),
        incomes=_communes(_read(tables / "core_revenus.parquet", edition)),
        passage=said.passage,
    )


def _communes(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["niveau"] == "commune"].set_index("code")


def _read(path: Path, edition: Edition, columns: list[str] | None = None) -> pd.DataFrame:
    try:
        return pq.read_table(path, columns=columns).to_pandas(ignore_metadata=True)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise BadFileError(
            f"Une table de l'édition « {edition.name} » ne peut être lue.",
            path=path,
            expected="une édition calculée par cette version du programme",
            found=str(error).splitlines()[0],
            remedy=f"lancez « fragility run --edition {edition.name} »",
        ) from error


def compare_indicators(before: Side, after: Side, profile: Profile) -> pd.DataFrame:
    """Say of each indicator whether it can be compared, and why not.

    Returns
    -------
    One row per indicator of the profile: `indicateur`; `etat`, see `STATES` (mesure: measured for
    other years; inchange: same files and same years; revise: same years, other files; redefini:
    another definition; absent: no value on one side); `libelle_avant`, `libelle_apres`;
    `livraisons_avant`, `livraisons_apres`; `annees_avant`, `annees_apres`.
    """
    rows = []
    for item in profile.indicators:
        key, like = item.id, _LIKE.get(item.id, item.id)
        sides = (before, after)
        labels = [_label(side, key, item.label) for side in sides]
        meaning = [side.said.labels.get(like) for side in sides]
        known = [bool(side.index.values["commune"][key].notna().any()) for side in sides]
        files = [_files(side.said, like) for side in sides]
        years = [_years(side, key) for side in sides]
        if not all(known):
            state = ABSENT
        elif meaning[0] != meaning[1]:
            state = REDEFINED
        elif years[0] != years[1]:
            state = MEASURED
        else:
            same = set(files[0]["lu"]) == set(files[1]["lu"])
            # Nothing tells the content of a file that a user brings.
            state = SAME if same and len(files[0]) else REVISED
        rows.append({
            "indicateur": key, "etat": state,
            "libelle_avant": labels[0], "libelle_apres": labels[1],
            "livraisons_avant": _listed(files[0]["release"]),
            "livraisons_apres": _listed(files[1]["release"]),
            "annees_avant": _listed(years[0]), "annees_apres": _listed(years[1]),
        })  # fmt: skip
    return pd.DataFrame(rows)


def comparable_profile(profile: Profile, indicators: pd.DataFrame) -> Profile:
    """Keep the indicators of a profile that can be compared; the others are left out of both sides.

    As many missing indicators are allowed as in the whole profile.
    """
    kept = set(indicators.loc[indicators["etat"].isin(COMPARED), "indicateur"])
    items = tuple(item for item in profile.indicators if item.id in kept)
    allowed = len(profile.indicators) - profile.min_subscores
    return replace(profile, indicators=items, min_subscores=max(len(items) - allowed, 1))


def _label(side: Side, key: str, own: str) -> str:
    if key in INDICATORS:
        return side.said.labels[key][0]
    return own or (CONTEXT_LABELS[key][0] if key in CONTEXT_LABELS else key)


def _files(said: Publication, key: str) -> pd.DataFrame:
    """Files behind an indicator, `lu` naming each with its content."""
    if key in INDICATORS:
        releases = set(said.releases(key))
    else:
        step = "core_revenus" if key in _INCOMES else "core_recensement"
        known = set() if key in _BROUGHT else {step}
        releases = set(said.steps.loc[said.steps["etape"].isin(known), "source"])
    own = said.files[said.files["release"].isin(releases)]
    return own.assign(lu=own["release"] + "/" + own["fichier"] + "/" + own["sha256"])


def _years(side: Side, key: str) -> list[int]:
    found: set[int] = set()
    for level in ("commune", "iris"):
        found |= set(cell_years(side, key, level).dropna().astype(int))
    return sorted(found)


def cell_years(side: Side, key: str, level: str) -> pd.Series:
    """Year of each figure of an indicator on a level, missing where there is none."""
    cells = side.index.cells[level]
    if key in INDICATORS:
        return cells[f"{key}_annee"]
    rows = side.index.context
    if rows is None:
        return pd.Series(pd.NA, index=cells.index, dtype="Int64")
    rows = rows[(rows["niveau"] == level) & (rows["indicateur"] == key)]
    return rows.set_index("code")["annee"].reindex(cells.index)


def _listed(values: pd.Series | list[int]) -> str:
    return ", ".join(str(value) for value in sorted(set(values)))
