import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import norm

from fragility.skills.residual import check_residual, learn_residual, zone_residual


def test_the_residual_is_what_the_known_errors_leave_unexplained() -> None:
    rng = np.random.default_rng(1)
    known = np.full(20_000, 0.03)
    gap = rng.normal(0, 0.05, 20_000)  # 0.03² + 0.04² = 0.05²
    assert learn_residual(gap, known) == pytest.approx(0.04, abs=0.001)


def test_errors_that_explain_everything_leave_no_residual() -> None:
    gap = np.random.default_rng(2).normal(0, 0.02, 500)
    assert learn_residual(gap, np.full(500, 0.05)) < 0.001


def published(residual: float, used: float, count: int = 400) -> pd.DataFrame:
    """Rates published around estimates whose intervals count on the residual `used`."""
    rng = np.random.default_rng(3)
    centre = rng.normal(-1.5, 0.2, count)
    width = norm.ppf(0.95) * np.hypot(0.02, used)
    truth = centre + rng.normal(0, np.hypot(0.02, residual), count)
    return pd.DataFrame(
        {
            "taux_pct": 100 * expit(truth),
            "difficulte_numerique_pct": 100 * expit(centre),
            "difficulte_numerique_bas": 100 * expit(centre - width),
            "difficulte_numerique_haut": 100 * expit(centre + width),
        }
    )


def test_what_is_learnt_does_not_depend_on_what_was_used() -> None:
    assert check_residual(published(0.05, 0.05), 0.05).learnt == pytest.approx(
        check_residual(published(0.05, 0.2), 0.2).learnt, abs=1e-4
    )


def test_the_other_half_is_held_nine_times_in_ten_and_the_learnt_residual_is_in_its_range() -> None:
    found = check_residual(published(0.05, 0.05), 0.05)
    assert found.held == pytest.approx(90, abs=3)
    assert found.low < found.learnt < found.high
    assert found.learnt == pytest.approx(0.05, abs=0.01)


def test_the_learnt_residual_is_not_the_used_one() -> None:
    found = check_residual(published(0.10, 0.05), 0.05)
    assert found.learnt == pytest.approx(0.10, abs=0.01)
    assert found.held_low < found.held < found.held_high


def zones(gap: float) -> pd.DataFrame:
    """Two zones of 1,000, predicted at 20 %, seen at 20 % and at 20 % moved by a gap."""
    seen = round(1000 * float(expit(np.log(0.25) + gap)))
    rows = [("a", 200), ("b", seen)]
    return pd.concat(
        pd.DataFrame(
            {"zone": zone, "poids": 1.0, "predit": 0.2,
             "cible": np.arange(1000) < never}
        ).astype({"cible": float})
        for zone, never in rows
    )  # fmt: skip


def test_zones_teach_what_chance_does_not_explain() -> None:
    residual, held = zone_residual(zones(0.6))
    # One gap of 0 and one of 0.6 less the chance of 1,000 people, 0.08: about 0.6 / sqrt(2).
    assert residual == pytest.approx(0.42, abs=0.02)
    assert held == 50
    assert zone_residual(zones(0.0)) == (pytest.approx(0, abs=1e-3), 100)
