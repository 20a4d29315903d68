"""A choice of posts, written as tables: the posts, the communes they serve, one line of summary."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fragility.access.candidates import LEVELS, Area
from fragility.access.pairs import Pairs
from fragility.access.simulate_sure import chance_words, gain_chance
from fragility.access.siting import SAME, Plan

MEMBERSHIP = ["code_epci", "code_departement", "nom_departement", "code_region"]


def first_post(pairs: Pairs, is_open: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Rank of the first post within reach of each home that had none, `pairs.places` for none.

    Parameters
    ----------
    pairs : homes and posts within the threshold, posts in the order of choice.
    is_open : homes beyond the threshold today.
    """
    first = np.full(pairs.homes, pairs.places, dtype=np.int64)
    np.minimum.at(first, pairs.home, pairs.place.astype(np.int64))
    return np.where(is_open, first, pairs.places)


def posts_table(
    chosen: gpd.GeoDataFrame,
    homes: pd.DataFrame,
    first: NDArray[np.int64],
    communes: pd.DataFrame,
    chance: pd.Series,
) -> gpd.GeoDataFrame:
    """Build `simulation_postes`, but for the larger communes (`with_centres`).

    Parameters
    ----------
    chosen : candidates in the order of choice.
    homes, first : homes, and the post that each is counted for (`len(chosen)` for none).
    communes : `core_communes`.
    chance : `simulate_sure.commune_chance`.
    """
    n = len(chosen)

    def per_post(values: pd.Series) -> NDArray[np.float64]:
        sums = np.bincount(first, values.to_numpy(dtype=float), minlength=n + 1)
        return sums[:n].astype(float)

    people = per_post(homes["en_difficulte"])
    weight = homes["en_difficulte"].to_numpy(dtype=float)
    likely = homes["code_commune"].map(chance).to_numpy(dtype=float)
    robust, mean = gain_chance(weight, likely, first, n)
    served = pd.DataFrame({"post": first, "commune": homes["code_commune"].to_numpy()})
    served = served[served["post"] < n].drop_duplicates()
    place = communes.set_index("code_commune").reindex(chosen["code_commune"])
    return gpd.GeoDataFrame(
        {
            "rang": np.arange(1, n + 1),
            "id_candidat": chosen["id_candidat"].astype("str").to_numpy(),
            "nom": chosen["nom"].astype("str").to_numpy(),
            "type_candidat": chosen["type_candidat"].astype("str").to_numpy(),
            "code_commune": chosen["code_commune"].astype("str").to_numpy(),
            "nom_commune": place["nom"].astype("str").to_numpy(),
            **{column: place[column].astype("str").to_numpy() for column in MEMBERSHIP},
            "nb_personnes_gagnees": people,
            "cumul_personnes_gagnees": np.cumsum(people),
            "population_gagnee": per_post(homes["population"]),
            "part_robuste_pct": robust,
            "probabilite_moyenne_pct": mean,
            "nb_communes_desservies": np.bincount(served["post"], minlength=n)[:n].astype("int64"),
            "longitude": chosen.geometry.x.to_numpy(dtype=float),
            "latitude": chosen.geometry.y.to_numpy(dtype=float),
        },
        geometry=gpd.GeoSeries(chosen.geometry.to_numpy(), crs=chosen.crs),
    )


def with_centres(
    postes: gpd.GeoDataFrame,
    candidates: gpd.GeoDataFrame,
    named: NDArray[np.int64],
    lost: NDArray[np.float64],
    communes: pd.DataFrame,
) -> gpd.GeoDataFrame:
    """Add beside each post the place in a larger commune that serves nearly the same people.

    Parameters
    ----------
    postes : `posts_table`.
    candidates, named : candidates, and the position in them of each substitute, -1 for none.
    lost : people that the whole list loses if this post alone moves there, shape (posts,).
    communes : `core_communes`.
    """
    columns = ["id_candidat", "nom", "type_candidat", "code_commune"]
    own = pd.DataFrame(
        {
            f"{column}_centre": candidates[column].astype("str").array.take(named, allow_fill=True)
            for column in columns
        }
    )
    names = communes.set_index("code_commune")["nom"].astype("str")
    own["nom_commune_centre"] = own["code_commune_centre"].map(names).astype("str")
    own["nb_personnes_perdues_centre"] = np.where(named >= 0, lost, np.nan)
    return gpd.GeoDataFrame(pd.concat([postes, own], axis=1), geometry="geometry", crs=postes.crs)


