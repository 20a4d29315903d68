"""Indicators beside the five: what the edition gives, what a user brings, and what is refused."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from fragility.errors import BadFileError
from fragility.index.context import EMPTY, UNKNOWN, build_context, own_units
from fragility.index.profile_model import ProfileIndicator
from fragility.index.profiles import load_profile
from fragility.schemas import validate
from fragility.schemas.columns import CONTEXT_LABELS
from fragility.sources.catalogue import find_edition
from fragility.sources.indicator_files import indicator_paths, load_indicators, read_indicator
from fragility.sources.readers.insee_counts import census_shares

TOWN, VILLAGE, PARIS = "01004", "01001", "75056"
IRIS = {
    "010040101": TOWN,
    "010040102": TOWN,
    "010010000": VILLAGE,
    "751010101": PARIS,
    "751020101": PARIS,
}


def tables():
    """A town of two IRIS (300 and 100 people), an undivided village, Paris with an IRIS in each
    of two arrondissements (1000 and 3000 people).
    """
    communes = pd.DataFrame({"code_commune": [VILLAGE, TOWN, PARIS]})
    iris = pd.DataFrame(
        {
            "code_iris": list(IRIS),
            "code_commune": list(IRIS.values()),
            "type_iris": ["H", "H", "Z", "H", "H"],
            "code_arrondissement": [TOWN, TOWN, VILLAGE, "75101", "75102"],
        }
    )
    people = dict(zip(IRIS, [300.0, 100, 50, 1000, 3000], strict=True))
    people |= {TOWN: 400.0, VILLAGE: 50.0, PARIS: 4000.0}
    rows = [("commune", code) for code in communes["code_commune"]] + [("iris", c) for c in IRIS]
    key = pd.DataFrame(rows, columns=["niveau", "code"])
    census = key.assign(
        population=key["code"].map(people),
        population_annee=2018,
        plus_65_annee=2017,
        plus_65_origine="impute",
        peu_diplomes_annee=2017,
        peu_diplomes_origine="observe",
    )
    for column in (
        "personnes_seules_pct",
        "familles_mono_pct",
        "chomage_pct",
        "jeunes_pct",
        "plus_65_15p_pct",
        "etrangers_pct",
        "ouvriers_pct",
        "sans_voiture_pct",
    ):
        census[column] = np.nan
    commune = census["niveau"].eq("commune")
    census.loc[commune, "personnes_seules_pct"] = [20.0, 40, 50]
    census["plus_65_15p_pct"] = [30.0, 20, 15, 10, 50, 30, 15, 15]
    income = key.assign(
        niveau_vie_median=[np.nan, np.nan, 30000, 20000, 24000, np.nan, np.nan, np.nan],
        niveau_vie_annee=pd.array([2018] * 8, dtype="Int64"),
        dependance_prestations_pct=np.nan,
    )
    five = key.copy()
    for name, value in (("non_thd", 10.0), ("non_4g", 2.5)):
        five[f"{name}_pct"] = value
        five[f"{name}_origine"] = "observe"
        five[f"{name}_annee"] = pd.array([2019] * 8, dtype="Int64")
    return communes, iris, census, income, five


def built(*brought):
    table, lines = build_context(*tables(), brought)
    return table.set_index(["indicateur", "code"]), lines


@pytest.fixture
def write(tmp_path):
    def write(text, name="services_publics", folder="", encoding="utf-8"):
        path = tmp_path / "indicateurs" / folder / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode(encoding))
        return path

    return write


def bring(path, unit="pour_10000"):
    return read_indicator(path, path.parents[1], unit)


def test_the_estimate_of_difficulty_is_there_for_a_profile_that_asks():
    given = tables()
    codes = given[1]["code_iris"]
    estimated = pd.DataFrame({
        "niveau": ["commune", "iris"], "code": [given[0]["code_commune"].iloc[0], codes.iloc[0]],
        "difficulte_numerique_pct": [17.5, 18.5], "difficulte_origine": ["impute", "commune"],
        "difficulte_annee": 2019,
    })  # fmt: skip
    table, _ = build_context(*given, competences=estimated)
    validate(table, "index_contexte")
    own = table[table["indicateur"].eq("difficulte")].set_index("code")
    assert own["valeur"].tolist() == [17.5, 18.5]
    assert own["origine"].tolist() == ["impute", "commune"]
    assert own["annee"].tolist() == [2019, 2019]


# --- what the edition gives ------------------------------------------------
def test_the_table_respects_its_model_and_holds_known_values_only():
    table, _ = build_context(*tables())
    validate(table, "index_contexte")
    assert set(table["indicateur"]) == {
        "personnes_seules",
        "plus_65_15p",
        "niveau_vie",
        "thd",
        "couvert_4g",
    }
    assert set(table["indicateur"]) <= set(CONTEXT_LABELS)


def test_an_iris_inherits_its_commune_and_says_so():
    table, _ = built()
    own = table.loc["personnes_seules"]
    assert own.loc[["010040101", "010040102"], "valeur"].tolist() == [40, 40]
    assert own.loc["010040101", "origine"] == "commune"
    assert own.loc["010010000", "origine"] == "observe"  # the whole village: it is the commune
    assert own.loc[TOWN, "annee"] == 2017


def test_a_divided_commune_without_income_takes_the_mean_of_its_iris():
    table, _ = built()
    own = table.loc["niveau_vie"]
    # (300 x 20000 + 100 x 24000) / 400
    assert own.loc[TOWN, ["valeur", "origine"]].tolist() == [21000, "iris"]
    assert VILLAGE not in own.index
    assert own.loc["751010101", ["valeur", "origine"]].tolist() == [30000, "commune"]


def test_estimated_ages_of_iris_are_marked_and_those_of_communes_are_published():
    own = built()[0].loc["plus_65_15p"]
    assert own.loc["010040101", "origine"] == "impute"
    assert own.loc[TOWN, "origine"] == "observe"


def test_coverage_is_what_the_indicator_of_fragility_leaves():
    table, _ = built()
    assert table.loc[("thd", TOWN), "valeur"] == 90
    assert table.loc[("couvert_4g", "010040101"), "valeur"] == 97.5


# --- what a user brings ------------------------------------------------
FRENCH = (
    "\ufeffcode;valeur;annee\r\n1004;2,5;2024\r\n01001;4;\r\n10040101;10;2024\r\n99999;1;2024\r\n"
)


def test_a_french_file_is_read_with_its_lost_zeros(write):
    found = bring(write(FRENCH))
    assert found.frame["code"].tolist() == ["01004", "01001", "010040101", "99999"]
    assert found.frame["valeur"].tolist() == [2.5, 4, 10, 1]
    assert found.frame["annee"].isna().tolist() == [False, True, False, False]
    table, lines = built(found)
    own = table.loc["services_publics"]
    assert own.loc[TOWN, "valeur"] == 2.5
    assert own.loc["010040101", ["valeur", "origine"]].tolist() == [10, "observe"]
    assert own.loc["010040102", ["valeur", "origine"]].tolist() == [2.5, "commune"]
    counts = lines.set_index("motif")["lignes"]
    assert counts["entrées"] == 4
    assert counts[UNKNOWN] == 1


def test_a_plain_csv_is_read_too(write):
    text = "CODE,Valeur\n01004,2.5\n01001,\n"
    found = bring(write(text, encoding="latin-1"))
    assert found.frame.values.tolist()[0][:2] == ["01004", 2.5]
    assert found.empty == 1
    _, lines = built(found)
    assert lines.set_index("motif")["lignes"][EMPTY] == 1


def test_what_is_brought_takes_the_place_of_the_whole_indicator(write):
    found = bring(write("code;valeur\n01004;99\n", name="personnes_seules"), "pct")
    own = built(found)[0].loc["personnes_seules"]
    assert own["valeur"].unique().tolist() == [99]
    assert VILLAGE not in own.index, "no mixture with the census"


def test_an_arrondissement_gives_its_value_to_its_iris_and_the_mean_to_paris(write):
    found = bring(write("code;valeur\n75101;8\n75102;4\n"))
    own = built(found)[0].loc["services_publics"]
    assert own.loc["751010101", "valeur"] == 8
    # (1000 x 8 + 3000 x 4) / 4000
    assert own.loc[PARIS, ["valeur", "origine"]].tolist() == [5, "iris"]


def test_an_edition_has_its_own_files_and_a_fictional_one_no_other(tmp_path, write):
    general = write("code;valeur\n01004;1\n")
    own = write("code;valeur\n01004;2\n", folder="france-2021")
    write("code;valeur\n00001;3\n", folder="demo", name="neet_16_25")
    real, demo = find_edition("france-2021"), find_edition("demo")
    assert indicator_paths(tmp_path, real) == [own]
    assert indicator_paths(tmp_path, find_edition("france-2025")) == [general]
    assert [item.id for item in load_indicators(tmp_path, demo)] == ["neet_16_25"]
    assert load_indicators(tmp_path / "nulle-part", real) == []


def test_units_of_a_profile_of_ones_own(write):
    profile = load_profile("ifn-2023")
    mine = ProfileIndicator("ecrans", 1, 1.0, label="Écrans", definition="x", unit="pct")
    profile = dataclasses.replace(profile, indicators=(*profile.indicators, mine))
    assert own_units([profile]) == {"ecrans": "pct"}
    path = write("code;valeur\n01004;101\n", name="ecrans")
    edition = find_edition("france-2021")
    with pytest.raises(BadFileError, match="au-dessus de 100"):
        load_indicators(path.parents[1], edition, own_units([profile]))
    assert load_indicators(path.parents[1], edition)[0].frame["valeur"].tolist() == [101]


# --- what is refused ------------------------------------------------
@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        (
            "code;valeur\n01004;1\n01001;deux\n",
            "pct",
            ["autre chose qu'un nombre", "ligne 3", "deux"],
        ),
        ("code;valeur\n01004;1\n1004;2\n", "pct", ["plusieurs fois", "01004"]),
        ("code;valeur\n01004;1\n01004;1\n", "pct", ["plusieurs fois"]),
        ("code;valeur\nLyon;1\n01004;2\n", "pct", ["code impossible", "Lyon", "ligne 2"]),
        ("code;valeur\n01004;-1\n", "pour_10000", ["négative"]),
        ("code;valeur\n01004;120\n", "pct", ["au-dessus de 100"]),
        ("code;valeur;annee\n01004;1;24\n", "pct", ["année impossible"]),
        ("insee;valeur\n01004;1\n", "pct", ["Il manque la colonne code", "insee"]),
        ("code;score\n01004;1\n", "pct", ["valeur"]),
        ("code;valeur\n", "pct", ["aucune ligne"]),
        ("", "pct", ["vide"]),
        ("<!DOCTYPE html><html></html>", "pct", ["page web"]),
        ("code;valeur\n01004;1;2\n", "pct", ["nombre de colonnes"]),
    ],
)
def test_a_wrong_file_names_itself_its_line_and_what_is_expected(write, text, unit, said):
    path = write(text)
    with pytest.raises(BadFileError) as error:
        bring(path, unit)
    message = str(error.value)
    assert str(path) in message
    assert all(word in message for word in said), message


def test_fractions_instead_of_percentages_are_refused(write):
    lines = "".join(f"01{n:03d};0,{n:02d}\n" for n in range(1, 60))
    with pytest.raises(BadFileError, match="parts entre 0 et 1 : attendu des pourcentages"):
        bring(write("code;valeur\n" + lines), "pct")
    five = "".join(f"0100{n};0.{n}\n" for n in range(1, 6))
    with pytest.raises(BadFileError, match="parts entre 0 et 1"):
        bring(write("code;valeur\n" + five), "pct")
    assert len(bring(write("code;valeur\n" + five), "km").frame) == 5
    # A rare thing, that most places have not at all.
    rare = "".join(f"0100{n};{0.4 if n == 1 else 0}\n" for n in range(1, 7))
    assert bring(write("code;valeur\n" + rare), "pct").frame["valeur"].max() == 0.4
    assert len(bring(write("code;valeur\n" + five + "01006;1,5\n"), "pct").frame) == 6


@pytest.mark.parametrize("code", ["200046977", "240100883"])
def test_the_siren_of_an_epci_is_no_iris(write, code):
    with pytest.raises(BadFileError, match="SIREN") as error:
        bring(write(f"code;valeur\n01004;12\n{code};15\n"))
    assert code in str(error.value)
    assert "ligne 3" in str(error.value)


def test_the_iris_of_dordogne_are_read(write):
    """Whatever their last digit: 240010000 to 240090000, one of which has a SIREN's check digit."""
    codes = [f"2400{n}{end}" for n in range(1, 10) for end in ("0000", "0106")]
    file = write("code;valeur\n" + "".join(f"{code};12\n" for code in codes))
    assert bring(file).frame["code"].tolist() == codes


