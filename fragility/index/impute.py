"""Poverty where statistical secrecy hides it: a model, validated on départements it never saw.

Poverty is published for about one commune in eight, the larger ones. A random split of the
communes would flatter the model, neighbours being alike, so the error quoted is measured by
leaving out whole départements.

Where the median income is hidden too, a second model without it, with its own error.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.model_selection import GroupKFold
from threadpoolctl import threadpool_limits

from fragility.errors import DataCheckError

FEATURES = (
    "niveau_vie_median",
    "chomage_pct",
    "proprietaires_pct",
    "vacance_pct",
    "densite_log",
    "peu_diplomes_pct",
    "familles_mono_pct",
    "personnes_seules_pct",
    "plus_65_pct",
)
INCOME = "niveau_vie_median"
FOLDS = 5
# A territory of few départements (the demonstration) is validated by EPCI instead.
MIN_GROUPS = 5
MIN_OBSERVED = 40
SEED = 20210101


def poverty_features(recensement: pd.DataFrame, revenus: pd.DataFrame) -> pd.DataFrame:
    """Predictors of poverty, one row per commune (index `code`), missing values allowed.

    Parameters
    ----------
    recensement, revenus : rows of level `commune` of the core tables, indexed by `code`.
    """
    table = recensement.join(revenus[["niveau_vie_median"]], how="left")
    table["densite_log"] = np.log1p(table["densite_hab_km2"])
    return table[list(FEATURES)].astype(float)


def fit_model(features: pd.DataFrame, target: pd.Series) -> HistGradientBoostingRegressor:
    """Learn a rate from the census and the incomes; always the same for the same data."""
    return _model().fit(features, target)


def _model() -> HistGradientBoostingRegressor:
    return HistGradientBoostingRegressor(
        learning_rate=0.06,
        max_iter=200,
        max_leaf_nodes=15,
        min_samples_leaf=15,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=SEED,
    )


def validation_groups(communes: pd.DataFrame, observed: pd.Index) -> tuple[pd.Series, str]:
    """Groups to leave out together: départements, or EPCI where there are too few of them."""
    departments = communes["code_departement"].reindex(observed)
    if departments.nunique() >= MIN_GROUPS:
        return departments, "département"
    return communes["code_epci"].reindex(observed), "EPCI"


def cross_validate(features: pd.DataFrame, target: pd.Series, groups: pd.Series) -> pd.Series:
    """Predict each observed value by a model that saw nothing of its group.

    Returns
    -------
    Predictions on the index of `target`, in percent.
    """
    predicted = pd.Series(np.nan, index=target.index)
    folds = GroupKFold(n_splits=min(FOLDS, groups.nunique()))
    for train, test in folds.split(features, target, groups):
        model = fit_model(features.iloc[train], target.iloc[train])
        predicted.iloc[test] = model.predict(features.iloc[test])
    return predicted.clip(0, 100)


def impute_poverty(
    features: pd.DataFrame, poverty: pd.Series, communes: pd.DataFrame, population: pd.Series
) -> tuple[pd.Series, pd.DataFrame, pd.DataFrame]:
    """Model poverty for the communes where it is not published.

    Parameters
    ----------
    features : see `poverty_features`; index = commune codes.
    poverty : published rates in percent, missing under secrecy, same index.
    communes : `core_communes` indexed by `code_commune`.
    population : inhabitants, same index; uninhabited communes get no value.

    Returns
    -------
    imputed : percent, where it was missing, somebody lives there and the census describes the
        commune. Those whose median income is not published take a model that never saw one; a
        département without any published income gets nothing.
    errors : table `index_imputation`, the cross-validated errors.
    residuals : observed, predicted and their group, one row per observed commune.

    Raises
    ------
    DataCheckError
        When too few communes have a published rate to train anything.
    """
    observed = poverty.dropna().index
    if len(observed) < MIN_OBSERVED:
        raise DataCheckError(
            "Trop peu de communes ont un taux de pauvreté publié pour modéliser les autres.",
            expected=f"au moins {MIN_OBSERVED}",
            found=str(len(observed)),
            remedy="vérifiez le fichier du comparateur et l'année de revenu",
        )
    groups, unit = validation_groups(communes, observed)
    target = poverty[observed]
    blind = features.drop(columns=INCOME)
    # One thread: the tables are small, and threads that wait for a busy core cost ten times more.
    with threadpool_limits(1):
        predicted = cross_validate(features.loc[observed], target, groups)
        predicted_blind = cross_validate(blind.loc[observed], target, groups)
        model = fit_model(features.loc[observed], target)
        blind_model = fit_model(blind.loc[observed], target)
    imputed = pd.Series(np.nan, index=poverty.index)
    wanted = poverty.isna() & (population > 0) & features[["chomage_pct"]].notna().any(axis=1)
    has_income = features[INCOME].notna()
    # Where Filosofi does not go at all (Guadeloupe, Guyane, Mayotte), nothing ties the census to
    # the national poverty line: Martinique and Réunion, next door, are at 30 and 39 %.
    covered = has_income.groupby(communes["code_departement"].reindex(has_income.index)).transform(
        "any"
    )
    for rows, fitted, table in (
        (wanted & has_income, model, features),
        (wanted & ~has_income & covered, blind_model, blind),
    ):
        if rows.any():
            imputed[rows] = fitted.predict(table[rows])
    residuals = pd.DataFrame(
        {
            "code": observed,
            "observe": target.to_numpy(),
            "predit": predicted.to_numpy(),
            "predit_sans_revenu": predicted_blind.to_numpy(),
            "groupe": groups.to_numpy(),
        }
    )
    n_blind = int((wanted & ~has_income & covered).sum())
    imputed = imputed.dropna().clip(0, 100)
    return imputed, _errors(residuals, unit, len(imputed), n_blind, population), residuals


def _errors(
    residuals: pd.DataFrame, unit: str, n_imputed: int, n_blind: int, population: pd.Series
) -> pd.DataFrame:
    """Summarise the cross-validation as `index_imputation`."""
    error = residuals["predit"] - residuals["observe"]
    blind = residuals["predit_sans_revenu"] - residuals["observe"]
    spread = residuals["observe"].std(ddof=0)
    smaller = population.reindex(residuals["code"]).to_numpy() < 5000
    rows = [
        (
            "r2",
            1 - (error**2).mean() / spread**2,
            f"R² hors échantillon, par {unit} tenu à l'écart",
        ),
        ("erreur_absolue_moyenne", error.abs().mean(), "Points de pourcentage"),
        ("biais", error.mean(), "Erreur moyenne, en points (prédit - observé)"),
        ("ecart_type_residus", error.std(ddof=0), "Écart-type des erreurs, en points"),
        ("ecart_type_cible", spread, "Écart-type de la pauvreté publiée, en points"),
        (
            "erreur_absolue_petites",
            error[smaller].abs().mean() if smaller.any() else np.nan,
            "Erreur absolue moyenne sous 5 000 habitants, en points",
        ),
        ("r2_sans_revenu", 1 - (blind**2).mean() / spread**2, "R² du modèle sans le revenu médian"),
        (
            "erreur_absolue_sans_revenu",
            blind.abs().mean(),
            "Erreur absolue moyenne du modèle sans le revenu médian, en points",
        ),
        ("nb_observes", len(residuals), "Communes à taux publié"),
        ("nb_imputes", n_imputed, "Communes à taux modélisé"),
        ("nb_imputes_sans_revenu", n_blind, "Dont celles dont le revenu médian n'est pas publié"),
        ("nb_groupes", residuals["groupe"].nunique(), f"Groupes ({unit}) de la validation"),
    ]
    return pd.DataFrame(rows, columns=["mesure", "valeur", "description"]).astype({"valeur": float})
