"""Eurostat's grid of Europe: the cells of one country, hidden ones apart."""

import pandas as pd
import pytest

from fragility.errors import BadFileError
from fragility.sources.readers.grid_csv import read_grid_csv

HEADER = (
    "GRD_ID,T,M,F,Y_LT15,Y_1564,Y_GE65,EMP,NAT,EU_OTH,OTH,SAME,CHG_IN,CHG_OUT,LAND_SURFACE,"
    "POPULATED,CNTR_ID"
)


@pytest.fixture
def file(tmp_path):
    def write(*cells, header=HEADER):
        path = tmp_path / "ESTAT_Census_2021_V3.csv"
        rows = [f"{cell},{people}{',0' * 14},{country}" for cell, people, country in cells]
        path.write_text("\n".join([header, *rows]) + "\n")
        return path

    return write


def test_inhabited_cells_of_france_from_the_north_west(file):
    path = file(
        ("CRS3035RES1000mN2029000E4252000", 7, "FR"),
        ("CRS3035RES1000mN2030000E3800000", 12, "FR"),
        ("CRS3035RES1000mN2030000E3700000", 5, "FR"),
        ("CRS3035RES1000mN2031000E3700000", 900, "ES"),
        ("CRS3035RES1000mN2032000E3700000", 0, "FR"),
        ("CRS3035RES1000mN2033000E3700000", -8888, "FR"),
        ("CRS3035RES1000mN2034000E3700000", -9999, "FR"),
        ("CRS3035RES1000mN2028000E3700000", 40, "ES-FR"),
    )
    frame = read_grid_csv(path)
    # The centre is half a kilometre north and east of the corner that the name gives.
    expected = pd.DataFrame({
        "id_maille": [0, 1, 2, 3],
        "x": [3_700_500.0, 3_800_500.0, 4_252_500.0, 3_700_500.0],
        "y": [2_030_500.0, 2_030_500.0, 2_029_500.0, 2_028_500.0],
        "population": [5.0, 12.0, 7.0, 40.0],
    })  # fmt: skip
    pd.testing.assert_frame_equal(frame, expected)


def test_no_french_cell_another_file_or_a_cut_one_is_refused(file, tmp_path):
    with pytest.raises(BadFileError, match="FR"):
        read_grid_csv(file(("CRS3035RES1000mN2031000E3700000", 900, "ES")))
    with pytest.raises(BadFileError, match="GRD_ID"):
        read_grid_csv(file(header="code;T;CNTR_ID"))
    page = tmp_path / "page.csv"
    page.write_text("<!DOCTYPE html><html></html>")
    with pytest.raises(BadFileError):
        read_grid_csv(page)
