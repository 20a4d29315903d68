"""Need without reach: the flag, and the sentence that says why."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fragility.access.chance import both_probability
from fragility.access.coverage import THRESHOLD_MIN
from fragility.access.drivers import Drivers, drivers_of
from fragility.access.places import places_of
from fragility.access.verdict_reach import (
    distance_words,
    french_number,
    own_places_words,
    relies_words,
    trip_words,
)
from fragility.index.indicators import SMALL_POPULATION
from fragility.index.profile_model import POINTS, Profile
from fragility.index.uncertainty import confidence
from fragility.schemas import INDICATOR_LABELS, INDICATORS

_NOBODY = "aucun habitant au recensement"
UNINHABITED = f"Non calculé : {_NOBODY}"
WITHOUT_CENSUS = "Non calculé : le recensement de l'édition ne couvre pas ce territoire"
DRIVERS = 2
# Sub-score from which a share below the average is said with its sub-score.
_HIGH = 7.0
CARRIED = " ; population et taux repris de la commune dont elle a été séparée"


def build_verdict(
    indicators: pd.DataFrame,
    scores: pd.DataFrame,
    uncertainty: pd.DataFrame,
    portee: pd.DataFrame,
    places: pd.DataFrame,
    fixe: pd.DataFrame,
    threshold: float = THRESHOLD_MIN,
    labels: Mapping[str, tuple[str, str]] = INDICATOR_LABELS,
    profile: Profile | None = None,
    points: pd.DataFrame | None = None,
    context: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Build `access_fragiles_non_couvertes` for communes and IRIS.

    Parameters
    ----------
    indicators, scores, uncertainty, portee : tables `index_indicateurs`, `index_scores`,
        `index_incertitude`, `access_portee`.
    places : table `core_lieux`: the sentence of a commune mentions its France services, and says
        when its conseillers move or are known from an old record only.
    fixe : table `core_fixe`: the sentence says which figure is to be checked.
    threshold : minutes within which a conseiller counts as near.
    labels : label and definition of each indicator, see `schemas.indicator_labels`.
    profile, points, context : the main profile, see `drivers.drivers_of`.

    Returns
    -------
    One row per row of `portee`: the flag, how likely it is, how far it can be relied on, and why.
    """
    key = ["niveau", "code"]
    table = portee
    for other in (indicators, scores.drop(columns="population"), uncertainty):
        table = table.merge(other, on=key, how="left", validate="1:1")
    uncovered = table["couverture"].eq("non_couverte").fillna(False)
    fragile = table["est_fragile"].fillna(False).astype(bool)
    helped = places.loc[places_of(places, "france_services"), "code_commune"]
    served = table["niveau"].eq("commune") & table["code"].isin(helped)
    flagged = fragile & uncovered
    # The code of an IRIS begins with that of its commune, arrondissements apart.
    doubtful = table["code"].str[:5].isin(fixe.loc[fixe["est_douteux"], "code_commune"])
    doubt = " ; « " + labels["non_thd"][0] + " » à 100 %, chiffre à vérifier"
    carried = table["niveau"].eq("commune") & table["population_origine"].eq("impute")
    drivers = drivers_of(table, labels, profile, points, context)
    subscored = profile is None or POINTS[profile.normalisation] == (1, 10)
    # A place in the commune, and one point only to say where people live.
    unknown = table["portee_precision"].eq("point") & table["est_conseiller_dans_commune"].fillna(
        False
    ).astype(bool)
    likely = both_probability(
        table["probabilite_fragile_pct"].to_numpy(float),
        _minutes(table),
        unknown.to_numpy(bool),
        threshold,
    )
    words = pd.Series(confidence(likely, flagged.to_numpy(bool)), dtype="str")
    doubtful &= not {"non_thd", "thd"}.isdisjoint(drivers.names)
    return pd.DataFrame(
        {
            "niveau": table["niveau"],
            "code": table["code"],
            "est_fragile_non_couverte": flagged.to_numpy(bool),
            "probabilite_fragile_non_couverte_pct": likely,
            "confiance_fragile_non_couverte": words.mask(np.isnan(likely)),
            "motif": _sentences(
                table, fragile.to_numpy(bool), threshold, drivers, places, subscored
            )
            + relies_words(table)
            + np.where(flagged & served, " ; un lieu France services est dans la commune", "")
            + np.where(
                fragile & table["est_petit_effectif"].fillna(False).astype(bool),
                f" ; moins de {SMALL_POPULATION} habitants, taux très incertains",
                "",
            )
            + np.where(doubtful & table["score"].notna(), doubt, "")
            + np.where(carried & table["score"].notna(), CARRIED, "")
            + ".",
        }
    )


def _minutes(table: pd.DataFrame) -> np.ndarray:
    """Minutes of the median inhabitant, infinite where no place is reached by land."""
    minutes = table["conseiller_plus_proche_min"].fillna(np.inf)
    return minutes.where(table["couverture"].notna()).to_numpy(float)


