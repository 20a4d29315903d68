"""Published passage tables are compared row by row, and each difference has a rule."""

from pathlib import Path

import pandas as pd
import pytest

from fragility.errors import BadFileError, MissingFileError
from fragility.sources.catalogue import find_edition
from fragility.territory.cog import NATURES, build_passage
from fragility.territory.releases import Opener
from fragility.validation import passages_page
from fragility.validation.maps import Maps
from fragility.validation.passages import (
    EXPLANATIONS,
    compare,
    compare_all,
    read_published,
)
from fragility.validation.passages_page import EDITION, commune_population, write_passages

ROOT = Path(__file__).parents[2]

COLUMNS = ["mod", "date_effet", "type_avant", "code_avant", "type_apres", "code_apres"]
FUSION = [("32", "2019-01-01", "00002", "00001"), ("32", "2019-01-01", "00001", "00001")]
LATER = [("41", "2019-06-01", "00007", "00008")]


def moves(rows):
    return pd.DataFrame([(m, d, "COM", a, "COM", b) for m, d, a, b in rows], columns=COLUMNS)


def table(*rows):
    return pd.DataFrame(rows, columns=["code_avant", "code_apres", "part_publiee"])


def verdicts(comparison):
    rows = comparison.rows
    return {
        (a, b): verdict
        for a, b, verdict in zip(
            rows["code_avant"], rows["code_apres"], rows["verdict"], strict=True
        )
    }


def passages(**weights):
    """Ours, from 2018 to 2019 and 2019 to 2020, and back."""
    events = moves(FUSION + LATER)
    lists = {
        2018: ["00001", "00002", "00005", "00007"],
        2019: ["00001", "00005", "00007"],
        2020: ["00001", "00005", "00008"],
    }
    years = [(2018, 2019), (2019, 2020), (2019, 2018), (2020, 2019)]
    known = pd.Series(weights, dtype=float)
    return {(a, b): build_passage(events, a, b, lists[b], weights=known) for a, b in years}