@pytest.mark.parametrize("name", ["pauvrete", "Mon indicateur"])
def test_a_name_that_is_no_indicator_to_bring_is_refused(write, name):
    with pytest.raises(BadFileError, match="nom") as error:
        bring(write("code;valeur\n01004;1\n", name=name))
    assert name in str(error.value)


def test_a_file_of_another_map_is_refused(write):
    with pytest.raises(BadFileError, match="Aucun code"):
        built(bring(write("code;valeur\n33063;1\n2A004;2\n")))


# --- what the census files give -----------------------------------------------------------------
def test_shares_of_context_from_the_counts_of_insee():
    ages = pd.DataFrame(
        {"pop": [200.0], "pop_etr": [10.0], "pop65p": [40.0], "pop0014": [40.0]}
        | dict(zip(("pop1529", "pop3044", "pop4559", "pop6074", "pop75p"), [[32.0]] * 5,
                   strict=True)),
        index=["01004"],
    )  # fmt: skip
    school = pd.DataFrame(
        {"pop1517": [10.0], "pop1824": [15.0], "pop2529": [5.0], "pop30p": [70.0]}, index=["01004"]
    )
    work = pd.DataFrame({"pop15p": [150.0], "pop15p_cs6": [30.0]}, index=["01004"])
    homes = pd.DataFrame({"rp": [80.0], "rp_voit1p": [60.0]}, index=["01004"])
    found = census_shares([ages, school, work, homes]).loc["01004"]
    assert found["plus_65_15p_pct"] == 25  # 40 of the 160 of 15 or more
    assert found["jeunes_pct"] == 25  # (10 + 15) of 100
    assert found["etrangers_pct"] == 5
    assert found["ouvriers_pct"] == 20
    assert found["sans_voiture_pct"] == 25  # 80 - 60 of 80
    assert "ouvriers_pct" not in census_shares([ages])


def test_a_part_of_one_survey_above_the_whole_of_another_is_kept_at_a_hundred():
    counts = pd.DataFrame({"pop15p": [10.0], "pop15p_cs6": [12.0]}, index=["010040101"])
    assert census_shares([counts]).loc["010040101", "ouvriers_pct"] == 100
