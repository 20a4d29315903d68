"""Does the index measure what it says: correlations, double counting, components, coherence.

Everything is measured on the sub-scores of communes, since they are what the score adds up.
Practice of composite indicators: OECD and JRC, "Handbook on Constructing Composite Indicators"
(2008), chapters 4 and 7; Paruolo, Saisana, Saltelli (2013), "Ratings and rankings: voodoo or
science?", for the effective weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from fragility.index.audit_rows import AuditRow, audit_rows
from fragility.index.multivariate import (
    correlation_ratio,
    cronbach_alpha,
    equal_weights_in_effect,
    principal_components,
    variance_shares,
    varimax,
    weighted_correlation,
)
from fragility.schemas import INDICATORS

# The pillars that the index is told by: do the data see them?
PILLARS = {
    "reseaux": ("non_thd", "non_4g"),
    "personnes": ("plus_65", "peu_diplomes", "pauvrete"),
}
PLAIN, WEIGHTED = "une commune, une voix", "pondéré par les habitants"
# Fewer complete communes than this tell nothing of a correlation.
MIN_COMMUNES = 20
_METHODS = {"pearson": "linéaire (Pearson)", "spearman": "des rangs (Spearman)"}


def with_points(scores: pd.DataFrame, points: pd.DataFrame, profile: str) -> pd.DataFrame:
    """Give the communes of `index_scores` the points of a profile as their sub-scores.

    Parameters
    ----------
    points : table `index_points`; without row for the profile, the sub-scores stand.
    """
    rows = points[(points["profil"] == profile) & (points["niveau"] == "commune")]
    own = scores[scores["niveau"] == "commune"]
    if rows.empty:
        return own
    wide = rows.pivot(index="code", columns="indicateur", values="points").add_prefix("score_")
    kept = own.drop(columns=[name for name in wide.columns if name in own.columns])
    return kept.merge(wide, left_on="code", right_index=True, how="left", validate="1:1")


def commune_subscores(scores: pd.DataFrame, ids: Iterable[str]) -> pd.DataFrame:
    """Sub-scores, `score` and `population` of communes that have them all.

    Parameters
    ----------
    scores : table `index_scores`.
    ids : indicators; those without any value in the edition are left out.
    """
    own = scores[scores["niveau"] == "commune"].set_index("code").sort_index()
    names = {f"score_{key}": key for key in ids if f"score_{key}" in own.columns}
    known = own.rename(columns=names)[[*names.values(), "score", "population"]]
    known = known.drop(columns=[key for key in names.values() if known[key].isna().all()])
    return known.assign(population=known["population"].fillna(0)).dropna()


def build_audit(
    indicators: pd.DataFrame, scores: pd.DataFrame, weights: Mapping[str, float]
) -> pd.DataFrame:
    """Measure how the parts of the score hold together.

    Parameters
    ----------
    indicators : table `index_indicateurs`.
    scores : table `index_scores`.
    weights : share of each indicator in the score.

    Returns
    -------
    Rows of `index_audit`, themes `correlation`, `poids`, `composantes`, `piliers`, `coherence`;
    none when fewer than twenty communes, or than two indicators, can be compared.
    """
    frame = commune_subscores(scores, weights)
    ids = [key for key in weights if key in frame.columns]
    # What does not vary has no correlation.
    ids = [key for key in ids if len(frame) and np.ptp(frame[key]) > 0]
    if len(frame) < MIN_COMMUNES or len(ids) < 2 or np.ptp(frame["score"]) == 0:
        return audit_rows("correlation", [])
    own = indicators[indicators["niveau"] == "commune"].set_index("code").reindex(frame.index)
    values = own[[f"{key}_pct" for key in ids if key in INDICATORS]]
    values = values.rename(columns=lambda name: str(name).removesuffix("_pct"))
    parts = [
        audit_rows("correlation", _correlations(frame[[*ids, "score"]], "sous_scores")),
        audit_rows("correlation", _correlations(values, "valeurs")),
        audit_rows("poids", _weights(frame, ids, weights)),
        audit_rows("composantes", _components(frame, ids)),
        audit_rows("piliers", _pillars(frame, ids)),
        audit_rows("coherence", _coherence(frame, ids)),
    ]
    return pd.concat(parts, ignore_index=True)


def _correlations(values: pd.DataFrame, what: str) -> list[AuditRow]:
    words = {"sous_scores": "sous-scores des communes", "valeurs": "parts (%) des communes"}[what]
    rows: list[AuditRow] = []
    for method, name in _METHODS.items():
        # Pearson's coefficient of ranks is Spearman's.
        table = (values if method == "pearson" else values.rank()).corr()
        rows += [
            (f"{method}_{what}", a, b, table.to_numpy()[i, j], f"Corrélation {name} des {words}.")
            for (i, a), (j, b) in combinations(enumerate(map(str, values.columns)), 2)
        ]
    return rows


def _weights(frame: pd.DataFrame, ids: list[str], weights: Mapping[str, float]) -> list[AuditRow]:
    total = sum(weights[key] for key in ids)
    nominal = pd.Series({key: weights[key] / total for key in ids})
    shares = variance_shares(frame[ids], {key: weights[key] / total for key in ids})
    ratios = pd.Series({key: correlation_ratio(frame[key], frame["score"]) for key in ids})
    equal = equal_weights_in_effect(frame[ids])
    measures = {
        "poids_nominal": (nominal, "Poids écrit dans le profil."),
        "rapport_correlation": (
            ratios,
            "Part de la variance du score que l'indicateur explique à lui seul (rapport de "
            "corrélation de Pearson).",
        ),
        "poids_effectif": (
            ratios / ratios.sum(),
            "Rapport de corrélation rapporté à la somme : le poids que l'indicateur a en fait.",
        ),
        "part_variance": (
            shares,
            "Part de la variance du score apportée par l'indicateur : poids multiplié par la "
            "covariance avec le score ; la somme est 1.",
        ),
        "poids_pour_parts_egales": (
            equal,
            "Poids qu'il faudrait écrire pour que chaque indicateur apporte la même part.",
        ),
    }
    return [
        (measure, key, "", float(values[key]), meaning)
        for measure, (values, meaning) in measures.items()
        for key in ids
    ]


def _components(frame: pd.DataFrame, ids: list[str]) -> list[AuditRow]:
    rows: list[AuditRow] = []
    plain = pd.Series(1.0, index=frame.index)
    inhabited = frame["population"] if frame["population"].sum() > 0 else plain
    for how, weight in ((PLAIN, plain), (WEIGHTED, inhabited)):
        values, loadings = principal_components(weighted_correlation(frame[ids], weight))
        for rank, value in enumerate(values, start=1):
            rows += [
                (f"valeur_propre_{rank}", "", how, float(value), "Variance de la composante."),
                (
                    f"part_expliquee_{rank}_pct",
                    "",
                    how,
                    100 * float(value) / len(ids),
                    "Part de la dispersion des sous-scores que résume la composante.",
                ),
            ]
            rows += [
                (
                    f"correlation_{rank}",
                    key,
                    how,
                    float(loadings[place, rank - 1]),
                    "Corrélation de l'indicateur avec la composante.",
                )
                for place, key in enumerate(ids)
            ]
    return rows


def _pillars(frame: pd.DataFrame, ids: list[str]) -> list[AuditRow]:
    table = frame[ids].corr()
    members = {name: [key for key in keys if key in ids] for name, keys in PILLARS.items()}
    if any(not keys for keys in members.values()):
        return []
    first, second = members.values()
    between = float(table.loc[first, second].to_numpy().mean())
    rows: list[AuditRow] = [
        ("correlation_entre", "", "", between, "Corrélation moyenne d'un pilier à l'autre.")
    ]
    for name, keys in members.items():
        inside = table.loc[keys, keys].to_numpy()
        pairs = inside[np.triu_indices(len(keys), 1)]
        if len(pairs):
            rows.append(
                (
                    "correlation_dans",
                    "",
                    name,
                    float(np.mean(pairs)),
                    "Corrélation moyenne dans le pilier : il n'existe dans les données que si elle "
                    "dépasse nettement celle d'un pilier à l'autre.",
                )
            )
    turned = varimax(principal_components(table.to_numpy())[1][:, :2])
    rows += [
        (
            f"axe_{rank}",
            key,
            "",
            float(turned[place, rank - 1]),
            "Corrélation avec l'un de deux axes tournés pour se séparer (varimax) : les "
            "indicateurs d'un même pilier devraient aller au même.",
        )
        for rank in (1, 2)
        for place, key in enumerate(ids)
    ]
    return rows


def _coherence(frame: pd.DataFrame, ids: list[str]) -> list[AuditRow]:
    meaning = (
        "Alpha de Cronbach : 1 si les sous-scores disent tous la même chose, 0 s'ils n'ont rien "
        "de commun. Bas, il dit que le score additionne des causes distinctes."
    )
    groups = {"tous": ids} | {
        name: [key for key in keys if key in ids] for name, keys in PILLARS.items()
    }
    rows: list[AuditRow] = [
        ("alpha", "", name, cronbach_alpha(frame[keys]), meaning) for name, keys in groups.items()
    ]
    rows += [
        ("alpha_sans", key, "", cronbach_alpha(frame[ids].drop(columns=key)), "Alpha sans lui.")
        for key in ids
    ]
    rows.append(
        ("nb_communes", "", "", float(len(frame)), "Communes qui ont tous les sous-scores.")
    )
    return rows
