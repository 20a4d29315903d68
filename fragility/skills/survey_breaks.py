"""Where the series of the survey breaks: each known break measured, so that nobody reads past it.

What is wrong in a wave is not read there (`readers.credoc_variables`); to measure it, respondents
are read with `broken=True`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from fragility.skills.survey import ADULT, YOUNGEST, age_class

RURAL, CITY = "rurale", "100000_plus"
_MIN_ADULTS = 300


def breaks(respondents: pd.DataFrame) -> pd.DataFrame:
    """Measure every known break of the series, wave by wave.

    Parameters
    ----------
    respondents : `readers.credoc.read_respondents(..., broken=True)`.

    Returns
    -------
    `rupture`, `mesure`, `annee`, `valeur`; a measure that a wave cannot give has no row.

    ============== ==================================== =========================================
    rupture        mesure                               what to see
    ============== ==================================== =========================================
    mode           part_telephone_pct                   none until 2019, then a tenth
    mode           jamais_internet_<mode>_pct           tens of points between modes
    mode           rurale_parmi_<mode>_pct              the telephone is in the country
    region         nb_regions, nb_zones, nord_pct       régions in 2020, 2022; zones shifted in 2017
    taille_menage  personnes_seules_pct                 27 % in 2017, 18 % in 2018
    ordinateur     ordinateur_domicile_pct              62 % in 2020 between 76 and 89 %
    agglomeration  effet_rural                          logit; 0.1 in 2018-19, then 0.9 and 1.5
    ============== ==================================== =========================================
    """
    measures = [
        ("mode", _modes(respondents)),
        ("region", _zones(respondents)),
        ("taille_menage", {"personnes_seules_pct": _share(
            respondents, respondents["taille_menage"].eq("1"), respondents["taille_menage"].notna()
        )}),
        ("ordinateur", {"ordinateur_domicile_pct": _share(
            respondents, respondents["ordinateur_domicile"].eq(1),
            respondents["ordinateur_domicile"].notna() & respondents["age"].ge(YOUNGEST),
        )}),
        ("agglomeration", {"effet_rural": rural_effect(respondents)}),
    ]  # fmt: skip
    parts = [
        pd.DataFrame({"rupture": name, "mesure": measure, "annee": v.index, "valeur": v.to_numpy()})
        for name, found in measures
        for measure, v in found.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    table = table.astype({"rupture": "str", "mesure": "str", "annee": "int64", "valeur": float})
    return table[table["valeur"].notna()].reset_index(drop=True)


def _share(people: pd.DataFrame, yes: pd.Series, among: pd.Series) -> pd.Series:
    """Weighted percentage by wave of `yes` within `among`; no row for a wave that has none."""
    own, weight = people[among], people.loc[among, "poids"]
    total = weight.groupby(own["annee"]).sum()
    return 100 * (weight * yes[among]).groupby(own["annee"]).sum() / total


def _modes(people: pd.DataFrame) -> dict[str, pd.Series]:
    everyone = people["mode"].notna()
    found = {"part_telephone_pct": _share(people, people["mode"].eq("telephone"), everyone)}
    asked = people["jamais_internet"].notna() & people["age"].ge(YOUNGEST)
    for mode in sorted(people["mode"].dropna().unique()):
        own = people["mode"].eq(mode)
        found[f"jamais_internet_{mode}_pct"] = _share(
            people, people["jamais_internet"].eq(1), own & asked
        )
        found[f"rurale_parmi_{mode}_pct"] = _share(people, people["agglomeration"].eq(RURAL), own)
    return found


def _zones(people: pd.DataFrame) -> dict[str, pd.Series]:
    by_wave = people.groupby("annee")
    named = people["zone"].notna() & people["code_region"].isna()
    zones = people["zone"].where(named).groupby(people["annee"]).nunique()
    return {
        "nb_regions": by_wave["code_region"].nunique().astype(float),
        "nb_zones": zones.astype(float),
        "nord_pct": _share(people, people["zone"].eq("Nord"), named),
    }


def rural_effect(people: pd.DataFrame) -> pd.Series:
    """Effect of living in the country on never using the internet, at the same age and diploma.

    Parameters
    ----------
    people : see `readers.credoc.read_respondents`.

    Returns
    -------
    By wave, on the logit scale, between rural communes and towns of more than 100,000 people;
    adults, weighted logistic regression with a light penalty.
    """
    own = people[people["jamais_internet"].notna() & people["age"].ge(ADULT)]
    own = own[own["diplome"].notna() & own["agglomeration"].notna()]
    found = {}
    for wave, adults in own.groupby("annee"):
        target = adults["jamais_internet"].to_numpy()
        places = set(adults["agglomeration"])
        if len(adults) < _MIN_ADULTS or not {RURAL, CITY} <= places or len(np.unique(target)) < 2:
            continue
        facts = pd.DataFrame(
            {"age": age_class(adults["age"]), "diplome": adults["diplome"]}, index=adults.index
        )
        others = pd.get_dummies(facts, drop_first=True)
        place = pd.get_dummies(adults["agglomeration"]).drop(columns=CITY)
        inputs = pd.concat([others, place], axis=1).astype(float)
        with threadpool_limits(1):
            model = LogisticRegression(C=1.0, max_iter=1000)
            model.fit(inputs.to_numpy(), target, sample_weight=adults["poids"].to_numpy())
        found[wave] = model.coef_[0][inputs.columns.get_loc(RURAL)]
    return pd.Series(found, dtype="float64")
