"""Who never uses the internet: the rate of each age and diploma, from the survey.

A regularised logistic regression on two facts that the census counts too. Face-to-face waves only:
an online panel does not meet those it is about, and the telephone complement of later waves finds
them mostly in the country (`survey_breaks` measures it). Respondents are counted by cell first, so
that a fit takes a millisecond and two hundred of them a second.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from fragility.errors import DataCheckError

TARGET = "jamais_internet"
MODE = "face_a_face"
YOUNGEST = 15
# 75-79 and 80 or older apart: with them, a logistic model does as well as boosting.
AGES = (15, 25, 40, 60, 65, 70, 75, 80)
DIPLOMAS = ("aucun", "brevet_cap", "bac", "superieur")
CELLS = len(AGES) * len(DIPLOMAS)
# Inverse of the strength of the penalty, in respondents: a weak one, four thousand teach 12 rates.
PENALTY = 1.0
# What else the survey asks that the census counts: tried beside age and diploma, not used.
EXTRAS = ("taille_menage", "sexe", "agglomeration")
REPLICATES = 200
SEED = 20210101
MIN_RESPONDENTS = 500


@dataclass(frozen=True)
class Counts:
    """Weighted respondents of each cell, ages in rows and diplomas in columns, shape (32,)."""

    never: NDArray[np.float64]
    all: NDArray[np.float64]


def usable(respondents: pd.DataFrame, target: str = TARGET, mode: str = MODE) -> pd.DataFrame:
    """Respondents that the model may learn from, with their cell and a weight of mean 1 by wave.

    Parameters
    ----------
    respondents : see `readers.credoc.read_respondents`.

    Returns
    -------
    The two last waves of the mode, aged 15 or older with an answer; columns `annee`, `mode`,
    `zone`, `cellule`, `poids`, `cible` (0 or 1), and the `EXTRAS`. Minors have no diploma yet: they
    take the cell of the baccalauréat, and next to none of them never uses the internet.

    Raises
    ------
    DataCheckError
        When too few are left.
    """
    own = respondents[respondents["mode"].eq(mode) & respondents["age"].ge(YOUNGEST)]
    own = own[own[target].notna()]
    own = own[own["annee"].isin(sorted(own["annee"].unique())[-2:])]
    diploma = own["diplome"].mask(own["diplome"].isna() & own["age"].lt(18), "bac")
    own = own.assign(diplome=diploma)[diploma.notna()]
    if len(own) < MIN_RESPONDENTS:
        raise DataCheckError(
            "L'enquête a trop peu de réponses en face à face pour estimer la difficulté numérique.",
            expected=f"au moins {MIN_RESPONDENTS}",
            found=str(len(own)),
            remedy="vérifiez le fichier du Baromètre du numérique et ses vagues",
        )
    age = np.searchsorted(AGES, own["age"].to_numpy(float), side="right") - 1
    level = own["diplome"].map({name: i for i, name in enumerate(DIPLOMAS)}).to_numpy(int)
    mean = own.groupby("annee")["poids"].transform("mean")
    return pd.DataFrame(
        {
            "annee": own["annee"].to_numpy(),
            "mode": own["mode"].to_numpy(),
            "zone": own["zone"].to_numpy(),
            "cellule": age * len(DIPLOMAS) + level,
            "poids": (own["poids"] / mean).to_numpy(float),
            "cible": own[target].to_numpy(float),
            **{name: own[name].astype("str").fillna("?").to_numpy(object) for name in EXTRAS},
        }
    )


def count_cells(people: pd.DataFrame, times: NDArray[np.float64] | None = None) -> Counts:
    """Weighted respondents by cell; `times` repeats each of them."""
    weight = people["poids"].to_numpy() * (1.0 if times is None else times)
    cell = people["cellule"].to_numpy()
    never = np.bincount(cell, weight * people["cible"].to_numpy(), CELLS)
    return Counts(never.astype(float), np.bincount(cell, weight, CELLS).astype(float))


def design() -> NDArray[np.float64]:
    """One row per cell: its age and its diploma, shape (32, 12)."""
    age, diploma = np.divmod(np.arange(CELLS), len(DIPLOMAS))
    return np.hstack([np.eye(len(AGES))[age], np.eye(len(DIPLOMAS))[diploma]])


def fit_rates(counts: Counts, *, penalty: float = PENALTY) -> NDArray[np.float64]:
    """Rate of each cell by a regularised logistic regression, shape (32,).

    Each cell stands as two observations, those who never use the internet and the others, with
    their weights: the same likelihood as one row per respondent.
    """
    rows = design()
    model = LogisticRegression(C=penalty, max_iter=500, tol=1e-8)
    model.fit(
        np.vstack([rows, rows]),
        np.repeat([1, 0], CELLS),
        sample_weight=np.concatenate([counts.never, counts.all - counts.never]).clip(0),
    )
    return np.asarray(model.predict_proba(rows)[:, 1])


def survey_seed(counts: Counts) -> NDArray[np.float64]:
    """Share of the population in each cell, as the survey has it: where raking starts from."""
    return counts.all / counts.all.sum()


def bootstrap_rates(
    people: pd.DataFrame, *, replicates: int = REPLICATES, seed: int = SEED
) -> NDArray[np.float64]:
    """Rates of each cell when respondents are drawn again, shape (replicates, 32).

    Drawn with replacement within wave and mode, as many as there are.
    """
    rng = np.random.default_rng(seed)
    strata = [np.asarray(rows) for rows in people.groupby(["annee", "mode"]).indices.values()]
    found = np.empty((replicates, CELLS))
    with threadpool_limits(1):
        for replicate in range(replicates):
            times = np.zeros(len(people))
            for rows in strata:
                times[rows] = np.bincount(rng.integers(0, len(rows), len(rows)),
                                          minlength=len(rows))  # fmt: skip
            found[replicate] = fit_rates(count_cells(people, times))
    return found


def validate(
    people: pd.DataFrame, models: Collection[str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Predict each zone by a model that saw nothing of it, beside simpler and richer models.

    Parameters
    ----------
    people : see `usable`.
    models : those to try, `age_diplome` among them; all but `constante` by default.

    Returns
    -------
    quality : columns `modele`, `brier`, `pente`, `ordonnee` (slope and intercept of calibration:
        1 and 0 are perfect), for `age`, `diplome`, `age_diplome` (the one used), that one with each
        of `EXTRAS` in addition, `gradient` (boosting on age and diploma), and `constante`, the
        same rate for everybody.
    predictions : columns `zone`, `cible`, `predit`, `poids`, one row per respondent, for the model
        used: to be summarised, never stored.
    """
    age, diploma = np.divmod(people["cellule"].to_numpy(), len(DIPLOMAS))
    both = design()[people["cellule"].to_numpy()]
    inputs = {
        "age": np.eye(len(AGES))[age],
        "diplome": np.eye(len(DIPLOMAS))[diploma],
        "age_diplome": both,
        **{f"age_diplome_{name}": np.hstack([both, _dummies(people[name])]) for name in EXTRAS},
        "gradient": np.column_stack([age, diploma]),
        "constante": np.ones((len(people), 1)),
    }
    tried = set(inputs) - {"constante"} if models is None else set(models)
    inputs = {name: table for name, table in inputs.items() if name in tried}
    target, weight = people["cible"].to_numpy(), people["poids"].to_numpy()
    zone = people["zone"].to_numpy()
    rows, kept = [], np.empty(len(people))
    for name, table in inputs.items():
        predicted = np.empty(len(people))
        with threadpool_limits(1):
            for left_out in np.unique(zone):
                test = zone == left_out
                fitted = _fitted(name, table[~test], target[~test], weight[~test])
                predicted[test] = fitted.predict_proba(table[test])[:, 1]
        slope, intercept = _calibration(predicted, target, weight)
        brier = np.average((predicted - target) ** 2, weights=weight)
        rows.append((name, float(brier), slope, intercept))
        if name == "age_diplome":
            kept = predicted
    quality = pd.DataFrame(rows, columns=["modele", "brier", "pente", "ordonnee"])
    predictions = people[["zone", "cible", "poids"]].assign(predit=kept)
    return quality, predictions


