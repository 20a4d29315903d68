"""The rates of ages and diplomas: the same as scikit-learn's on one row per respondent."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from fragility.errors import DataCheckError
from fragility.skills import model


def survey(n=4000, seed=3, **columns):
    rng = np.random.default_rng(seed)
    age = rng.integers(15, 95, n)
    level = rng.integers(0, 4, n)
    never = rng.random(n) < 1 / (1 + np.exp(-(-7 + 0.08 * age - 0.6 * level)))
    frame = pd.DataFrame({
        "annee": rng.choice([2018, 2019], n), "mode": "face_a_face", "age": age,
        "zone": rng.choice(list("abcde"), n), "diplome": np.array(model.DIPLOMAS)[level],
        "poids": rng.lognormal(0, 0.3, n), "jamais_internet": never.astype(float),
        "taille_menage": rng.choice(["1", "2"], n), "sexe": "femme", "agglomeration": "rurale",
    })  # fmt: skip
    return frame.assign(**columns)


def test_cells_count_everyone_once():
    people = model.usable(survey())
    counts = model.count_cells(people)
    assert counts.all.sum() == pytest.approx(4000)
    assert (counts.never <= counts.all + 1e-9).all()


def test_the_fit_agrees_with_one_row_per_respondent():
    people = model.usable(survey())
    rows = model.design()[people["cellule"].to_numpy()]
    peer = LogisticRegression(C=model.PENALTY, max_iter=1000, tol=1e-8)
    peer.fit(rows, people["cible"], people["poids"])
    own = model.fit_rates(model.count_cells(people))
    assert own == pytest.approx(peer.predict_proba(model.design())[:, 1], abs=1e-3)


def test_the_rate_rises_with_age_and_falls_with_the_diploma():
    rates = model.fit_rates(model.count_cells(model.usable(survey()))).reshape(8, 4)
    assert (np.diff(rates[2:], axis=0) > 0).all()
    assert (np.diff(rates[2:], axis=1) < 0).all()


def test_only_the_two_last_waves_face_to_face_teach():
    online = survey(seed=4, mode="internet", annee=2022)
    older = survey(seed=5, annee=2012)
    people = model.usable(pd.concat([survey(), online, older], ignore_index=True))
    assert sorted(people["annee"].unique()) == [2018, 2019]
    assert len(people) == 4000


def test_those_not_asked_or_too_young_do_not_count():
    frame = survey()
    frame.loc[:9, "jamais_internet"] = np.nan
    frame.loc[10:19, "age"] = 14
    frame.loc[20:29, ["age", "diplome"]] = [16, None]
    frame.loc[30:39, ["age", "diplome"]] = [40, None]
    people = model.usable(frame)
    # 10 not asked, 10 too young, 10 adults without a known diploma; minors without one stay.
    assert len(people) == 4000 - 30


def test_a_survey_that_is_too_small_is_refused():
    with pytest.raises(DataCheckError, match="trop peu de réponses"):
        model.usable(survey(n=300))


def test_replicates_are_the_same_with_the_same_seed_and_centre_on_the_fit():
    people = model.usable(survey())
    first = model.bootstrap_rates(people, replicates=20)
    assert np.array_equal(first, model.bootstrap_rates(people, replicates=20))
    assert not np.array_equal(first, model.bootstrap_rates(people, replicates=20, seed=1))
    gap = np.abs(first.mean(axis=0) - model.fit_rates(model.count_cells(people)))
    assert gap.max() < 0.03


def test_validation_leaves_whole_zones_out_and_compares_models():
    quality, predictions = model.validate(model.usable(survey()))
    assert quality["modele"].tolist() == [
        "age", "diplome", "age_diplome", "age_diplome_taille_menage", "age_diplome_sexe",
        "age_diplome_agglomeration", "gradient",
    ]  # fmt: skip
    brier = quality.set_index("modele")["brier"]
    assert brier["age_diplome"] < brier["age"]
    assert quality.set_index("modele").loc["age_diplome", "pente"] == pytest.approx(1, abs=0.1)
    assert predictions.groupby("zone").size().sum() == 4000


def test_replicates_draw_as_many_as_there_are_within_each_wave_and_mode(monkeypatch):
    people = model.usable(survey())
    drawn = []
    monkeypatch.setattr(model, "fit_rates", lambda counts: np.zeros(model.CELLS))
    monkeypatch.setattr(
        model, "count_cells", lambda people, times: drawn.append(np.asarray(times).copy())
    )
    model.bootstrap_rates(people, replicates=3)
    for wave in (2018, 2019):
        own = people["annee"].eq(wave).to_numpy()
        assert [times[own].sum() for times in drawn] == [own.sum()] * 3


def test_minors_take_the_baccalaureat():
    young = survey(age=16, diplome=None)
    cells = model.usable(young)["cellule"].unique()
    assert cells.tolist() == [model.DIPLOMAS.index("bac")]


def test_the_same_rate_for_all_is_tried_when_asked():
    quality, _ = model.validate(model.usable(survey()), ("age_diplome", "constante"))
    brier = quality.set_index("modele")["brier"]
    assert sorted(brier.index) == ["age_diplome", "constante"]
    assert brier["age_diplome"] < brier["constante"]
