"""What the estimate is worth and where people are: small tables beside `index_competences`."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fragility.errors import DataCheckError
from fragility.skills.model import AGES, DIPLOMAS, usable, validate
from fragility.skills.residual import zone_residual

# Tried in the same way, and not published: nothing local to compare them with.
TRIED = ("connexion_domicile", "ordinateur_domicile")
TOP_SHARES = (1, 5, 10, 20, 50)
_MEASURES = {
    "brier": "Erreur quadratique moyenne sur des zones tenues à l'écart (0 : parfait)",
    "pente": "Pente de calibration sur ces zones (1 : parfaite)",
    "ordonnee": "Ordonnée de calibration sur ces zones (0 : parfaite)",
}


def age_label(position: int) -> str:
    """Name an age class.

    Examples
    --------
    >>> age_label(0), age_label(7)
    ('15-24 ans', '80 ans ou plus')
    """
    if position == len(AGES) - 1:
        return f"{AGES[position]} ans ou plus"
    return f"{AGES[position]}-{AGES[position + 1] - 1} ans"


def describe_model(
    respondents: pd.DataFrame,
    people: pd.DataFrame,
    raking_error: float,
    level: float,
    *,
    oldest: float,
) -> pd.DataFrame:
    """Summarise the model as `competences_modele`.

    Parameters
    ----------
    respondents : see `readers.credoc.read_respondents`, for the targets that were tried too.
    people : see `model.usable`.
    raking_error : largest gap to a margin, as a share.
    level : national rate it is set on, percent.
    oldest : share of the communes whose census tells those aged 75 or older.
    """
    quality, predictions = validate(people)
    residual, held = zone_residual(predictions)
    quality = pd.concat([quality, *(_tried(respondents, target) for target in TRIED)])
    rows = [
        (measure, row["modele"], row[measure], text)
        for row in quality.to_dict("records")
        for measure, text in _MEASURES.items()
    ]
    weight = people["poids"]
    rows += [
        ("repondants", "", len(people), "Réponses en face à face, 15 ans ou plus"),
        ("premiere_vague", "", people["annee"].min(), "Première vague lue"),
        ("derniere_vague", "", people["annee"].max(), "Dernière vague lue"),
        (
            "taux_brut_pct",
            "",
            100 * np.average(people["cible"], weights=weight),
            "Taux national de l'enquête, avant calage (%)",
        ),
        ("taux_cale_pct", "", level, "Taux national de l'INSEE sur lequel il est calé (%)"),
        ("ecart_calage", "", raking_error, "Plus grand écart aux marges du recensement (part)"),
        (
            "part_75_connue_pct",
            "",
            100 * oldest,
            "Communes dont le recensement de l'édition donne les 75 ans ou plus (%)",
        ),
        (
            "residu_zones",
            "",
            residual,
            "Ce dont les zones de l'enquête diffèrent du modèle qui ne les a pas vues (logit)",
        ),
        (
            "zones_couvertes_pct",
            "",
            held,
            "Zones de l'enquête dans un intervalle à 90 % calculé comme ceux qui sont publiés (%)",
        ),
    ]
    frame = pd.DataFrame(rows, columns=["mesure", "modele", "valeur", "description"])
    return frame.astype({"valeur": float})


def _tried(respondents: pd.DataFrame, target: str) -> pd.DataFrame:
    """Quality of age and diploma for another target, and of the same rate for everybody."""
    try:
        people = usable(respondents, target)
    except DataCheckError:  # too few were asked: nothing to say of it
        return pd.DataFrame()
    quality, _ = validate(people, ("age_diplome", "constante"))
    return quality.assign(modele=target + "_" + quality["modele"])


def describe_rates(rates: np.ndarray, nation: np.ndarray) -> pd.DataFrame:
    """Write the rates of the cells as `competences_taux`.

    Parameters
    ----------
    rates : on the level of the benchmark, shape (32,).
    nation : share of each cell among the 15 or older of France, shape (32,).
    """
    rows = [
        (age_label(age), diploma, 100 * rates[i], 100 * nation[i])
        for i, (age, diploma) in enumerate(
            (age, diploma) for age in range(len(AGES)) for diploma in DIPLOMAS
        )
    ]
    return pd.DataFrame(rows, columns=["age", "diplome", "taux_pct", "part_pct"])


def build_concentration(competences: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """How many of the people live in the first communes by score, by rate and by number.

    Parameters
    ----------
    competences, scores : tables `index_competences` and `index_scores`.

    Returns
    -------
    Table `competences_concentration`. Communes without a score or an estimate are left out of the
    rankings, their people stay in the total.
    """
    own = competences[competences["niveau"] == "commune"].set_index("code")
    score = scores[scores["niveau"] == "commune"].set_index("code")["score"].reindex(own.index)
    people = own["nb_personnes_en_difficulte"]
    total = people.sum()
    rows = []
    for name, key in (
        ("score", score), ("taux", own["difficulte_numerique_pct"]), ("nombre", people),
    ):  # fmt: skip
        ranked = people[key.dropna().sort_values(ascending=False, kind="stable").index]
        for part in TOP_SHARES:
            number = round(len(ranked) * part / 100)
            held = ranked.iloc[:number].sum()
            rows.append((name, float(part), number, held, 100 * held / total if total else np.nan))
    columns = [
        "classement", "part_communes_pct", "nb_communes", "nb_personnes", "part_personnes_pct",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype({"nb_personnes": float})
