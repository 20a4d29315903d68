"""Why a place has its score: its parts, its rank, what would change it, who resembles it.

Everything that compares a place with the others is computed for all the places asked at once;
one place or 35,000 go through the same functions.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from fragility.index.composite import contributions, effective_weights
from fragility.index.explain_tables import AROUND, ExplainTables
from fragility.index.explanation_model import Explanation
from fragility.index.explanation_rows import (
    Row,
    band_of,
    certainty_of,
    difficulty_of,
    figure_of,
    memberships_of,
    neighbour_of,
    number,
    reach_of,
    shift_of,
    standing_of,
    text,
    unit_of,
    whole,
)
from fragility.index.neighbours import population_band, similar_places
from fragility.index.standings import rank_within
from fragility.index.thresholds import best_networks, class_shifts


def explain(tables: ExplainTables, codes: Collection[str]) -> dict[str, Explanation]:
    """Explain places of one level.

    Parameters
    ----------
    tables : see `read_tables`; its `rows` hold the places asked.
    codes : places asked; those that the level has not are left out.
    """
    asked = tables.rows.index.intersection(pd.Index(list(codes)), sort=False)
    figures = _figures(tables, asked)
    standings = _by_code(_standings(tables, asked))
    shifts = _by_code(_shifts(tables, asked))
    networks = best_networks(
        tables.points.loc[asked], tables.bounds, tables.goalposts, tables.profile,
        None if tables.base is None else tables.base.reindex(asked),
    ).to_dict("index")  # fmt: skip
    similar = _by_code(_similar(tables, asked))
    average = figures.groupby("code", sort=False)["moyenne"].sum(min_count=1)
    parts = _by_code(figures)
    units = _by_code(_divided(tables))
    certain = tables.uncertainty.to_dict("index")
    low, high = tables.profile.bounds
    bands = population_band(tables.places.loc[asked, "population"])
    found = {}
    for record, band in zip(tables.rows.loc[asked].to_dict("records"), bands, strict=True):
        row: Row = {str(key): value for key, value in record.items()}
        code = str(row[f"code_{tables.niveau}"])
        score = number(row["score"])
        network = networks.get(code, {})
        found[code] = Explanation(
            niveau=tables.niveau,
            code=code,
            nom=str(row["nom" if "nom" in row else f"nom_{tables.niveau}"]),
            appartenance=memberships_of(row, tables.niveau),
            profil=tables.profile.id,
            bornes_score=(number(low), number(high)),
            population=number(row["population"]),
            population_origine=text(row.get("population_origine")),
            population_annee=whole(row.get("population_annee")),
            est_petit_effectif=bool(row.get("est_petit_effectif", False)),
            est_douteux=row.get("code_commune") in tables.doubtful,
            score=score,
            score_moyen=None if score is None else number(average.get(code)),
            classe=whole(row["classe"]),
            rang=whole(row["rang"]),
            est_fragile=bool(row["est_fragile"]),
            certitude=certainty_of(certain.get(code)),
            indicateurs=tuple(figure_of(part) for part in parts[code]),
            places=tuple(standing_of(part, row) for part in standings.get(code, [])),
            changements=tuple(shift_of(part) for part in shifts.get(code, [])),
            score_reseaux=number(network.get("score")),
            classe_reseaux=whole(network.get("classe")),
            est_decoupee=code in units,
            iris=tuple(unit_of(part) for part in units.get(code, [])),
            semblables=tuple(neighbour_of(part, score) for part in similar.get(code, [])),
            bande=band_of(int(band)),
            portee=reach_of(row),
            difficulte=difficulty_of(row),
            motif=str(row.get("motif", "")),
            type_fragilite=text(row.get("type_fragilite")),
            nb_communes=whole(row.get("nb_communes")),
            nb_communes_fragiles=whole(row.get("nb_communes_fragiles")),
            nb_communes_fragiles_non_couvertes=whole(row.get("nb_communes_fragiles_non_couvertes")),
        )
    return found


def _figures(tables: ExplainTables, asked: pd.Index) -> pd.DataFrame:
    """One row per place and indicator, in the order of the profile."""
    profile = tables.profile
    points = tables.points.loc[asked, profile.ids]
    scored = tables.points.loc[tables.places["score"].notna(), profile.ids]
    # The average place, knowing what the place knows: the differences then add up too.
    average = points.notna().astype(float).where(points.notna()) * scored.mean()
    long = {
        "valeur": tables.values.loc[asked, profile.ids],
        "points": points,
        "poids": pd.DataFrame(effective_weights(points, profile), asked, profile.ids),
        "contribution": contributions(points, profile),
        "moyenne": contributions(average, profile),
    }
    frame = pd.DataFrame(
        {name: table.to_numpy(float).ravel() for name, table in long.items()}
    ).assign(
        code=np.repeat(asked.to_numpy(), len(profile.ids)),
        indicateur=np.tile(profile.ids, len(asked)),
    )
    keys = ["code", "indicateur"]
    frame = frame.merge(tables.facts, on=keys, how="left")
    return frame.merge(tables.errors.rename(columns={"erreur_90": "erreur"}), on=keys, how="left")


def _standings(tables: ExplainTables, asked: pd.Index) -> pd.DataFrame:
    territories: dict[str, pd.Series | None] = {"france": None}
    around = (*AROUND, "commune") if tables.niveau == "iris" else AROUND
    for of in around:
        if f"code_{of}" in tables.places:
            codes = tables.places[f"code_{of}"]
            # Communes outside any EPCI share a code, which is no number, not a territory.
            territories[of] = codes.where(codes.str.isdigit()) if of == "epci" else codes
    return rank_within(tables.places["score"], territories, asked)


def _shifts(tables: ExplainTables, asked: pd.Index) -> pd.DataFrame:
    points = tables.points.loc[asked]
    return class_shifts(
        tables.values.loc[asked], points, _own_points(tables, asked), tables.bounds,
        tables.goalposts, tables.profile,
        None if tables.base is None else tables.base.reindex(asked),
    )  # fmt: skip


def _own_points(tables: ExplainTables, asked: pd.Index) -> pd.DataFrame:
    """Whether points are those of the place's own value, or a mean over others' values."""
    ids = tables.profile.ids
    whole = tables.niveau == "iris" or tables.profile.divided == "own"
    own = pd.DataFrame(whole and tables.niveau in ("iris", "commune"), index=asked, columns=ids)
    if whole or tables.niveau != "commune":
        return own
    # A network known by commune is the same in all its IRIS: their mean is its own.
    groups = tables.units.groupby("code_commune")
    alone = groups.size().reindex(asked).eq(1)
    for key in ids:
        column = f"{key}_pct"
        same = alone
        if column in tables.units:
            low, high = groups[column].min().reindex(asked), groups[column].max().reindex(asked)
            same = (low.eq(high) & np.isclose(low, tables.values.loc[asked, key])) | alone
        own[key] = same.to_numpy(bool)
    return own


def _divided(tables: ExplainTables) -> pd.DataFrame:
    """IRIS of the communes that have several, the most fragile first."""
    if tables.units.empty:
        return pd.DataFrame(columns=["code"])
    several = tables.units["code_commune"].duplicated(keep=False)
    units = tables.units[several].rename_axis("code_iris").reset_index()
    ordered = units.sort_values(["score", "code_iris"], ascending=[False, True])
    columns = ["code_commune", "code_iris", "nom", "population", "population_origine", "score"]
    return ordered[columns].rename(columns={"code_commune": "code"})


def _similar(tables: ExplainTables, asked: pd.Index) -> pd.DataFrame:
    if tables.niveau not in ("commune", "iris"):
        return pd.DataFrame(columns=["code"])
    pool = tables.places[tables.places["score"].notna()]
    if tables.niveau == "iris":
        # An undivided commune is an IRIS of its own kind.
        whole = pool["type_iris"].eq("Z")
        kinds = [pool[whole], pool[~whole]]
    else:
        kinds = [pool]
    found = [
        similar_places(tables.values.loc[kind.index], kind["population"], asked) for kind in kinds
    ]
    columns = ["nom", "code_departement", "nom_departement", "population", "score"]
    if tables.niveau == "iris":
        columns.append("nom_commune")
    return pd.concat(found, ignore_index=True).merge(
        pool[columns], left_on="semblable", right_index=True, how="left"
    )


def _by_code(table: pd.DataFrame) -> dict[str, list[Row]]:
    """Rows of each place, in their order."""
    found: dict[str, list[Row]] = {}
    for row in table.to_dict("records"):
        found.setdefault(str(row["code"]), []).append({str(k): v for k, v in row.items()})
    return found
