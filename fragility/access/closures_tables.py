"""Closures, written as tables: the places, the communes that lose by them, one line of sums."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fragility.access.homes import is_uncovered


def places_table(
    places: gpd.GeoDataFrame,
    closed: NDArray[np.bool_],
    lost: NDArray[np.bool_],
    address: NDArray[np.int64],
    nearest: NDArray[np.int64],
    homes: pd.DataFrame,
    near: NDArray[np.bool_],
    falls: NDArray[np.bool_],
    vague: pd.Index,
    untold: pd.Index,
    communes: pd.DataFrame,
) -> gpd.GeoDataFrame:
    """Build `fermetures_lieux`: those whose end costs most first.

    Parameters
    ----------
    places, closed, lost, address : places; which close; which are at an address where all close;
        number of their address, shape (places,) each.
    nearest : address nearest to each home, -1 for none, shape (homes,).
    homes, near, falls : homes; which are within reach today; which fall out of it.
    vague, untold : communes where nothing tells how many are within reach today; or how many lose
        by the closures. What a place in them, or nearest to their point, serves or loses is
        missing.
    communes : `core_communes`.
    """
    first = np.flatnonzero(lost)[np.unique(address[lost], return_index=True)[1]]
    counts = np.zeros(len(places), dtype=bool)
    counts[first] = True

    def of_address(column: str, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        mask = mask & (nearest >= 0)
        people = homes[column].to_numpy(dtype=float)[mask]
        sums = np.bincount(nearest[mask], people, minlength=int(address.max()) + 1)
        return np.where(counts, sums[address], 0.0)[closed]

    def serves(those: pd.Index) -> NDArray[np.bool_]:
        nearby = nearest[homes["code_commune"].isin(those).to_numpy() & (nearest >= 0)]
        serving: NDArray[np.bool_] = places["code_commune"].isin(those) | np.isin(address, nearby)
        return np.asarray(serving)[closed]

    served, left = ~serves(vague), ~(serves(untold) & lost[closed])

    own = places[closed]
    commune = communes.set_index("code_commune").reindex(own["code_commune"])
    return gpd.GeoDataFrame(
        {
            "id": own["id"].astype("str").to_numpy(),
            "nom": own["nom"].astype("str").to_numpy(),
            "code_commune": own["code_commune"].astype("str").to_numpy(),
            "nom_commune": commune["nom"].astype("str").to_numpy(),
            "code_departement": commune["code_departement"].astype("str").to_numpy(),
            "nb_conseillers": own["nb_conseillers"].to_numpy(dtype=float),
            "est_adresse_perdue": lost[closed],
            "population_servie": np.where(served, of_address("population", near), np.nan),
            "nb_personnes_servies": np.where(served, of_address("en_difficulte", near), np.nan),
            "population_perdue": np.where(left, of_address("population", falls), np.nan),
            "nb_personnes_perdues": np.where(left, of_address("en_difficulte", falls), np.nan),
        },
        geometry=gpd.GeoSeries(own.geometry.to_numpy(), crs=places.crs),
    ).sort_values(["nb_personnes_perdues", "id"], ascending=[False, True], ignore_index=True)


def closed_territories(
    homes: pd.DataFrame,
    falls: NDArray[np.bool_],
    before: pd.DataFrame,
    after: pd.DataFrame,
    untold: pd.Series,
    fragile: pd.Series,
    communes: pd.DataFrame,
) -> pd.DataFrame:
    """Build `fermetures_territoires`: communes where somebody falls out of reach, or perhaps does,
    or whose coverage changes.

    Parameters
    ----------
    homes, falls : homes, and which fall out of reach.
    before, after : `homes.commune_reach` of all communes.
    untold : communes where nothing tells how many fall out of reach, one row per row of `before`.
    fragile : whether each commune is fragile, by code.
    communes : `core_communes`.
    """
    people = homes[falls].groupby("code_commune")[["en_difficulte", "population"]].sum()
    people = people.reindex(before.index).fillna(0.0).mask(untold)
    changed = before["couverture"].ne(after["couverture"])
    codes = before.index[(people["population"] > 0) | changed | untold]
    place = communes.set_index("code_commune").reindex(codes)
    old, new = before.loc[codes], after.loc[codes]
    table = pd.DataFrame(
        {
            "code_commune": codes.astype("str"),
            "nom": place["nom"].astype("str").to_numpy(),
            "code_epci": place["code_epci"].astype("str").to_numpy(),
            "code_departement": place["code_departement"].astype("str").to_numpy(),
            "code_region": place["code_region"].astype("str").to_numpy(),
            "est_fragile": fragile.reindex(codes).fillna(False).to_numpy(dtype=bool),
            "couverture_avant": old["couverture"].astype("str").to_numpy(),
            "couverture_apres": new["couverture"].astype("str").to_numpy(),
            "population_hors_portee_avant_pct": old["population_hors_portee_pct"].to_numpy(),
            "population_hors_portee_apres_pct": new["population_hors_portee_pct"].to_numpy(),
            "population_perdue": people.loc[codes, "population"].to_numpy(),
            "nb_personnes_perdues": people.loc[codes, "en_difficulte"].to_numpy(),
            "est_fragile_non_couverte_avant": is_uncovered(old["couverture"], fragile).to_numpy(),
            "est_fragile_non_couverte_apres": is_uncovered(new["couverture"], fragile).to_numpy(),
        }
    )
    return table.sort_values(
        ["nb_personnes_perdues", "code_commune"], ascending=[False, True], ignore_index=True
    )


def closures_summary(
    lieux: pd.DataFrame, territoires: pd.DataFrame, threshold: float
) -> pd.DataFrame:
    """Build `fermetures_resume`, one row; sums leave out the communes whose loss is unknown."""
    newly = (
        territoires["est_fragile_non_couverte_apres"]
        & ~territoires["est_fragile_non_couverte_avant"]
    )
    doubted = (
        territoires["est_fragile"]
        & territoires["couverture_avant"].eq("couverte")
        & territoires["couverture_apres"].eq("incertaine")
    )
    return pd.DataFrame(
        {
            "nb_lieux": [len(lieux)],
            "nb_conseillers": [float(lieux["nb_conseillers"].fillna(1.0).sum())],
            "seuil_min": [float(threshold)],
            "population_perdue": [float(territoires["population_perdue"].sum())],
            "nb_personnes_perdues": [float(territoires["nb_personnes_perdues"].sum())],
            "nb_communes_touchees": [int((territoires["population_perdue"] > 0).sum())],
            "nb_communes_perte_inconnue": [int(territoires["population_perdue"].isna().sum())],
            "nb_communes_devenues_fragiles_non_couvertes": [int(newly.sum())],
            "nb_communes_devenues_incertaines": [int(doubted.sum())],
        }
    )
