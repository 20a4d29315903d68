"""Tables of a published edition: read as they are, and what is cut or missing is said in French."""

import datetime
import os
import shutil

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from fragility.errors import BadFileError, MissingFileError
from fragility.export.run_facts import published_day, published_facts, published_profiles
from fragility.stored import column_names, read_shapes, read_stored, require_columns


@pytest.fixture
def edition(tmp_path):
    """A folder of two tables, one of them with points."""
    (tmp_path / "essai" / "tables").mkdir(parents=True)
    rows = pd.DataFrame({"code": ["01001", "01002"], "valeur": [1.5, 2.5]})
    rows.to_parquet(tmp_path / "essai" / "tables" / "plate.parquet")
    points = shapely.points([[0, 0], [1, 1]])
    gpd.GeoDataFrame(rows, geometry=points, crs=4326).to_parquet(
        tmp_path / "essai" / "tables" / "points.parquet"
    )
    return tmp_path / "essai"


def test_columns_and_rows_are_those_asked(edition):
    assert column_names(edition, "points") == ["code", "valeur", "geometry"]
    one = read_stored(edition, "plate", ["valeur"], [("code", "==", "01002")])
    assert one.to_dict("list") == {"valeur": [2.5]}
    shapes = read_shapes(edition, "points", ["code", "geometry"], [("code", "==", "01002")])
    assert shapes.geometry.iloc[0] == shapely.Point(1, 1)


def test_a_table_of_another_version_is_not_read_as_one_of_this(edition):
    shutil.copy(edition / "tables" / "plate.parquet", edition / "tables" / "epci.parquet")
    with pytest.raises(BadFileError) as refused:
        require_columns(edition, "epci")
    said = str(refused.value)
    assert "« essai » a été écrite par une autre version de fragilite" in said
    assert "epci.parquet" in said
    assert "fragility run --edition essai" in said


@pytest.mark.parametrize("read", [column_names, read_stored, read_shapes])
def test_a_table_that_is_cut_names_its_file_and_what_to_run(edition, read):
    path = edition / "tables" / "points.parquet"
    for kept in (path.stat().st_size - 30, 4, 0):
        os.truncate(path, kept)
        with pytest.raises(BadFileError, match="ne se lit pas") as error:
            read(edition, "points")
        assert error.value.path == path
        assert "fragility run --edition essai" in error.value.message()
        assert "Parquet" not in error.value.message()
    path.unlink()
    with pytest.raises(MissingFileError, match="Il manque une table"):
        read(edition, "points")


def test_facts_of_a_published_edition_are_those_of_its_run(demo, tmp_path):
    folder = demo[1]
    facts, day = published_facts(folder), published_day(folder)
    assert (facts.edition, facts.date, facts.others) == ("demo", day, ())
    assert [profile.id for profile in published_profiles(folder)] == ["ifn-2023"]
    # The day is that of the run, whenever the files were copied.
    copy = tmp_path / "demo"
    (copy / "tables").mkdir(parents=True)
    for name in ("fragilite.duckdb", "execution.json", "tables/index_bornes.parquet",
                 "tables/quarantaine.parquet", "tables/communes.parquet"):  # fmt: skip
        shutil.copyfile(folder / name, copy / name)
        os.utime(copy / name, (0, 0))
    assert published_facts(copy).date == day
    assert isinstance(day, datetime.date)
    os.truncate(copy / "fragilite.duckdb", 5000)
    with pytest.raises(BadFileError, match="ne se lit pas"):
        published_day(copy)
    (copy / "fragilite.duckdb").unlink()
    with pytest.raises(BadFileError, match="rien"):
        published_day(copy)


@pytest.mark.parametrize(
    ("table", "command"),
    [
        ("communes", ["explain", "{code}"]),
        ("index_scores", ["explain", "00"]),
        ("lieux", ["fiche", "{code}"]),
        ("communes", ["fiche", "{code}"]),
        ("core_contours", ["gpkg", "--departement", "00"]),
        ("quarantaine", ["gpkg", "--departement", "00"]),
        ("core_lieux", ["simulate", "--posts", "1"]),
        ("access_moteur", ["simulate", "--posts", "1"]),
        ("index_contexte", ["profiles", "--edition", "demo"]),
        ("index_bornes", ["site"]),
        ("core_contours", ["site"]),
        ("lieux", ["site"]),
        ("index_bornes", ["score", "{file}"]),
    ],
)
def test_every_command_says_which_table_is_damaged(call, demo, tmp_path, table, command):
    """Tables are links to those of the demonstration, but the one that is cut."""
    copy = tmp_path / "out" / "demo"
    shutil.copytree(demo[1], copy, ignore=shutil.ignore_patterns("tables", "site"))
    (copy / "tables").mkdir()
    for path in (demo[1] / "tables").glob("*.parquet"):
        if path.stem == table:
            (copy / "tables" / path.name).write_bytes(path.read_bytes()[:200])
        else:
            (copy / "tables" / path.name).symlink_to(path)
    code = pd.read_parquet(demo[1] / "tables" / "communes.parquet")["code_commune"].iloc[0]
    words = [word.format(code=code, file=demo[1] / "communes.csv") for word in command]
    ended, _, err = call(*words, "--raw", demo[0], "--out", copy.parent)
    assert ended == 1
    assert f"{table}.parquet" in err
    assert "fragility run --edition demo" in err
