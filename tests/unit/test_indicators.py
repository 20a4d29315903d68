"""Where each cell comes from, on a commune of three IRIS and two that are not divided."""

import numpy as np
import pandas as pd
import pytest

from fragility.index.indicators import (
    far_from_4g,
    from_iris,
    inherit,
    observed,
)

IRIS = pd.Index(["010010101", "010010102", "010010103", "010020000", "010030000"])
PARENT = pd.Series(["01001", "01001", "01001", "01002", "01003"], index=IRIS)
WHOLE = pd.Series([False, False, False, True, True], index=IRIS)
POPULATION = pd.Series([100.0, 300.0, 100.0, 50.0, 20.0], index=IRIS)
COMMUNES = pd.Index(["01001", "01002", "01003"])


def cells(values, index, year=2018, origin="observe"):
    return observed(pd.Series(values, index=index, dtype=float), year, origin)


def test_observed_cells_without_value_are_absent_and_have_no_year():
    result = cells([10, np.nan, 0], COMMUNES)
    assert result.origin.tolist() == ["observe", "absent", "observe"]
    assert result.year.isna().tolist() == [False, True, False]


def test_iris_inherit_and_say_so():
    own = cells([12, np.nan, np.nan, np.nan, np.nan], IRIS, year=2018)
    commune = cells([20, 30, np.nan], COMMUNES, year=2019)
    result = inherit(own, commune, PARENT, WHOLE)
    assert result.value.tolist()[:4] == [12, 20, 20, 30]
    # The undivided commune IS its IRIS: its figure is observed, not inherited.
    assert result.origin.tolist() == ["observe", "commune", "commune", "observe", "absent"]
    assert result.year.tolist()[:4] == [2018, 2019, 2019, 2019]


def test_a_modelled_commune_makes_modelled_iris():
    commune = cells([20, 30, 40], COMMUNES, origin="impute")
    result = inherit(cells([np.nan] * 5, IRIS), commune, PARENT, WHOLE)
    assert set(result.origin) == {"impute"}


def test_commune_from_iris_weights_by_population():
    own = cells([10, 20, np.nan, np.nan, np.nan], IRIS)
    result = from_iris(own, POPULATION, PARENT, COMMUNES)
    assert result.value["01001"] == pytest.approx((10 * 100 + 20 * 300) / 400)
    assert result.origin["01001"] == "iris"
    assert result.origin["01002"] == "absent"


def test_commune_from_iris_needs_half_of_the_people():
    own = cells([10, np.nan, 20, np.nan, np.nan], IRIS)  # 200 of 500 inhabitants
    assert from_iris(own, POPULATION, PARENT, COMMUNES).origin["01001"] == "absent"


def test_an_estimated_iris_does_not_make_an_aggregated_commune():
    own = cells([10, 20, 30, np.nan, np.nan], IRIS, origin="impute")
    assert from_iris(own, POPULATION, PARENT, COMMUNES).origin["01001"] == "absent"


def test_far_from_4g_counts_people_not_cells():
    # Two sites at (3°E, 46.5°N) = (700 000, 6 600 000) in Lambert-93, one overseas left out.
    mobile = pd.DataFrame({"longitude": [3.0, -61.5], "latitude": [46.5, 16.2]})
    grid = pd.DataFrame(
        {
            "code_commune": ["01001", "01001", "01002"],
            "code_iris": ["010010101", "010010102", "010020000"],
            "population": [30.0, 10.0, 5.0],
            "x_m": [700_000 + 3_999, 700_000 + 4_001, 700_000.0],
            "y_m": [6_600_000.0] * 3,
        }
    )
    shares = far_from_4g(grid, mobile)
    assert shares["commune"].to_dict() == {"01001": 25.0, "01002": 0.0}
    assert shares["iris"]["010010102"] == 100.0


def test_without_sites_nothing_is_claimed():
    empty = pd.DataFrame({"longitude": [], "latitude": []})
    assert far_from_4g(pd.DataFrame({"x_m": [1]}), empty)["commune"].empty


def test_overseas_sites_alone_say_nothing_of_the_metropole():
    overseas = pd.DataFrame({"longitude": [-61.5], "latitude": [16.2]})
    assert far_from_4g(pd.DataFrame({"x_m": [1]}), overseas)["commune"].empty
