"""The tables of a published edition that explain its scores, and only the columns it takes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pandas as pd

from fragility.index.composite import FRANCE
from fragility.index.context import ETAPE as CONTEXT
from fragility.index.profile_model import Profile
from fragility.schemas import INDICATORS, empty_table
from fragility.stored import column_names, read_stored, require_columns

# Table, code and name of each level.
LEVELS = {
    "commune": ("communes", "code_commune", "nom"),
    "iris": ("iris", "code_iris", "nom"),
    "epci": ("epci", "code_epci", "nom_epci"),
    "departement": ("departements", "code_departement", "nom_departement"),
}
# Territories around a place, from the widest to the closest.
AROUND = ("region", "departement", "epci")
_BASE = {"region": "code_region", "departement": "code_departement", "epci": "code_epci"}
Codes = Collection[str] | None


@dataclass(frozen=True)
class ExplainTables:
    """What explains the places of one level.

    Attributes
    ----------
    places : every place of the level (index: code): `nom`, memberships, `population`, `score`.
    values, points : one column per indicator of the profile, same index.
    rows : the places asked (index: code), with every column of their table but the contour.
    units : IRIS of the communes asked (index: `code_iris`), empty for other levels.
    facts : origin and year of each indicator of the places asked (`code`, `indicateur`, `origine`,
        `annee`), and the `fichier` of those that the user brought.
    bounds : lowest score of the classes 2 to 5.
    goalposts : table `index_reperes` of the profile.
    errors : `code`, `indicateur` and `erreur_90` of the modelled figures of the places asked, see
        `index_erreurs`; empty when the edition has none.
    uncertainty : rows asked of `index_incertitude` (index: code), empty when the edition has none.
    doubtful : communes whose fixed network figure is to be checked.
    """

    profile: Profile
    niveau: str
    places: pd.DataFrame
    values: pd.DataFrame
    points: pd.DataFrame
    rows: pd.DataFrame
    units: pd.DataFrame
    facts: pd.DataFrame
    bounds: list[float]
    goalposts: pd.DataFrame
    errors: pd.DataFrame
    uncertainty: pd.DataFrame
    doubtful: frozenset[str]

    @property
    def base(self) -> pd.Series | None:
        """Territory that each place is compared with by the profile, None for France."""
        if self.profile.base == FRANCE or _BASE[self.profile.base] not in self.places:
            return None
        return self.places[_BASE[self.profile.base]]


def read_columns(
    folder: Path, name: str, columns: list[str] | None = None, among: tuple[str, Codes] = ("", None)
) -> pd.DataFrame:
    """Read some columns of a published table, and the rows whose column is among some values.

    Parameters
    ----------
    columns : those wanted, where the table has them; all but the contour by default.

    Raises
    ------
    MissingFileError, BadFileError
        As `stored.read_stored`.
    """
    there = [c for c in column_names(folder, name) if c != "geometry"]
    wanted = there if columns is None else [c for c in dict.fromkeys(columns) if c in there]
    key, values = among
    # Arrow compares a column with nothing as with a column of no type.
    filters = None if values is None else [(key, "in", sorted(values) or [""])]
    return read_stored(folder, name, wanted, filters)


def read_tables(folder: Path, profile: Profile, niveau: str, codes: Codes = None) -> ExplainTables:
    """Read what explains the places of a level.

    Parameters
    ----------
    folder : folder of a published edition.
    profile : profile that it was computed with.
    codes : places that will be asked, all of them by default.
    """
    table, code, name = LEVELS[niveau]
    require_columns(folder, table)
    memberships = [f"{part}_{of}" for of in AROUND for part in ("code", "nom")]
    extra = ["code_commune", "nom_commune", "type_iris"] if niveau == "iris" else []
    measured = [*_value_columns("_pct"), *(f"score_{key}" for key in INDICATORS)]
    every = read_columns(
        folder, table, [code, name, *memberships, *extra, "population", "score", *measured]
    )
    every = every.rename(columns={name: "nom"} if name != "nom" else {}).set_index(
        code, drop=code in memberships
    )
    if niveau in ("epci", "departement"):
        every = every.drop(columns=[c for c in memberships if c in every])
    rows = read_columns(folder, table, among=(code, codes)).set_index(code, drop=False)
    if niveau in ("epci", "departement"):
        ranking = read_columns(folder, "index_scores", among=("niveau", [niveau]))
        rows = rows.join(ranking.set_index("code")[["rang", "est_fragile"]])
    units = _units(folder, codes) if niveau == "commune" else pd.DataFrame()
    values, points = _measures(folder, profile, niveau, every)
    parents = set(rows.index) if niveau == "commune" else set(rows.get("code_commune", ()))
    bounds = read_columns(folder, "index_bornes")
    goalposts = read_columns(folder, "index_reperes")
    return ExplainTables(
        profile=profile,
        niveau=niveau,
        places=every.drop(columns=every.columns.intersection(measured)),
        values=values,
        points=points,
        rows=rows,
        units=units,
        facts=_facts(folder, profile, niveau, rows),
        bounds=_bounds(bounds, profile),
        goalposts=goalposts[goalposts["profil"] == profile.id],
        errors=_errors(folder, niveau, codes),
        uncertainty=_uncertainty(folder, niveau, codes),
        doubtful=_doubtful(folder, None if codes is None else parents),
    )


def _value_columns(suffix: str) -> list[str]:
    return [f"{key}{suffix}" for key in INDICATORS]


def _bounds(table: pd.DataFrame, profile: Profile) -> list[float]:
    own = table[table["profil"].eq(profile.id) & table["borne"].eq("classe")]
    return [float(score) for score in own.sort_values("classe")["score_min"]]


def _measures(
    folder: Path, profile: Profile, niveau: str, every: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Values and points of each indicator of the profile, one row per place."""
    if set(profile.ids) <= set(INDICATORS):
        points = every[[f"score_{key}" for key in profile.ids]].set_axis(profile.ids, axis=1)
        values = every.reindex(columns=[f"{key}_pct" for key in profile.ids])
        return values.set_axis(profile.ids, axis=1), points
    # Points of other indicators are in no table: compute them again, on every level.
    from fragility.index.scores import compute_profile, indicator_values

    indicators = read_columns(folder, "index_indicateurs")
    context = read_columns(folder, "index_contexte")
    communes = read_columns(folder, "communes", ["code_commune", *_BASE.values()])
    iris = read_columns(folder, "iris", ["code_iris", "code_commune"])
    computed = compute_profile(indicators, context, communes, iris, profile)
    if niveau in ("commune", "iris"):
        values = indicator_values(indicators, context, niveau, profile).reindex(every.index)
    else:
        values = pd.DataFrame(float("nan"), index=every.index, columns=profile.ids)
    return values, computed.points[niveau].reindex(every.index)


