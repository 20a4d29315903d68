"""What the digital index says that a plain deprivation index does not, and the reverse."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fragility.index.audit import MIN_COMMUNES, PLAIN, WEIGHTED
from fragility.index.audit_rows import AuditRow, audit_rows
from fragility.index.deprivation import ABSENT, PARTS, deprivation_parts
from fragility.index.multivariate import principal_components, weighted_correlation
from fragility.schemas import INDICATORS


def compare_deprivation(
    deprivation: pd.DataFrame,
    scores: pd.DataFrame,
    recensement: pd.DataFrame,
    revenus: pd.DataFrame,
    departements: pd.Series,
    weights: Mapping[str, float],
) -> pd.DataFrame:
    """Measure what the digital index says that the plain one does not.

    Parameters
    ----------
    deprivation : table `index_defavorisation`.
    scores : table `index_scores`.
    recensement, revenus : tables the deprivation comes from, for its make-up.
    departements : name of the département by commune code.
    weights : share of each indicator in the score.

    Returns
    -------
    Rows of `index_audit`, themes `defavorisation` and `departements`.
    """
    own = scores[(scores["niveau"] == "commune") & scores["score"].notna()].set_index("code")
    own = own.rename(columns=lambda name: str(name).removeprefix("score_"))
    own = own.assign(population=own["population"].fillna(0))
    both = own.join(deprivation.set_index("code_commune"), how="inner").sort_index()
    if len(both) < MIN_COMMUNES or np.ptp(both["score"]) == 0:
        return audit_rows("defavorisation", [])
    ids = [key for key in weights if key in both.columns and both[key].notna().any()]
    rows = [
        *_make_up(recensement, revenus, deprivation),
        *_overlap(both),
        *_beyond(both.dropna(subset=ids), ids, weights),
    ]
    return pd.concat(
        [audit_rows("defavorisation", rows), _departements(both, departements)], ignore_index=True
    )


def _make_up(
    recensement: pd.DataFrame, revenus: pd.DataFrame, deprivation: pd.DataFrame
) -> list[AuditRow]:
    parts, weight = deprivation_parts(recensement, revenus)
    whole = parts.dropna()
    rows: list[AuditRow] = [
        ("partie_presente", name, "", float(len(whole) > 0), "Partie de l'indice FDep.")
        for name in PARTS
    ]
    rows.append(
        ("partie_presente", ABSENT, "", 0.0, "Partie de l'indice FDep absente de ces données.")
    )
    plain = pd.Series(1.0, index=whole.index)
    for how, by in (
        (WEIGHTED, weight.reindex(whole.index)),
        (PLAIN, plain),
    ):
        values, loadings = principal_components(weighted_correlation(whole, by))
        rows.append(
            ("part_expliquee_pct", "", how, 100 * float(values[0]) / len(PARTS),
             "Part de la dispersion des trois parties que résume l'indice.")
        )  # fmt: skip
        rows += [
            ("correlation_partie", name, how, float(loadings[k, 0]),
             "Corrélation de la partie avec l'indice (orientée : plus = plus défavorisé).")
            for k, name in enumerate(PARTS)
        ]  # fmt: skip
    guessed = deprivation["defavorisation_origine"].eq("impute")
    rows += [
        ("nb_communes", "", "", float(len(deprivation)), "Communes qui ont un indice."),
        ("revenu_estime_pct", "", "", 100 * float(guessed.mean()),
         "Part des communes dont le revenu, masqué, est déduit des autres parties."),
    ]  # fmt: skip
    return rows


def _overlap(both: pd.DataFrame) -> list[AuditRow]:
    fragile = both["est_fragile"].astype(bool)
    deprived = both["est_plus_defavorisee"].astype(bool)
    observed = both["defavorisation_origine"].eq("observe")
    rows: list[AuditRow] = [
        ("spearman", "score", "", _rank_correlation(both, "score"),
         "Corrélation des rangs du score et de la défavorisation."),
        ("spearman", "score", "revenu observé",
         _rank_correlation(both[observed], "score"),
         "La même, là où le revenu est publié."),
    ]  # fmt: skip
    for name, keep in (("", fragile | True), ("revenu observé", observed)):
        f, d = fragile & keep, deprived & keep
        rows += [
            ("fragiles_non_defavorisees_pct", "", name, _percent(f & ~d, f),
             "Part des communes fragiles hors du cinquième le plus défavorisé."),
            ("defavorisees_non_fragiles_pct", "", name, _percent(d & ~f, d),
             "Part du cinquième le plus défavorisé qui n'est pas fragile."),
        ]  # fmt: skip
    kinds = {
        "fragile et défavorisée": fragile & deprived,
        "fragile seulement": fragile & ~deprived,
        "défavorisée seulement": deprived & ~fragile,
        "ni l'un ni l'autre": ~fragile & ~deprived,
    }
    ids = [key for key in INDICATORS if key in both.columns]
    for name, kind in kinds.items():
        rows.append(("nb_communes_sorte", "", name, float(kind.sum()), "Communes de cette sorte."))
        rows.append(
            ("population_sorte", "", name, float(both.loc[kind, "population"].sum()),
             "Habitants des communes de cette sorte.")
        )  # fmt: skip
        rows += [
            ("sous_score_moyen", key, name, float(both.loc[kind, key].mean()), "Sous-score moyen.")
            for key in ids
        ]
    return rows


def _rank_correlation(both: pd.DataFrame, column: str) -> float:
    ranks = both[[column, "defavorisation"]].rank().to_numpy(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.corrcoef(ranks.T)[0, 1])


def _percent(part: pd.Series, whole: pd.Series) -> float:
    return 100 * float(part.sum()) / float(whole.sum()) if whole.any() else float("nan")


def _beyond(both: pd.DataFrame, ids: list[str], weights: Mapping[str, float]) -> list[AuditRow]:
    """Part of the score that deprivation tells, and what makes up the rest."""
    slope, level = np.polyfit(both["defavorisation"], both["score"], 1)
    rest = both["score"] - level - slope * both["defavorisation"]
    told = 1 - float(rest.var() / both["score"].var())
    weight = pd.Series(weights)[ids]
    weight = weight / weight.sum()
    rows: list[AuditRow] = [
        ("part_dite_pct", "score", "", 100 * told,
         "Part de la variance du score que la défavorisation suffit à dire (régression linéaire)."),
        ("part_nouvelle_pct", "score", "", 100 * (1 - told),
         "Part de la variance du score qu'elle ne dit pas : ce que l'indice ajoute."),
    ]  # fmt: skip
    for key in ids:
        share = float(weight[key] * np.cov(both[key], rest)[0, 1] / rest.var())
        rows += [
            ("apport_pct", key, "", 100 * share,
             "Part de ce que l'indice ajoute qui vient de l'indicateur ; la somme est 100 quand "
             "le score est la moyenne des sous-scores."),
            ("correlation_defavorisation", key, "",
             _rank_correlation(both, key),
             "Corrélation des rangs du sous-score et de la défavorisation."),
        ]  # fmt: skip
    return rows


def _departements(both: pd.DataFrame, departements: pd.Series) -> pd.DataFrame:
    """Rank of each département in the two orders, by the mean of its inhabitants; 1 is worst."""
    name = departements.reindex(both.index)
    weight = both["population"]
    total = weight.groupby(name).sum()
    total = total[total > 0]
    ranks = {
        measure: ((both[column] * weight).groupby(name).sum().reindex(total.index) / total).rank(
            ascending=False, method="min"
        )
        for measure, column in (("rang_score", "score"), ("rang_defavorisation", "defavorisation"))
    }
    measures = {
        "rang_score": (ranks["rang_score"], "Rang par le score de l'habitant moyen, 1 le pire."),
        "rang_defavorisation": (
            ranks["rang_defavorisation"],
            "Rang par la défavorisation de l'habitant moyen, 1 le pire.",
        ),
        "ecart": (
            ranks["rang_defavorisation"] - ranks["rang_score"],
            "Rangs gagnés vers le pire : positif, le département est plus fragile numériquement "
            "que sa défavorisation ne le dit.",
        ),
    }
    rows = [
        (measure, "", str(one), float(value), meaning)
        for measure, (values, meaning) in measures.items()
        for one, value in values.items()
    ]
    return audit_rows("departements", rows)
