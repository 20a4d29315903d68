"""The aggregates of a file follow from its parts, and what breaks the rule is named."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fragility.index.profiles import available_profiles, load_profile
from fragility.validation.published import read_published
from fragility.validation.published_forms import AXES
from fragility.validation.reproduce import (
    INDICATORS_2020,
    combine_axes,
    count_indicators,
    indicators_2020,
    reproduce,
    rounding_of,
)
from tests.published_files import HEADER_2023, reference, whole_2020, write_2020

CODES = ["912860107", "010010000", "311490901"]


def portal(path, *rows):
    text = "\n".join([HEADER_2023, *rows]) + "\n"
    path.write_text(text, encoding="utf-8")
    return read_published(path)


def test_the_total_of_2023_is_the_mean_of_the_five(tmp_path):
    # 7 + 6 + 7 + 8 + 8 = 36, 36 / 5 = 7.2
    read = portal(tmp_path / "p.csv", "A,01001,7.0,6.0,7.0,8.0,8.0,7.2",
                  "B,01002,5.25,6.0,7.0,8.0,8.0,6.85")  # fmt: skip
    found = reproduce(read)
    assert found.is_exact
    assert found.summary.loc[0, ["lignes", "exactes"]].tolist() == [2, 2]
    assert found.summary.loc[0, "ecart_max"] < 1e-9


def test_a_row_that_breaks_the_rule_is_named_and_not_averaged_away(tmp_path):
    rows = [f"N{i},{i:05d},7.0,6.0,7.0,8.0,8.0,7.2" for i in range(1, 200)]
    found = reproduce(portal(tmp_path / "p.csv", *rows, "Faux,01999,7.0,6.0,7.0,8.0,8.0,7.3"))
    assert not found.is_exact
    assert found.broken["code"].tolist() == ["01999"]
    assert found.broken["nom"].tolist() == ["Faux"]
    assert found.broken["publie"].tolist() == [7.3]
    assert found.broken["recalcule"].iloc[0] == pytest.approx(7.2)
    assert found.summary.loc[0, "exactes"] == 199


def test_incomplete_rows_are_listed_with_what_they_lack(tmp_path):
    read = portal(tmp_path / "p.csv", "A,01001,7.0,6.0,7.0,8.0,8.0,7.2",
                  "Ruine,55039,0.0,0.0,0.0,0.0,0.0,0.0",
                  "B,01002,7.0,6.0,,8.0,8.0,7.25")  # fmt: skip
    found = reproduce(read).incomplete.set_index("code")
    assert found.loc["01002", "manque"] == "pauvrete"
    assert found.loc["55039", "manque"].count(",") == 5
    assert reproduce(read).summary.loc[0, "lignes"] == 1


def test_the_rounding_of_the_file_is_forgiven_and_no_more(tmp_path):
    # Means of IRIS rounded to two digits: (7.13 + 6 + 7 + 8 + 8) / 5 = 7.226, written 7.23.
    rounded = portal(tmp_path / "a.csv", "A,01001,7.13,6.0,7.0,8.0,8.0,7.23")
    assert reproduce(rounded).is_exact
    assert not reproduce(portal(tmp_path / "b.csv", "A,01001,7.13,6.0,7.0,8.0,8.0,7.24")).is_exact
    # Whole classes were not rounded: nothing is forgiven.
    assert not reproduce(portal(tmp_path / "c.csv", "A,01001,7.0,6.0,7.0,8.0,8.0,7.3")).is_exact
    assert rounding_of(0, 1) == 0
    assert rounding_of(16, 16) == 0
    assert rounding_of(2, 2) == pytest.approx(0.01)


def test_2020_is_a_mean_of_indicators_for_every_reference(tmp_path):
    rows = {code: {"information": 50.0 + i, "interfaces": 0.0 if i else 80.0}
            for i, code in enumerate(CODES)}  # fmt: skip
    found = reproduce(read_published(write_2020(tmp_path / "p.csv", rows)))
    assert found.is_exact
    assert len(found.summary) == 9
    assert found.summary["lignes"].eq(3).all()


def test_2020_rows_that_break_the_rule_are_named_by_reference(tmp_path):
    rows = {CODES[0]: {}, CODES[1]: {"acces": 75.0}}
    read = read_published(write_2020(tmp_path / "p.csv", rows, references=("epci", "region")))
    found = reproduce(read).broken
    # Both references; the score follows from the axes, not from the pillar, and still holds.
    assert set(zip(found["code"], found["reference"], found["agregat"], strict=True)) == {
        (CODES[1], "epci", "acces"), (CODES[1], "region", "acces"),
    }  # fmt: skip
    assert found["recalcule"].tolist() == pytest.approx([70.0, 70.0])


def test_the_order_of_rows_and_the_region_do_not_count(tmp_path):
    rows = {code: {"numeriques": 100.0 + i} for i, code in enumerate(CODES)}
    one = reproduce(read_published(write_2020(tmp_path / "a.csv", rows)))
    back = dict(reversed(rows.items()))
    other = reproduce(read_published(write_2020(tmp_path / "b.csv", back, separator=",",
                                                decimal=",")))  # fmt: skip
    pd.testing.assert_frame_equal(one.summary, other.summary)


def test_numbers_of_indicators_are_the_weights():
    axes = pd.DataFrame({"information": [10.0], "interfaces": [40.0], "administratives": [20.0],
                         "numeriques": [50.0]})  # fmt: skip
    one_each = combine_axes(axes, dict.fromkeys(AXES, 1)).iloc[0].tolist()
    assert one_each == [25.0, 35.0, 30.0]
    three = combine_axes(axes, {**dict.fromkeys(AXES, 1), "interfaces": 3}).iloc[0]
    # (10 + 3 x 40) / 4, and (10 + 3 x 40 + 20 + 50) / 6: the score is a mean of indicators.
    assert three["acces"] == 32.5
    assert three["score"] == pytest.approx(200 / 6)


def test_a_missing_axis_is_left_out_of_the_means():
    axes = pd.DataFrame({"information": [60.0], "interfaces": [np.nan], "administratives": [30.0],
                         "numeriques": [120.0]})  # fmt: skip
    found = combine_axes(axes, INDICATORS_2020).iloc[0]
    assert found["acces"] == 60
    # Five indicators are left: (2 x 60 + 30 + 2 x 120) / 5.
    assert found["score"] == pytest.approx(78)


@given(st.lists(st.floats(0, 500), min_size=4, max_size=4))
def test_an_aggregate_is_between_its_parts(values):
    axes = pd.DataFrame([values], columns=list(AXES))
    row = combine_axes(axes, INDICATORS_2020).iloc[0]
    assert min(values) - 1e-9 <= row["score"] <= max(values) + 1e-9
    assert row["score"] == pytest.approx(whole_2020(dict(zip(AXES, values, strict=True)))["score"])


def test_the_profile_of_2020_says_the_numbers():
    if "ifn-2020" not in available_profiles():
        pytest.skip("the profile ifn-2020 does not come with the package yet")
    assert count_indicators(load_profile("ifn-2020")) == INDICATORS_2020
    assert indicators_2020() == INDICATORS_2020
    with pytest.raises(ValueError, match="missing"):
        count_indicators(load_profile("ifn-2023"))


@pytest.mark.parametrize(
    ("name", "rows", "bound", "incomplete"),
    [
        ("ifn_2023_communes_4_regions.csv", 12_064, 1e-9, 6),
        ("ifn_2020_iris_2_regions.csv", 10_681, 1e-6, 0),
    ],
)
def test_the_reference_files_are_exact(pack, name, rows, bound, incomplete):
    found = reproduce(read_published(reference(pack, name)))
    assert found.is_exact
    assert found.summary["lignes"].eq(rows).all()
    assert found.summary["ecart_max"].max() <= bound
    assert found.tolerance == bound
    assert len(found.incomplete) == incomplete