def _facts(folder: Path, profile: Profile, niveau: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Origin and year of each indicator; EPCI and départements have none of their own."""
    columns = ["code", "indicateur", "origine", "annee"]
    brought = _brought(folder)
    if niveau not in ("commune", "iris"):
        return pd.DataFrame(columns=[*columns, "fichier"])
    known = [
        pd.DataFrame(
            {
                "code": rows.index,
                "indicateur": key,
                "origine": rows[f"{key}_origine"].to_numpy(),
                "annee": rows[f"{key}_annee"].to_numpy(),
            }
        )
        for key in profile.ids
        if key in INDICATORS
    ]
    if others := [key for key in profile.ids if key not in INDICATORS]:
        context = read_columns(folder, "index_contexte", among=("code", set(rows.index)))
        own = context[context["niveau"].eq(niveau) & context["indicateur"].isin(others)]
        known.append(own.reindex(columns=columns))
    facts = pd.concat(known, ignore_index=True)
    return facts.assign(fichier=facts["indicateur"].map(brought))


def _brought(folder: Path) -> dict[str, str]:
    """File of each indicator that the user brought, as the ledger of the run names it."""
    lines = read_columns(folder, "registre", ["etape", "source"])
    files = lines.loc[lines["etape"].eq(CONTEXT), "source"].unique()
    return {PurePosixPath(str(file)).stem: str(file) for file in files}


def _units(folder: Path, communes: Codes) -> pd.DataFrame:
    """IRIS of communes, with their values."""
    columns = [
        "code_iris", "code_commune", "nom", "type_iris", "population", "population_origine",
        "score", "classe",
    ]  # fmt: skip
    units = read_columns(
        folder, "iris", [*columns, *_value_columns("_pct")], ("code_commune", communes)
    )
    return units.set_index("code_iris")


def _uncertainty(folder: Path, niveau: str, codes: Codes) -> pd.DataFrame:
    if not (folder / "tables" / "index_incertitude.parquet").is_file():
        return pd.DataFrame()
    table = read_columns(folder, "index_incertitude", among=("code", codes))
    return table[table["niveau"] == niveau].set_index("code")


def _errors(folder: Path, niveau: str, codes: Codes) -> pd.DataFrame:
    columns = ["code", "indicateur", "erreur_90"]
    # A figure of an older edition is then given without its error.
    if not (folder / "tables" / "index_erreurs.parquet").is_file():
        return empty_table("index_erreurs")[columns]
    table = read_columns(folder, "index_erreurs", among=("code", codes))
    return table.loc[table["niveau"] == niveau, columns]


def _doubtful(folder: Path, communes: Codes) -> frozenset[str]:
    fixed = read_columns(
        folder, "core_fixe", ["code_commune", "est_douteux"], ("code_commune", communes)
    )
    return frozenset(fixed.loc[fixed["est_douteux"].fillna(False).astype(bool), "code_commune"])
