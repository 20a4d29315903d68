"""temps_acces.tif: values by hand, colours, and what another client reads."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio

from fragility.export.access_raster import CUT_OFF, MOST, NOTHING, palette, raster_of, write_raster
from tests.factories import make_facts

LEFT, TOP = 700_000.0, 6_600_000.0


def surface(rows: int = 2, columns: int = 3) -> pd.DataFrame:
    """Pixels of 500 m, one missing in the south-east (sea), one cut off."""
    row, column = np.divmod(np.arange(rows * columns), columns)
    table = pd.DataFrame(
        {
            "epsg": 2154,
            "x_m": LEFT + 500 * column + 250,
            "y_m": TOP - 500 * row - 250,
            "minutes": 0.0,
        }
    )
    return table


def test_minutes_are_rounded_up_and_the_sea_is_nothing():
    table = surface().assign(minutes=[0.0, 0.2, 20.0, 20.01, 999.0, np.nan]).iloc[:6]
    image, corner = raster_of(table, 2154)
    assert corner == (LEFT, TOP)
    assert image.tolist() == [[0, 1, 20], [21, MOST, CUT_OFF]]
    sea, _ = raster_of(table.drop(index=4), 2154)
    assert sea[1].tolist() == [21, NOTHING, CUT_OFF]
    assert raster_of(table, 5490) is None


def test_another_client_reads_values_place_colours_and_words(tmp_path: Path):
    table = surface(600, 700).assign(minutes=np.linspace(0, 60, 420_000))
    path = write_raster(tmp_path / "temps_acces.tif", table, make_facts())
    with rasterio.open(path) as band:
        assert band.crs.to_epsg() == 2154
        assert band.bounds == (LEFT, TOP - 300_000, LEFT + 350_000, TOP)
        assert band.nodata == NOTHING
        assert band.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert band.overviews(1)
        assert band.colormap(1)[7] == palette()[7]
        assert "conseiller" in band.descriptions[0]
        # With or without extracts, pixels are those of the surface.
        assert "sans réseau routier" in band.descriptions[0]
        assert "sans les routes" in band.tags()["METHODE"]
        assert band.tags()["EDITION"] == make_facts().edition
        # 30 minutes are half-way down.
        assert next(band.sample([(LEFT + 250, TOP - 150_250)]))[0] == 31
    assert {p.name for p in tmp_path.iterdir()} == {"temps_acces.tif"}


def test_equal_tables_give_equal_bytes(tmp_path: Path):
    table = surface().assign(minutes=[1.0, 2, 3, 4, 5, 6])
    one = write_raster(tmp_path / "a.tif", table, make_facts()).read_bytes()
    assert write_raster(tmp_path / "b.tif", table, make_facts()).read_bytes() == one


def test_without_a_pixel_there_is_no_file(tmp_path: Path):
    path = tmp_path / "temps_acces.tif"
    path.write_bytes(b"old")
    assert write_raster(path, surface().iloc[:0], make_facts()) is None
    assert not path.exists()


def test_colours_go_from_light_to_dark_and_set_the_islands_apart():
    colours = palette()
    light = [sum(colours[minute][:3]) for minute in (0, 10, 20, 30, 45)]
    assert light == sorted(light, reverse=True)
    assert colours[45] == colours[200]
    assert colours[CUT_OFF] not in [colours[minute] for minute in range(MOST + 1)]
    assert colours[NOTHING][3] == 0
    with pytest.raises(KeyError):
        colours[251]
