"""The places that receive the public: each used, merged into another, or set aside with its reason.

Lists speak of the same places: a France services that hosts a conseiller is in two of them, or
four. One row stands for each place (`statut` is `retenu`) and says in `dispositifs` all that is
offered there; the others are `fusionne` into it, by `id_lieu`.
"""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import pandas as pd

from fragility.access.names import declared_commune, without_visits
from fragility.access.places_commune import deduce_communes
from fragility.access.places_locate import UNPLACED, locate
from fragility.access.places_merge import merge_places
from fragility.access.places_screen import (
    TRIAL,
    hide_persons,
    is_trial,
    learn_first_names,
    without_addresses,
)
from fragility.ledger import ledger, stack
from fragility.territory.crs import WGS84

__all__ = ["DISPOSITIFS", "KNOWN", "UNPLACED", "build_places", "old_places_of", "places_of"]

# In the order of who stands for a place that several lists know: what is counted first.
PREFIXES = {
    "conseiller_numerique": "cn-",
    "france_services": "fs-",
    "aidants_connect": "ac-",
    "bibliotheque": "bib-",
    "la_poste": "lp-",
    "mediation": "med-",
}
DISPOSITIFS = tuple(PREFIXES)
# Where somebody helps with digital tools; libraries and post offices are there to be equipped.
MEDIATION = ("conseiller_numerique", "france_services", "aidants_connect", "mediation")
KNOWN = "employeur dans une commune dont un lieu d'accueil est publié"
# Older than this at the edition's day, a record may speak of a place that has closed.
STALE_MONTHS = 18
LIEUX_COLUMNS = [
    "id", "nom", "dispositif", "dispositifs", "code_commune", "commune_declaree", "itinerance",
    "date_maj", "date_connue", "est_ancien", "dispositifs_anciens", "nb_conseillers", "precision",
    "statut", "motif_statut", "id_lieu", "motif_fusion", "geometry",
]  # fmt: skip


