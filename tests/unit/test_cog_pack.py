"""INSEE's own file of movements, with its knots, gives every map since 1943."""

import numpy as np
import pandas as pd
import pytest

from fragility.sources.readers.insee_cog import (
    read_communes,
    read_iris_list,
    read_movements,
)
from fragility.territory.cog import apply_passage, build_passage, map_iris_communes
from fragility.territory.cog_events import locate, trace_pieces
from fragility.validation.maps import Maps


def ways(passage):
    """Pairs and parts of what is not simply unchanged."""
    rows = passage.loc[passage["nature"] != "inchange", ["code_avant", "code_apres", "part"]]
    return {(a, b): p for a, b, p in rows.itertuples(index=False)}


@pytest.fixture(scope="module")
def movements(pack):
    return read_movements(pack / "raw/insee_cog/2026/v_mvt_commune_2026.csv")


@pytest.fixture(scope="module")
def communes_of(pack):
    """INSEE's own list of communes of any year, from another of its files."""
    history = pd.read_csv(pack / "raw/insee_cog/2026/v_commune_depuis_1943.csv", dtype=str)
    history = history[history["TYPECOM"] == "COM"]
    end = history["DATE_FIN"].fillna("9999")

    def codes(day):
        return set(history.loc[(history["DATE_DEBUT"] <= day) & (end > day), "COM"])

    return lambda year: codes(f"{year}-01-01")


def test_the_movements_give_the_list_of_communes_of_any_year(movements, communes_of):
    places = trace_pieces(movements)
    untouched = communes_of(2026) - set(places["code"])
    for year in [*range(1943, 2027, 4), 2016, 2017, 2020, 2021, 2025, 2026]:
        assert untouched | set(locate(places, f"{year}-01-01").dropna()) == communes_of(year)


@pytest.mark.parametrize(
    ("start", "end", "off"),
    [
        (2016, 2025, 0), (2025, 2016, 0), (2021, 2025, 0), (2025, 2021, 0),
        (1968, 2021, 17), (2021, 1999, 2), (1943, 2026, 131), (2026, 1943, 0),
    ],
)  # fmt: skip
def test_every_commune_goes_somewhere_on_the_real_file(movements, communes_of, start, end, off):
    passage = build_passage(movements, start, end, communes_of(end))
    assert set(passage["code_avant"]) == communes_of(start)
    # What is not reached came on the map from outside France's list of communes.
    assert len(communes_of(end) - set(passage["code_apres"])) == off
    sums = passage.groupby("code_avant")["part"].sum()
    assert sums.to_numpy() == pytest.approx(1, abs=1e-12)
    nowhere = passage[passage["code_apres"].isna()]
    assert nowhere["motif"].str.contains("sortie de la carte|sans commune d'origine").all()
    counts = pd.DataFrame({"code_commune": sums.index, "n": np.arange(len(sums)) ** 1.5})
    moved, _ = apply_passage(counts, passage, counts=["n"])
    expected = counts.loc[~counts["code_commune"].isin(nowhere["code_avant"]), "n"].sum()
    assert moved["n"].sum() == pytest.approx(expected, rel=1e-9)


def test_associated_and_delegated_communes_end_in_the_commune_they_belong_to(pack, movements):
    communes = read_communes(pack / "raw/insee_cog/2026/v_commune_2026.csv")
    maps = Maps(movements, pd.Series(dtype=float), 2026)
    known, elsewhere = maps.parts_elsewhere(communes)
    assert known == (communes["type_commune"].isin(["COMA", "COMD"])).sum() == 2576
    assert elsewhere == ["55273"]


@pytest.mark.parametrize(
    ("start", "end", "codes", "expected"),
    [
        # New code and fusion on one day, and a département changed.
        (2017, 2018, ["49144"], {("49144", "44180"): 1}),
        (2018, 2017, ["44180"], {("44180", c): 1 / 6 for c in
                                 ("44017", "44093", "44180", "44191", "44219", "49144")}),
        # Merged in 2017, apart again at the end of 2019: nothing moved from 2016 to 2020.
        (2016, 2020, ["14666", "14712"], {}),
        (2019, 2020, ["14712"], {("14712", "14666"): 0.5, ("14712", "14712"): 0.5}),
        # Five communes, one from 2016 to 2024.
        (2016, 2025, ["15031", "15035", "15047", "15141", "15171"], {}),
        (2021, 2025, ["15141"], {("15141", c): 0.2 for c in
                                 ("15031", "15035", "15047", "15141", "15171")}),
        # The code went to another part in 2021 and came back in 2023.
        (2020, 2024, ["27676"], {}),
        (2021, 2022, ["27058"], {}),
        (2025, 2016, ["27676"], {("27676", c): 1 / 3 for c in ("27058", "27647", "27676")}),
        # Two seats of one commune, whose codes its parts exchanged.
        (1972, 2021, ["14472", "14624", "14697"],
         {(c, "14654"): 1 for c in ("14472", "14624", "14697")}),
        (1989, 2015, ["14624"], {("14624", "14472"): 1}),
        # A fusion of three, of which one left ten years later.
        (1972, 1984, ["55386", "55245"], {("55245", "55245"): 1}),
        # The new commune of Val-de-Reuil took land from eight; Verdey went to three.
        (1980, 1982, ["27651"], {("27651", "27651"): 0.5, ("27651", "27701"): 0.5}),
        (1982, 1980, ["27701"], {("27701", c): 0.125 for c in
         ("27351", "27365", "27471", "27474", "27528", "27537", "27598", "27651")}),
        (1960, 1970, ["51606"], {("51606", c): 1 / 3 for c in ("51235", "51313", "51369")}),
        # Seine and Seine-et-Oise in 1968, Corsica in 1976.
        (1960, 2021, ["75052", "78180", "20001", "75056"],
         {("75052", "94052"): 1, ("78180", "91180"): 1, ("20001", "2A001"): 1}),
        (2021, 1960, ["2A001"], {("2A001", "20001"): 1}),
        # The name and the rest of the commune went on under another code.
        (2018, 2025, ["60054", "60455", "60694"], {("60455", "60694"): 1, ("60694", "60694"): 1}),
    ],
)  # fmt: skip
def test_knots_of_the_real_file(movements, communes_of, start, end, codes, expected):
    passage = build_passage(movements, start, end, communes_of(end))
    found = ways(passage[passage["code_avant"].isin(codes)])
    assert found == {pair: pytest.approx(part) for pair, part in expected.items()}


def test_the_iris_of_2021_on_the_map_of_2025(pack, movements, communes_of):
    iris = read_iris_list(pack / "raw/insee_cog/2021/iris_2021.csv")
    iris = iris.rename(columns={"code_arrondissement": "code_commune"})
    passage = build_passage(movements, 2021, 2025, communes_of(2025))
    places = map_iris_communes(iris, passage)
    unknown = set(iris.loc[places["code_commune"].isna(), "code_commune"])
    assert not unknown & communes_of(2021)
    # Seven communes created again have no IRIS of their own in a list of 2021.
    assert communes_of(2025) - set(places["code_commune"]) == {
        "15031", "15035", "15047", "15171", "60694", "85165", "85212",
    }  # fmt: skip
    guessed = iris.loc[places["est_plus_grande_part"], "code_iris"]
    assert guessed.tolist() == ["151410000", "600540000", "850840000"]
    # Pierrefitte joined Saint-Denis on 1 January 2025 and keeps its IRIS.
    pierrefitte = places[iris["code_iris"].str.startswith("93059")]
    assert len(pierrefitte) > 5
    assert set(pierrefitte["code_commune"]) == {"93066"}