def test_the_order_of_the_columns_does_not_matter(tmp_path):
    path = tmp_path / "PASSAGE_2022_2023_insee.csv"
    path.write_text("cod2023,cod2022,annee,typemodif,ratio\n01138,1039,01/01/2023,f,1.0\n")
    years, frame = read_published(path)
    assert years == (2022, 2023)
    assert frame.to_numpy().tolist() == [["01039", "01138", 1.0]]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PASSAGE_2022_2023_insee.csv", "cod2022,ratio\n01039,1.0\n"),
        ("PASSAGE_2022_2023_insee.csv", "cod2022,cod2023,ratio\n01039,01138,beaucoup\n"),
        ("PASSAGE_2022_2023_insee.csv", "cod2022,cod2023,ratio\n" + 2 * "01039,01138,1\n"),
        ("PASSAGE_2022.csv", "cod2022,cod2023,ratio\n01039,01138,1\n"),
    ],
)
def test_a_table_that_cannot_be_is_refused(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(BadFileError):
        read_published(path)


def test_equal_rows_and_rows_of_one_side_only():
    published = {(2018, 2019): table(("00002", "00001", 1.0), ("00005", "00002", 1.0))}
    comparison = compare((2018, 2019), published, passages())
    assert verdicts(comparison) == {
        ("00002", "00001"): "equal",
        ("00005", "00002"): "no_such_code",
        ("00001", "00001"): "seat_not_listed",
    }
    assert comparison.summary() == {
        "maps": "2018 → 2019",
        "published rows": 2,
        "rows equal": 1,
        "same pair, other part": 0,
        "only published": 1,
        "only ours": 1,
    }


def test_an_event_of_another_year_is_a_matter_of_dates():
    published = {
        (2018, 2019): table(("00007", "00008", 1.0)),
        (2019, 2020): table(("00001", "00001", 1.0), ("00002", "00001", 1.0)),
    }
    first = compare((2018, 2019), published, passages())
    assert verdicts(first) == {
        ("00007", "00008"): "date",
        ("00001", "00001"): "date",
        ("00002", "00001"): "date",
    }
    # The unchanged 00001 is in both; 00002 is published a year late.
    assert verdicts(compare((2019, 2020), published, passages())) == {
        ("00001", "00001"): "equal",
        ("00002", "00001"): "date",
        ("00007", "00008"): "date",
    }


def test_what_no_rule_explains_is_said_to_be_unexplained():
    published = {(2018, 2019): table(("00001", "00001", 1.0), ("00005", "00001", 1.0))}
    assert verdicts(compare((2018, 2019), published, passages())) == {
        ("00001", "00001"): "equal",
        ("00005", "00001"): "unexplained",
        ("00002", "00001"): "unexplained",
    }
    reversed_ = {(2018, 2019): table(("00001", "00002", 1.0))}
    assert verdicts(compare((2018, 2019), reversed_, passages()))[("00001", "00002")] == "reversed"


@pytest.mark.parametrize(
    ("weights", "parts", "expected"),
    [
        ({"00001": 300, "00002": 100}, (0.75, 0.25), "equal"),
        # A part that no neighbouring census can give is explained by nothing.
        ({"00001": 300, "00002": 100}, (0.25, 0.75), "unexplained"),
        ({"00001": 300, "00002": 100}, (0.74, 0.26), "other_population"),
        ({"00001": 300, "00002": 100}, (0.5, 0.5), "their_equal_shares"),
        ({"00001": 300}, (0.74, 0.26), "our_equal_shares"),
        ({}, (0.5, 0.5), "equal"),
    ],
)
def test_parts_that_differ(weights, parts, expected):
    published = {
        (2019, 2018): table(("00001", "00001", parts[0]), ("00001", "00002", parts[1])),
    }
    comparison = compare((2019, 2018), published, passages(**weights))
    assert set(verdicts(comparison).values()) == {expected}
    assert expected == "equal" or expected in EXPLANATIONS


def test_only_inhabitants_that_need_no_guess_are_weights():
    events = moves([*FUSION, ("21", "2022-01-01", "00005", "00005"),
                    ("21", "2022-01-01", "00005", "00006")])  # fmt: skip
    population = pd.Series({"00001": 400.0, "00005": 90.0, "00009": 7.0})
    maps = Maps(events, population, 2020)
    assert maps.codes(2018).tolist() == ["00001", "00002", "00005", "00009"]
    assert maps.weights(2018).to_dict() == {"00005": 90, "00009": 7}
    assert maps.codes(2023).tolist() == ["00001", "00005", "00006", "00009"]
    assert maps.weights(2023).to_dict() == {"00001": 400, "00009": 7}


def test_a_part_that_follows_another_commune_is_found():
    events = moves([*FUSION, ("21", "2022-01-01", "00001", "00001"),
                    ("21", "2022-01-01", "00001", "00005")])  # fmt: skip
    communes = pd.DataFrame(
        {
            "type_commune": ["COM", "COM", "COMD", "COMD"],
            "code": ["00001", "00005", "00001", "00002"],
            "code_parent": [None, None, "00001", "00005"],
        }
    )
    maps = Maps(events, pd.Series(dtype=float), 2023)
    assert maps.parts_elsewhere(communes) == (2, ["00002"])


def test_without_tables_the_page_is_refused(tmp_path):
    with pytest.raises(MissingFileError):
        compare_all(tmp_path, Maps(moves([]), pd.Series(dtype=float), 2021))
    with pytest.raises(MissingFileError, match="--reference"):
        write_passages(tmp_path, None, tmp_path)


@pytest.fixture(scope="module")
def compared(pack):
    reference = pack / "reference/passage_cog"
    if not reference.is_dir():
        pytest.skip(f"the published passage tables are not in {pack / 'reference'}")
    opener = Opener(find_edition(EDITION), pack / "raw")
    population, _ = commune_population(opener)
    return compare_all(reference, Maps(opener.movements(), population, 2021))


def test_every_published_row_is_ours_and_every_part_explained(compared):
    assert len(compared) == 11
    summaries = pd.DataFrame([one.summary() for one in compared]).set_index("maps")
    assert summaries["published rows"].sum() == 1529
    assert summaries[["only published", "only ours"]].to_numpy().sum() == 0
    found = {one.years: set(one.rows["verdict"]) - {"equal"} for one in compared}
    assert {years: kinds for years, kinds in found.items() if kinds} == {
        (2016, 2017): {"other_population"},
        (2021, 2020): {"our_equal_shares"},
        (2022, 2021): {"other_population"},
        (2024, 2023): {"their_equal_shares"},
    }
    gaps = pd.concat([one.rows for one in compared])
    close = gaps[gaps["verdict"] == "other_population"]
    assert (close["part"] - close["part_publiee"]).abs().max() < 0.005


def test_the_page_is_the_one_in_the_documentation(pack, compared, monkeypatch, tmp_path):
    monkeypatch.setattr(passages_page, "compare_all", lambda *_: compared)
    page = passages_page.write_passages(pack / "raw", pack / "reference", tmp_path)
    text = page.read_text(encoding="utf-8")
    assert "Not explained: 0." in text
    assert all(nature in text for nature in NATURES)
    assert text == (ROOT / "docs/passage-cog.md").read_text(encoding="utf-8")