def build_places(
    lists: Mapping[str, pd.DataFrame],
    core_communes: gpd.GeoDataFrame,
    communes: pd.DataFrame,
    *,
    day: str,
    stale_months: int = STALE_MONTHS,
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Put the lists of places together, in the communes of the edition, each place once.

    Parameters
    ----------
    lists : `dispositif` (one of `DISPOSITIFS`) -> tidy list (`readers/places.COLUMNS`); a column
        `date_liste` (YYYY-MM-DD) dates the rows that have no date of their own.
    core_communes : communes with contours, EPSG:4326.
    communes : COG, for the names and codes of arrondissements and former communes.
    day : day of the edition, YYYY-MM-DD, that the age of records is counted from.
    stale_months : age from which a record is `est_ancien`.

    Returns
    -------
    `core_lieux` (`LIEUX_COLUMNS`), one row per id, and the ledger: each row read is kept, merged,
    set aside or a double of an id. On the row that stands for a place, `nb_conseillers` is the sum
    of the rows, and the point that of a row that has one. Its `date_maj` and `date_connue` (that of
    the list for want of a date) are the latest of the rows that offer what it offers first: that a
    France services is open tells nothing of the conseiller who was there two years before. The
    employer of a conseiller, listed later with the SIRET of the place in its commune, does tell:
    `date_connue` is then that of its list.
    `dispositifs_anciens` names all that it offers by old records alone.
    """
    everything = _stacked(lists)
    if everything.empty:
        return _empty(), stack()
    is_double = everything.duplicated("id")
    rows = everything[~is_double].reset_index(drop=True)
    said = rows["motif_ecart"]
    rows["motif_ecart"] = said.mask(said.isna() & is_trial(rows["nom"]), TRIAL)
    rows = rows.assign(**_placed(rows, core_communes, communes))
    rows = rows.assign(dispositifs=rows["dispositif"], id_lieu=None, motif_fusion=None)
    last = rows["date_maj"].fillna(rows["date_liste"])
    last = last.mask(rows["date_employeur"] > last, rows["date_employeur"])
    kept = rows["statut"] == "retenu"
    used = rows[kept].assign(derniere=last[kept]).reset_index(drop=True)
    limit = (pd.Timestamp(day) - pd.DateOffset(months=stale_months)).strftime("%Y-%m-%d")
    used = _standing(used.assign(**merge_places(used, list(DISPOSITIFS))), limit)
    aside = rows[~kept].assign(derniere=last[~kept])
    rows = pd.concat([used, aside], ignore_index=True)
    # Back to the order of the lists.
    rows = rows.set_index("id").loc[everything["id"][~is_double]].reset_index()
    rows["nom"] = _named_without_persons(rows)
    rows["date_connue"] = rows["derniere"]
    rows["est_ancien"] = (rows["derniere"] < limit).fillna(False).astype(bool)
    alone = rows["dispositif"].where(rows["est_ancien"])
    rows["dispositifs_anciens"] = rows["anciens"].where(rows["statut"] == "retenu", alone)
    frame = gpd.GeoDataFrame(rows, geometry=gpd.GeoSeries(rows["point"].to_numpy(), crs=WGS84))
    texts = ["id_lieu", "motif_fusion", "dispositifs", "date_connue", "dispositifs_anciens"]
    frame = frame[LIEUX_COLUMNS].astype(dict.fromkeys(texts, "str"))
    doubles = everything["dispositif"][is_double].value_counts()
    return frame, stack(
        *(
            _account(kind, frame[frame["dispositif"] == kind], int(doubles.get(kind, 0)))
            for kind in lists
        )
    )


def places_of(lieux: gpd.GeoDataFrame, *dispositifs: str) -> pd.Series:
    """Tell the rows that stand for a place where one of these is offered.

    Parameters
    ----------
    lieux : `core_lieux`.
    dispositifs : among `DISPOSITIFS`; none means any mediation (`MEDIATION`).

    Returns
    -------
    Booleans on the index of `lieux`.
    """
    among = "|".join(dispositifs or MEDIATION)
    offered = lieux["dispositifs"].str.contains(rf"(?:^|\|)(?:{among})(?:\||$)", regex=True)
    return lieux["statut"].eq("retenu") & offered.fillna(False).astype(bool)


def old_places_of(lieux: pd.DataFrame, *dispositifs: str) -> pd.Series:
    """Tell the places that offer these by old records alone; see `places_of`."""
    among = set(dispositifs or MEDIATION)
    offered, old = (
        [among & set(said.split("|")) for said in lieux[column].fillna("")]
        for column in ("dispositifs", "dispositifs_anciens")
    )
    told = [bool(here) and here == late for here, late in zip(offered, old, strict=True)]
    return pd.Series(told, index=lieux.index, dtype=bool)


def _stacked(lists: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """All the rows, in the order of the lists, each under the prefix of its own."""
    parts = [
        part.assign(dispositif=kind, id=PREFIXES[kind] + part["id"].astype("str"))
        for kind, part in lists.items()
    ]
    if not parts:
        return pd.DataFrame()
    table = pd.concat(parts, ignore_index=True)
    dates = table.get("date_liste", pd.Series(index=table.index, dtype="str"))
    return table.assign(date_liste=dates.astype("str"))


def _placed(
    rows: pd.DataFrame, core_communes: gpd.GeoDataFrame, communes: pd.DataFrame
) -> pd.DataFrame:
    """Locate rows, those that declare no commune in the one that can be deduced."""
    declared = declared_commune(rows, core_communes, communes)
    names = core_communes.set_index("code_commune")["nom"]
    deduced = deduce_communes(rows, declared, names)
    told = rows.assign(code_declare=rows["code_declare"].fillna(deduced["code"]).astype("str"))
    located = _known_by_its_places(locate(told, core_communes, communes), rows)
    motif = located["motif_statut"].str.replace(
        ": placé dans la commune déclarée", "", regex=False
    ) + (": " + deduced["motif"])
    own = deduced["motif"].notna() & located["precision"].eq("commune")
    return located.assign(
        motif_statut=located["motif_statut"].mask(own, motif),
        nom_commune=located["code_commune"].map(names),
    )


def _named_without_persons(rows: pd.DataFrame) -> pd.Series:
    """Names of places, once they have told which rows are one place."""
    communes = rows["commune_declaree"].fillna("") + " " + rows["nom_commune"].fillna("")
    first_names = learn_first_names(rows["adresse"])
    libraries = rows["dispositif"].eq("bibliotheque")
    names = without_visits(rows["nom"])
    return without_addresses(hide_persons(names, communes, first_names, libraries))


def _known_by_its_places(located: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Set aside the employers of conseillers where the places themselves are known.

    An employer is put in the middle of its commune for want of better; a place published in that
    commune says more, and counting both would count the same people twice. That it still employs
    a conseiller dates the place that has its SIRET (`date_employeur`).
    """
    employer = places["est_employeur"].to_numpy(dtype=bool)
    kept = (located["statut"] == "retenu").to_numpy()
    own = (places["dispositif"] == "conseiller_numerique").to_numpy() & kept & ~employer
    known = located["code_commune"].isin(located["code_commune"][own])
    double = employer & kept & known.to_numpy()
    who = pd.MultiIndex.from_arrays([located["code_commune"], places["siret"]])
    told = places["date_maj"].fillna(places["date_liste"])
    hiring = double & places["nb_conseillers"].gt(0).to_numpy() & places["siret"].notna().to_numpy()
    dates = told[hiring].groupby([who[hiring].get_level_values(i) for i in (0, 1)]).max()
    return located.assign(
        date_employeur=dates.reindex(who).where(own, None).to_numpy(dtype=object),
        statut=located["statut"].mask(double, "ecarte"),
        precision=located["precision"].mask(double, "absente"),
        motif_statut=located["motif_statut"].mask(double, KNOWN),
        code_commune=located["code_commune"].mask(double),
        point=located["point"].mask(double, None),
    )


def _standing(used: pd.DataFrame, limit: str) -> pd.DataFrame:
    """Give the row that stands for a place what the rows merged into it know.

    What it offers by records written before `limit` alone is in `anciens`.
    """
    stands = (used["id_lieu"] == used["id"]).to_numpy()
    of = used.groupby("id_lieu", sort=False)
    used["statut"] = np.where(stands, "retenu", "fusionne")
    order = {kind: rank for rank, kind in enumerate(DISPOSITIFS)}
    services = used.groupby(["id_lieu", "dispositif"])[["date_maj", "derniere"]].max()
    services = services.reset_index()
    services = services.sort_values("dispositif", key=lambda kinds: kinds.map(order), kind="stable")
    first = services.drop_duplicates("id_lieu").set_index("id_lieu")
    aged = services[(services["derniere"] < limit).fillna(False).astype(bool)]
    sums: dict[str, pd.Series] = {
        "dispositifs": services.groupby("id_lieu")["dispositif"].agg("|".join),
        # A post is not put where one of the records says that the service moves.
        "itinerance": of["itinerance"].any().astype(bool),
        "nb_conseillers": of["nb_conseillers"].sum(min_count=1),
        "date_maj": first["date_maj"],
        "derniere": first["derniere"],
    }
    used["anciens"] = used["id"].map(aged.groupby("id_lieu")["dispositif"].agg("|".join))
    for column, values in sums.items():
        told = used[column].mask(stands, used["id"].map(values))
        used[column] = told.astype(used[column].dtype)
    # A row known by its commune alone takes the point of one that has its own.
    exact = used[used["precision"] == "coordonnees"].drop_duplicates("id_lieu")
    at = pd.Series(exact.index, index=exact["id_lieu"]).reindex(used["id"]).to_numpy()
    better = np.flatnonzero(stands & (used["precision"] == "commune").to_numpy() & ~np.isnan(at))
    source = used.iloc[at[better].astype(np.int64)]
    source = source.assign(motif_statut="point de " + source["id"])
    for column in ("code_commune", "precision", "point", "motif_statut"):
        changed = used[column].to_numpy(dtype=object, copy=True)
        changed[better] = source[column].to_numpy(dtype=object)
        used[column] = pd.Series(changed, index=used.index, dtype=used[column].dtype)
    return used


def _account(kind: str, frame: gpd.GeoDataFrame, doubles: int) -> pd.DataFrame:
    """One ledger per list: kept, merged by reason, set aside by reason, double."""
    aside = frame["motif_statut"][frame["statut"] == "ecarte"].value_counts()
    merged = frame["statut"] == "fusionne"
    told = frame["motif_fusion"][merged] if merged.any() else pd.Series(dtype="str")
    reasons = told.str.replace(r", (?:à \d+ m|même commune)$", "", regex=True)
    kept = int((frame["statut"] == "retenu").sum())
    return ledger(
        "core_lieux",
        kind,
        len(frame) + doubles,
        kept,
        {
            **{str(reason): int(n) for reason, n in aside.items()},
            **{f"fusionné : {reason}": int(n) for reason, n in reasons.value_counts().items()},
            "identifiant en double": doubles,
        },
    )


def _empty() -> gpd.GeoDataFrame:
    types = {"nb_conseillers": "float64", "itinerance": "bool", "est_ancien": "bool"}
    columns = {c: pd.Series(dtype=types.get(c, "str")) for c in LIEUX_COLUMNS[:-1]}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=WGS84))