def territories_table(
    homes: pd.DataFrame,
    first: NDArray[np.int64],
    before: pd.DataFrame,
    after: pd.DataFrame,
    communes: pd.DataFrame,
    inside: set[str],
    posts: int,
    chance: pd.Series,
) -> pd.DataFrame:
    """Build `simulation_territoires`: communes fragile and not covered, those most helped first.

    What a commune known by a point gains is missing where its coverage becomes uncertain.

    Parameters
    ----------
    homes, first : homes of these communes, and the first post that reaches each (`posts`: none).
    before, after : `homes.commune_reach` of these communes.
    inside : codes of the communes of the area; others are listed only if a post reaches them.
    chance : `simulate_sure.commune_chance`.
    """
    codes = before.index
    place = communes.set_index("code_commune").reindex(codes)
    later = after.reindex(codes)
    reached = first < posts
    gained = homes[reached].groupby("code_commune")[["en_difficulte", "population"]].sum()
    gained = gained.reindex(codes).fillna(0.0).where(later["population_hors_portee_pct"].notna())
    rank = pd.Series(first[reached] + 1, index=homes.loc[reached, "code_commune"])
    table = pd.DataFrame(
        {
            "code_commune": codes.astype("str"),
            "nom": place["nom"].astype("str").to_numpy(),
            **{column: place[column].astype("str").to_numpy() for column in MEMBERSHIP},
            "est_dans_zone": codes.isin(inside),
            "est_fragile_non_couverte_avant": True,
            "est_fragile_non_couverte_apres": later["couverture"].eq("non_couverte").to_numpy(),
            "couverture_avant": before["couverture"].astype("str").to_numpy(),
            "couverture_apres": later["couverture"].astype("str").to_numpy(),
            "population_hors_portee_avant_pct": before["population_hors_portee_pct"].to_numpy(),
            "population_hors_portee_apres_pct": later["population_hors_portee_pct"].to_numpy(),
            "nb_personnes_hors_portee_avant": before["nb_personnes_hors_portee"].to_numpy(),
            "nb_personnes_gagnees": gained["en_difficulte"].to_numpy(),
            "population_gagnee": gained["population"].to_numpy(),
            "rang_premier_poste": rank.groupby(level=0).min().reindex(codes).astype("Int64").array,
            "probabilite_fragile_non_couverte_pct": chance.reindex(codes).to_numpy(dtype=float),
            "confiance_fragile_non_couverte": chance_words(chance.reindex(codes)).to_numpy(),
        }
    )
    kept = table["est_dans_zone"] | (table["population_gagnee"] > 0)
    return table[kept].sort_values(
        ["nb_personnes_gagnees", "code_commune"], ascending=[False, True], ignore_index=True
    )


def summary_table(
    plan: Plan,
    postes: pd.DataFrame,
    territoires: pd.DataFrame,
    *,
    posts: int,
    area: Area,
    communes: pd.DataFrame,
    threshold: float,
    kinds: Sequence[str],
    quota: tuple[str, int] | None,
    candidates: int,
    demand: float,
    people: float,
    moved: float,
) -> pd.DataFrame:
    """Build `simulation_resume`, one row: what was asked, what it brings, how sure it is.

    Parameters
    ----------
    demand, people : people in difficulty, and inhabitants, that the posts are to serve.
    moved : people in difficulty served when every post moves to its larger commune.
    """
    own = territoires[territoires["est_dans_zone"]]
    gained = float(postes["nb_personnes_gagnees"].sum())
    weight = postes["nb_personnes_gagnees"]

    def mean(column: str) -> float:
        known = weight.where(postes[column].notna(), 0.0)
        total = float(known.sum())
        return float((known * postes[column].fillna(0.0)).sum()) / total if total else np.nan

    return pd.DataFrame(
        {
            "niveau_zone": [area.niveau],
            "code_zone": pd.Series([area.code], dtype="str"),
            "nom_zone": [_name(area, communes)],
            "nb_postes_demandes": [posts],
            "nb_postes": [len(postes)],
            "raison_postes_en_moins": pd.Series(
                [_why_fewer(plan, posts, quota is not None)], dtype="str"
            ),
            "seuil_min": [float(threshold)],
            "types_candidats": ["|".join(kinds)],
            "quota_niveau": pd.Series([quota[0] if quota else None], dtype="str"),
            "quota": pd.array([quota[1] if quota else None], dtype="Int64"),
            "methode": ["exacte" if plan.proved else "approchee"],
            "est_optimum_prouve": [plan.proved],
            "ecart_max_pct": [100 * plan.gap],
            "secondes": [plan.seconds],
            "nb_personnes_hors_portee": [demand],
            "nb_personnes_gagnees": [gained],
            "part_robuste_pct": [mean("part_robuste_pct")],
            "probabilite_moyenne_pct": [mean("probabilite_moyenne_pct")],
            "nb_personnes_gagnees_centre": [moved],
            # Sums of the same people in another order may end a hair above the whole.
            "part_gagnee_pct": [min(100 * gained / demand, 100.0) if demand > 0 else np.nan],
            "nb_personnes_atteignables": [plan.reachable],
            "nb_personnes_borne": [plan.bound],
            "nb_personnes_gagnees_glouton": [plan.greedy_value],
            "population_hors_portee": [people],
            "population_gagnee": [float(postes["population_gagnee"].sum())],
            "nb_candidats": [candidates],
            "nb_communes_avant": [len(own)],
            "nb_communes_apres": [int(own["est_fragile_non_couverte_apres"].sum())],
            "nb_communes_incertaines": [int(own["couverture_apres"].eq("incertaine").sum())],
            "nb_communes_gain_inconnu": [int(own["population_gagnee"].isna().sum())],
        }
    )


def _why_fewer(plan: Plan, posts: int, has_quota: bool) -> str | None:
    """Why fewer posts are proposed than asked for; None when as many are."""
    if len(plan.chosen) >= posts:
        return None
    if plan.value >= plan.reachable * (1 - SAME):
        return "tous_atteints"
    return "quota" if has_quota and plan.proved else "temps"


def _name(area: Area, communes: pd.DataFrame) -> str:
    if area.niveau == "france":
        return "France"
    key = LEVELS[area.niveau]
    name = communes.loc[communes[key] == area.code, key.replace("code_", "nom_")]
    return str(name.iloc[0])
