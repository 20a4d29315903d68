"""The real releases of France 2021: totals that INSEE publishes, and the errors we measured."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fragility.schemas import validate
from fragility.sources.readers.arcep import read_fixe
from fragility.sources.readers.insee_base_ic import read_grand_paris, read_habitat
from fragility.sources.readers.insee_census import read_comparateur, read_taux_communes
from fragility.sources.readers.insee_cog import (
    read_communes,
    read_epci,
    read_iris_list,
    read_movements,
)
from fragility.territory.census import build_recensement
from fragility.territory.cog import to_commune
from fragility.territory.dated import Dated
from fragility.territory.networks import build_fixe

RAW = Path(os.environ.get("FRAGILITY_PACK", Path(__file__).parents[2] / "../shared/data")) / "raw"
pytestmark = [
    pytest.mark.national,
    pytest.mark.skipif(not RAW.is_dir(), reason="le paquet de données réelles est absent"),
]


def dated(read, path, source, year, geography, **options):
    frame, dropped = read(RAW / path, **options)
    return Dated(frame, source, year, geography, dropped)


@pytest.fixture(scope="module")
def releases():
    codes = read_communes(RAW / "insee_cog/2021/commune_2021.csv")
    return {
        "communes": codes.loc[codes["type_commune"] == "COM", "code"],
        "iris": read_iris_list(RAW / "insee_cog/2021/iris_2021.csv"),
        "epci": read_epci(RAW / "insee_cog/2021/EPCI.csv"),
        "movements": read_movements(RAW / "insee_cog/2026/v_mvt_commune_2026.csv"),
        "cog_year": 2021,
        "comparateur": dated(
            read_comparateur, "insee_comparateur/2018/base_cc_comparateur_csv.zip",
            "comparateur", 2018, 2021),
        "taux": dated(read_taux_communes, "rp_taux_communes/2017/data_merge.csv", "taux", 2017,
                      2020),
        "habitat": dated(read_habitat, "insee_rp_iris/2016-habitat/IRIS_population_IR_Hab.csv",
                         "habitat", 2016, 2018),
    }  # fmt: skip


@pytest.fixture(scope="module")
def paris():
    frame, _ = read_grand_paris(RAW / "insee_rp_iris/2018-grand-paris/demo.xlsx")
    return frame


def test_the_population_of_france(releases, paris):
    frame, _ = build_recensement(**releases, base_ic=[Dated(paris, "grand-paris", 2018, 2022)])
    validate(frame, "core_recensement")
    communes = frame[frame["niveau"] == "commune"].set_index("code")
    iris = frame[frame["niveau"] == "iris"]
    assert len(communes) == 34_965
    assert len(iris) == 49_406
    assert communes["population"].sum() == 66_732_538
    assert iris["population"].sum() == pytest.approx(66_732_538)
    absent = communes.index[communes["population_origine"] == "absent"]
    assert len(absent) == 17
    assert absent.str.startswith("976").all()
    assert sorted(communes.index[communes["population"] == 0]) == [
        "55039",
        "55050",
        "55139",
        "55189",
        "55239",
        "55307",
    ]
    known = communes["plus_65_pct"].notna()
    share = (communes["plus_65_pct"] * communes["population"])[known].sum()
    assert share / communes["population"][known].sum() == pytest.approx(19.3, abs=0.1)


def test_estimates_against_the_published_ages_of_grand_paris(releases, paris):
    frame, _ = build_recensement(**releases)
    table = frame.set_index(["niveau", "code"])
    ages = paris.set_index("code_iris")
    ages["older"] = ages["pop6579"] + ages["pop80p"]
    commune = to_commune(pd.Series(ages.index.str[:5], index=ages.index))
    sums = ages.groupby(commune)[["pop", "older"]].sum()
    error = table.loc["commune"]["plus_65_pct"].reindex(sums.index) - (
        100 * sums["older"] / sums["pop"]
    )
    assert len(error) == 131
    assert error.abs().mean() < 0.4
    iris = table.loc["iris"]
    estimated = iris.index[iris["plus_65_origine"] == "impute"].intersection(
        ages.index[ages["pop"] > 200]
    )
    truth = 100 * ages["older"][estimated] / ages["pop"][estimated]
    inherited = table.loc["commune"]["plus_65_pct"].reindex(commune[estimated]).to_numpy()
    mine = (iris["plus_65_pct"][estimated] - truth).abs().mean()
    assert len(estimated) > 2500
    assert mine < 1.5
    assert mine < 0.5 * np.abs(inherited - truth).mean()


def test_premises_of_the_2019_beta_are_all_kept(releases):
    # The file mixes codes of 2018 and 2019: only the map of 2018 knows them all.
    fixe = dated(read_fixe, "arcep_fixe/2019-09/commune-debit-beta.csv", "fixe", 2019, 2018)
    frame, lines = build_fixe(
        communes=releases["communes"], movements=releases["movements"], cog_year=2021, fixe=fixe
    )
    assert len(frame) == 34_965
    kept = ~fixe.frame["code_commune"].isin(["97701", "97801"])
    assert frame["nb_locaux"].sum() == pytest.approx(fixe.frame.loc[kept, "nb_locaux"].sum())
    assert lines.set_index("motif")["lignes"]["code absent de la carte des communes"] == 2
