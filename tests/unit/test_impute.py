"""The poverty model learns what it can, is judged on groups it never saw, and stays in bounds."""

import numpy as np
import pandas as pd
import pytest

from fragility.errors import DataCheckError
from fragility.index.impute import FEATURES, cross_validate, impute_poverty, validation_groups


@pytest.fixture
def world():
    """300 communes of 10 départements; poverty falls with income, plus a département effect."""
    rng = np.random.default_rng(1)
    codes = pd.Index([f"{d:02d}{c:03d}" for d in range(1, 11) for c in range(1, 31)])
    features = pd.DataFrame(rng.normal(size=(300, len(FEATURES))), index=codes, columns=FEATURES)
    features["niveau_vie_median"] = rng.normal(21_000, 3_000, 300)
    communes = pd.DataFrame(
        {"code_departement": codes.str[:2], "code_epci": codes.str[:3]}, index=codes
    )
    truth = (45 - features["niveau_vie_median"] / 700).clip(2, 40)
    population = pd.Series(1000.0, index=codes)
    return features, truth, communes, population


def test_missing_poverty_is_predicted_and_observed_poverty_left_alone(world):
    features, truth, communes, population = world
    published = truth.where(np.arange(300) % 3 == 0)
    imputed, errors, residuals = impute_poverty(features, published, communes, population)
    assert set(imputed.index) == set(published.index[published.isna()])
    assert np.corrcoef(imputed, truth[imputed.index])[0, 1] > 0.9
    assert errors.set_index("mesure").loc["r2", "valeur"] > 0.7
    assert len(residuals) == 100
    assert residuals["observe"].tolist() == published.dropna().tolist()


def test_the_error_quoted_is_the_one_of_the_residuals(world):
    features, truth, communes, population = world
    published = truth.where(np.arange(300) % 2 == 0)
    _, errors, residuals = impute_poverty(features, published, communes, population)
    error = residuals["predit"] - residuals["observe"]
    quoted = errors.set_index("mesure")["valeur"]
    assert quoted["erreur_absolue_moyenne"] == pytest.approx(error.abs().mean())
    assert quoted["r2"] == pytest.approx(
        1 - (error**2).sum() / ((residuals["observe"] - residuals["observe"].mean()) ** 2).sum()
    )


def test_nobody_lives_there_nothing_is_imputed(world):
    features, truth, communes, population = world
    published = truth.where(np.arange(300) % 2 == 0)
    population.iloc[1] = 0
    features.iloc[3] = np.nan
    imputed, _, _ = impute_poverty(features, published, communes, population)
    assert features.index[1] not in imputed.index
    assert features.index[3] not in imputed.index


def test_a_group_is_never_in_its_own_training(world):
    """A target that is pure group identity cannot be predicted from the other groups."""
    features, _, communes, _ = world
    identity = communes["code_departement"].astype(int) * 3.0
    features = features.assign(chomage_pct=identity)
    predicted = cross_validate(features, identity, communes["code_departement"])
    # Trained with its own group the model would give the identity exactly.
    assert (predicted - identity).abs().min() > 0.5


def test_few_departements_are_validated_by_epci(world):
    _, _, communes, _ = world
    few = communes[communes["code_departement"].isin(["01", "02"])]
    assert validation_groups(few, few.index)[1] == "EPCI"
    assert validation_groups(communes, communes.index)[1] == "département"


def test_too_few_observed_communes_are_refused(world):
    features, truth, communes, population = world
    published = truth.where(np.arange(300) < 10)
    with pytest.raises(DataCheckError, match="Trop peu"):
        impute_poverty(features, published, communes, population)


def test_hidden_income_takes_the_model_that_never_saw_one(world):
    features, truth, communes, population = world
    features["chomage_pct"] = 60 - truth  # census alone says it all
    published = truth.where(np.arange(300) % 2 == 0)
    hidden = features.index[1:20:2]
    features.loc[hidden, "niveau_vie_median"] = np.nan
    imputed, errors, _ = impute_poverty(features, published, communes, population)
    assert np.corrcoef(imputed[hidden], truth[hidden])[0, 1] > 0.9
    quoted = errors.set_index("mesure")["valeur"]
    assert quoted["nb_imputes_sans_revenu"] == 10
    assert quoted["r2_sans_revenu"] > 0.7


def test_a_departement_without_any_income_gets_nothing(world):
    """As Guadeloupe and Guyane: nothing ties their census to the national poverty line."""
    features, truth, communes, population = world
    published = truth.where(np.arange(300) % 2 == 0)
    own = communes["code_departement"] == "04"
    features.loc[own, "niveau_vie_median"] = np.nan
    published[own] = np.nan
    imputed, _, _ = impute_poverty(features, published, communes, population)
    assert not set(imputed.index) & set(communes.index[own])
    assert len(imputed) == int(published.isna().sum()) - int(own.sum())
