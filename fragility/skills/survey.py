"""What the survey says of France and its régions: weighted rates, head-counts, and their intervals.

Opinions (ease, help needed) are nearly the same everywhere: they are told of the nation and of the
régions, and never mapped below. Respondents come in, none goes out: a cell holds five at least.

Intervals are Wilson's at 90 %, on the size that an equal-weight sample of the same precision would
have (Kish). They tell the luck of the draw: not what a panel misses, nor a question misunderstood.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.stats import norm

from fragility.errors import DataCheckError
from fragility.sources.readers.credoc_variables import REGIONS

CONFIDENCE = 0.90
FEWEST = 5  # a cell of fewer respondents is not shown
SMALL = 30  # a cell of fewer is shown, and flagged
YOUNGEST, ADULT = 15, 18
# Age of the youngest that a rate is about: 15, as INSEE has it, or 18 where minors were not asked.
TARGETS = {
    "jamais_internet": YOUNGEST,
    "connexion_domicile": YOUNGEST,
    "ordinateur_domicile": YOUNGEST,
    "demarches_en_ligne": YOUNGEST,
    "aise": YOUNGEST,
    "manque_maitrise": ADULT,
    "frein": ADULT,
    "besoin_aide": ADULT,
    "maitrise_mieux": ADULT,
    "demande_aide": ADULT,
}
# Told as people: never below the région.
COUNTED = ("aise", "demarches_en_ligne", "besoin_aide", "manque_maitrise", "frein")
WHOLE = "ensemble"
PROFILES = (WHOLE, "sexe", "age", "diplome", "taille_menage", "agglomeration", "mode")
AGES = (15, 18, 25, 40, 60, 65, 70, 75, 80)
NATION = ("FRANCE", "France métropolitaine")
_OVERSEAS = frozenset({"01", "02", "03", "04", "06"})
_RATE = ["effectif", "taux_pct", "bas", "haut"]


@dataclass(frozen=True)
class Number:
    """How many people, and the interval at 90 %."""

    point: float
    low: float
    high: float


def age_class(age: pd.Series) -> pd.Series:
    """Name the class of each age, from 15 on; missing below.

    Examples
    --------
    >>> age_class(pd.Series([12, 17, 64, 99])).tolist()[1:]
    ['15-17', '60-64', '80+']
    """
    names = [f"{low}-{high - 1}" for low, high in pairwise(AGES)]
    rank = np.searchsorted(AGES, age.to_numpy(float), side="right")
    named = np.array(["", *names, f"{AGES[-1]}+"])[rank]
    return pd.Series(named, index=age.index, dtype="str").mask(rank == 0)


def wilson(rate: pd.Series, size: pd.Series) -> pd.DataFrame:
    """Interval of a proportion.

    Parameters
    ----------
    rate : between 0 and 1.
    size : respondents, or their effective number.

    Returns
    -------
    Columns `bas` and `haut`, between 0 and 1, around `rate`.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference.

    Examples
    --------
    >>> wilson(pd.Series([0.0]), pd.Series([100.0])).round(4).to_numpy().tolist()
    [[0.0, 0.0263]]
    """
    z = norm.ppf((1 + CONFIDENCE) / 2)
    middle = (rate + z**2 / (2 * size)) / (1 + z**2 / size)
    half = z / (1 + z**2 / size) * np.sqrt(rate * (1 - rate) / size + z**2 / (4 * size**2))
    low, high = (middle - half).clip(0), (middle + half).clip(upper=1)
    return pd.DataFrame({"bas": np.minimum(low, rate), "haut": np.maximum(high, rate)})


def _rates(people: pd.DataFrame, targets: list[str], by: list[str]) -> pd.DataFrame:
    """Weighted rate of targets by group, in percent: `cible`, `by`, `_RATE`; no small group."""
    answers = people.melt([*by, "age", "poids"], targets, "cible", "oui")
    youngest = answers["cible"].map(TARGETS).astype("int64")
    asked = answers["oui"].notna() & (answers["age"] >= youngest)
    own = answers[asked].astype({"cible": "category"})
    own = own.assign(w2=own["poids"] ** 2, yes=own["poids"] * own["oui"])
    sums = own.groupby(["cible", *by], observed=True, as_index=False).agg(
        effectif=("oui", "size"), w=("poids", "sum"), w2=("w2", "sum"), yes=("yes", "sum")
    )
    sums = sums[sums["effectif"] >= FEWEST].astype({"cible": "str"})
    rate = (sums["yes"] / sums["w"]).clip(0, 1)
    interval = wilson(rate, sums["w"] ** 2 / sums["w2"]).assign(taux_pct=rate)
    return sums.join((100 * interval).clip(0, 100))[["cible", *by, *_RATE]]


def _check(targets: Iterable[str]) -> list[str]:
    wanted = list(targets)
    if unknown := [target for target in wanted if target not in TARGETS]:
        raise DataCheckError(
            "L'enquête ne mesure pas " + ", ".join(unknown) + ".",
            expected=", ".join(TARGETS),
            remedy="choisissez parmi ces mesures",
        )
    return wanted


def weighted_rates(
    respondents: pd.DataFrame,
    *,
    targets: Iterable[str] = tuple(TARGETS),
    profiles: Iterable[str] = PROFILES,
) -> pd.DataFrame:
    """Weighted rate of each target by wave and profile.

    Parameters
    ----------
    respondents : see `readers.credoc.read_respondents`.
    targets : among `TARGETS`; people aged 15 or older, or 18 where only adults were asked.
    profiles : `ensemble`, `age` (classes of `AGES`), or text columns of `respondents`.

    Returns
    -------
    Table `competences_enquete`: `annee`, `cible`, `age_min`, `profil`, `modalite`, `effectif`
    (respondents), `taux_pct`, `bas`, `haut`, `est_petit_effectif`. Groups of fewer than five are
    left out.

    Raises
    ------
    DataCheckError
        For a target that is none.
    """
    wanted = _check(targets)
    groups = respondents.assign(age=age_class(respondents["age"]))
    parts = []
    for profile in profiles:
        label = groups[profile] if profile != WHOLE else pd.Series(WHOLE, groups.index)
        people = respondents.assign(modalite=label.astype("category"))
        found = _rates(people, wanted, ["annee", "modalite"])
        parts.append(found.assign(profil=profile, modalite=found["modalite"].astype("str")))
    table = pd.concat(parts, ignore_index=True)
    table["age_min"] = table["cible"].map(TARGETS)
    table["est_petit_effectif"] = table["effectif"] < SMALL
    order = ["annee", "cible", "age_min", "profil", "modalite", *_RATE, "est_petit_effectif"]
    text = dict.fromkeys(["cible", "profil", "modalite"], "str")
    whole = dict.fromkeys(["annee", "age_min", "effectif"], "int64")
    table = table[order].astype({**text, **whole})
    return table.sort_values(["annee", "cible", "profil", "modalite"], ignore_index=True)


def last_wave(respondents: pd.DataFrame, target: str) -> int | None:
    """Return the last wave that asked, None if none did."""
    asked = respondents.loc[respondents[target].notna(), "annee"]
    return None if asked.empty else int(asked.max())


def _asked_share(wave: pd.DataFrame, target: str) -> float:
    """Part of those aged 15 or older who are old enough for the target."""
    weight = wave["poids"].where(wave["age"] >= YOUNGEST, 0.0)
    return float(weight[wave["age"] >= TARGETS[target]].sum() / weight.sum())


def national_counts(
    respondents: pd.DataFrame, population_15_plus: float, target: str
) -> Number | None:
    """How many people a target is true of, by its last wave.

    Parameters
    ----------
    respondents : see `readers.credoc.read_respondents`.
    population_15_plus : inhabitants of the metropole aged 15 or older; where adults only were
        asked, the survey says how many of them are.
    target : among `TARGETS`.

    Returns
    -------
    The number and its interval at 90 %; None if no wave asked. The population is taken for exact.
    """
    _check([target])
    wave = respondents[respondents["annee"] == last_wave(respondents, target)]
    found = _rates(wave, [target], ["annee"])
    if found.empty:  # never asked, or of fewer than five people
        return None
    people = population_15_plus * _asked_share(wave, target)
    rate, low, high = (found[["taux_pct", "bas", "haut"]].iloc[0] / 100 * people).tolist()
    return Number(rate, low, high)


def build_counts(
    respondents: pd.DataFrame,
    population_15_plus: pd.Series,
    *,
    targets: Iterable[str] = COUNTED,
) -> pd.DataFrame:
    """Head-counts of the metropole, and of the régions where the wave says in which one lives.

    Parameters
    ----------
    respondents : see `readers.credoc.read_respondents`.
    population_15_plus : inhabitants aged 15 or older by code of région, overseas ones too: the
        survey says nothing of them, they have no row.
    targets : among `TARGETS`; each by its last wave.

    Returns
    -------
    Table `competences_effectifs`: `cible`, `niveau` ("france" or "region"), `code`, `nom`, `annee`,
    `age_min`, `effectif`, `taux_pct`, `taux_bas`, `taux_haut`, `nb_personnes`, `nb_bas`, `nb_haut`,
    `est_petit_effectif`.
    """
    home = population_15_plus[~population_15_plus.index.isin(list(_OVERSEAS))].astype(float)
    parts = []
    for target in _check(targets):
        wave = respondents[respondents["annee"] == last_wave(respondents, target)]
        if wave.empty:
            continue
        france = _rates(wave.assign(code=NATION[0]), [target], ["annee", "code"])
        regions = _rates(wave.assign(code=wave["code_region"]), [target], ["annee", "code"])
        own = pd.concat([france.assign(niveau="france"), regions.assign(niveau="region")])
        own = own.assign(age_min=TARGETS[target])
        asked = _asked_share(wave, target)
        own["_people"] = own["code"].map({**home.to_dict(), NATION[0]: home.sum()}) * asked
        parts.append(own[own["_people"].notna()])
    order = [
        "cible", "niveau", "code", "nom", "annee", "age_min", "effectif", "taux_pct", "taux_bas",
        "taux_haut", "nb_personnes", "nb_bas", "nb_haut", "est_petit_effectif",
    ]  # fmt: skip
    types = dict.fromkeys(order[:4], "str") | dict.fromkeys(order[4:7], "int64")
    types |= dict.fromkeys(order[7:13], "float64") | {order[13]: "bool"}
    if not parts:
        return pd.DataFrame(columns=order).astype(types)
    table = pd.concat(parts, ignore_index=True)
    table = table.rename(columns={"bas": "taux_bas", "haut": "taux_haut"})
    for name, rate in (
        ("nb_personnes", "taux_pct"), ("nb_bas", "taux_bas"), ("nb_haut", "taux_haut"),
    ):  # fmt: skip
        table[name] = table[rate] / 100 * table["_people"]
    table["nom"] = table["code"].map({**REGIONS, NATION[0]: NATION[1]})
    table["est_petit_effectif"] = table["effectif"] < SMALL
    return table[order].astype(types)