def _sentences(
    table: pd.DataFrame,
    fragile: np.ndarray,
    threshold: float,
    drivers: Drivers,
    places: pd.DataFrame,
    subscored: bool,
) -> pd.Series:
    """One French sentence per territory, its full stop apart; cases in order of precedence."""
    opening = _opening(table, fragile, drivers, subscored)
    coverage = table["couverture"].fillna("")
    inside = table["est_conseiller_dans_commune"].fillna(False).astype(bool)
    by_point = table["portee_precision"].eq("point")
    distance = distance_words(table["conseiller_plus_proche_km"])
    where = trip_words(table, inside, distance)
    here = own_places_words(table, places)
    # An island, or an overseas territory, without a place of its own.
    cut_off = coverage.eq("non_couverte") & table["conseiller_plus_proche_min"].isna()
    crow = " (le plus proche est à " + distance + " à vol d'oiseau)"
    crow = crow.where(table["conseiller_plus_proche_km"].notna(), "")
    far = table["population_hors_portee_pct"]
    beyond = french_number(far, 0) + " % des habitants"
    beyond = beyond.where(~(far >= 99.5), "tous les habitants")
    beyond = (", " + beyond + f" étant à plus de {threshold:g} min").where(far.notna(), "")
    nobody = np.where(table["population"].eq(0), f" : {_NOBODY}", "")
    sentence = np.select(
        [
            table["score"].isna() & table["population"].eq(0),
            table["score"].isna() & table["population"].isna(),
            table["score"].isna(),
            coverage.eq(""),
            cut_off,
            coverage.eq("non_couverte"),
            coverage.eq("incertaine") & inside & by_point,
            coverage.eq("incertaine"),
            inside & table["niveau"].eq("commune"),
        ],
        [
            UNINHABITED,
            WITHOUT_CENSUS,
            _missing(table, drivers),
            opening + " ; couverture non calculée" + nobody,
            opening + " et hors de portée : aucun conseiller numérique ne peut être rejoint par la "
            "terre" + crow,
            opening + " et hors de portée" + where + beyond,
            opening + " ; couverture incertaine : un conseiller numérique reçoit dans la commune"
            + here + ", mais rien ne dit où vivent ses habitants",
            opening + f" ; couverture incertaine autour de {threshold:g} min, selon la vitesse "
            "supposée" + where,
            opening + " et couverte : un conseiller numérique reçoit dans la commune" + here,
        ],
        opening + " et couverte" + where,
    )  # fmt: skip
    return pd.Series(sentence, index=table.index, dtype="str")


def _opening(
    table: pd.DataFrame, fragile: np.ndarray, drivers: Drivers, subscored: bool
) -> pd.Series:
    """Need, score, and for a fragile place the indicators that weigh most."""
    known = drivers.points.notna().sum(axis=1)
    short = (", sur " + known.astype("str") + " indicateurs").where(known < len(drivers.names), "")
    poverty = table["pauvrete_origine"].eq("impute") & ("pauvrete" in drivers.names)
    modelled = poverty.map({True: ", pauvreté modélisée", False: ""})
    words = np.column_stack(
        [
            (name + " " + french_number(drivers.values[key], 0) + " " + drivers.units[key])
            .str.rstrip()
            .add(_subscore(table, drivers, key) if subscored else "")
            .to_numpy(dtype=object)
            for key, name in drivers.names.items()
        ]
    )
    most = np.take_along_axis(words, drivers.order[:, :DRIVERS], axis=1)
    # A profile may have one indicator, and a place may know one only.
    most[:, 1:] = np.where((known >= DRIVERS).to_numpy()[:, None], ", " + most[:, 1:], "")
    why = pd.Series(" ; d'abord " + most.sum(axis=1), index=table.index).where(fragile, "")
    need: pd.Series = pd.Series(
        np.where(fragile, "Fragile", "Non fragile"), index=table.index, dtype="str"
    )
    score: pd.Series = french_number(table["score"], 2)
    return need + (" (score " + score) + short + modelled + _confidence(table, fragile) + why + ")"


def _subscore(table: pd.DataFrame, drivers: Drivers, key: str) -> pd.Series:
    """« (8 sur 10) » after a share that would pass for good news: high sub-score, low share.

    A network most places have: 5 % without it is more than most, and below the average.
    """
    points, values = drivers.points[key], drivers.values[key]
    mean = values[table["niveau"].eq("commune")].mean()
    said = " (" + french_number(points, 0) + " sur 10)"
    good = (points >= _HIGH) & (values < mean) & (key in INDICATORS)
    return said.where(good, "")


def _confidence(table: pd.DataFrame, fragile: np.ndarray) -> pd.Series:
    """How sure the verdict is; left out for a place that is not fragile beyond doubt.

    The share is that of the calculations that agree with the verdict, whichever it is.
    """
    agree = table["probabilite_fragile_pct"].where(fragile, 100 - table["probabilite_fragile_pct"])
    percent = french_number(agree, 0)
    percent = percent.where(~(agree >= 99.5), "plus de 99").where(~(agree <= 0.5), "moins de 1")
    word = table["confiance"].fillna("")
    verdict = np.where(fragile, "fragile", "non fragile")
    said = " ; verdict " + word + " : " + verdict + " dans " + percent + " % des calculs"
    # « 50 % des calculs seulement » reads as a mistake.
    said += np.where(agree < 49.5, " seulement", "")
    return said.where(word.ne("") & (fragile | word.ne("robuste")), "")


def _missing(table: pd.DataFrame, drivers: Drivers) -> pd.Series:
    """Say which indicators a place without score lacks."""
    absent = np.column_stack(
        [
            np.where(drivers.lacks(table, key), ", " + name, "")
            for key, name in drivers.names.items()
        ]
    ).astype(object)
    lacking = pd.Series(absent.sum(axis=1), index=table.index, dtype="str").str.slice(2)
    return "Non calculé : il manque des indicateurs (" + lacking + ")"