def _dummies(values: pd.Series) -> NDArray[np.float64]:
    """One column per answer, missing ones among them."""
    return pd.get_dummies(values).to_numpy(float)


def _fitted(
    name: str,
    table: NDArray[np.float64],
    target: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> LogisticRegression | HistGradientBoostingClassifier:
    """Fit one of the models that are compared."""
    if name == "gradient":
        trees = HistGradientBoostingClassifier(
            learning_rate=0.05,
            max_iter=60,
            max_leaf_nodes=6,
            min_samples_leaf=40,
            early_stopping=False,
            random_state=SEED,
        )
        return trees.fit(table, target, weight)
    # Respondents alike count once, with their weights: the same likelihood, ten times faster.
    rows, alike = np.unique(table, axis=0, return_inverse=True)
    yes = np.bincount(alike, weight * target, len(rows))
    no = np.bincount(alike, weight * (1 - target), len(rows))
    return LogisticRegression(C=PENALTY, max_iter=500).fit(
        np.vstack([rows, rows]),
        np.repeat([1.0, 0.0], len(rows)),
        np.concatenate([yes, no]).clip(0),
    )


def _calibration(
    predicted: NDArray[np.float64], target: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[float, float]:
    """Slope and intercept of the logistic regression of what happened on what was predicted."""
    log_odds = logit(predicted.clip(1e-4, 1 - 1e-4))
    model = LogisticRegression(C=1e6, max_iter=500).fit(log_odds[:, None], target, weight)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def shift_rates(rates: NDArray[np.float64], by: float) -> NDArray[np.float64]:
    """Rates moved by the same amount on the logit scale."""
    return np.asarray(expit(logit(rates.clip(1e-9, 1 - 1e-9)) + by))
