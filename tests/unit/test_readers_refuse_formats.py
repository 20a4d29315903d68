"""The table of bad files, for maps, the grid and the survey."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin

from fragility.sources.readers import credoc, grid, ign
from fragility.sources.readers.intake import Intake
from tests.hostile import NOT_IT, ROW, commune, iris, refused, with_cell

N = 200


# --- maps --------------------------------------------------------------------------------------
def contours(rows=N):
    return gpd.GeoDataFrame(
        {"code": [commune(i) for i in range(rows)], "type": "COM", "nom": "=1+1"},
        geometry=[shapely.box(2, 48, 2.1, 48.1 + i / 1000) for i in range(rows)], crs=4326,
    )  # fmt: skip


def iris_shapes(rows=N, *, points=False):
    boxes = contours(rows).geometry
    return gpd.GeoDataFrame(
        {"CODE_IRIS": [iris(i) for i in range(rows)], "INSEE_COM": "01001"},
        geometry=boxes.centroid.set_crs(4326, allow_override=True) if points else boxes,
    )  # fmt: skip


# form -> (file name, good table, reader, code column, name of the usual number of rows)
MAPS = {
    "communes": ("c.parquet", contours, ign.read_communes_contours, "code", "COMMUNES"),
    "iris": ("i.gpkg", iris_shapes, lambda p: ign.read_iris_contours([p]), "CODE_IRIS", "IRIS"),
    "centres": (
        "p.gpkg", lambda: iris_shapes(points=True), ign.read_iris_centres, "CODE_IRIS", "IRIS",
    ),
}  # fmt: skip


def write_map(path, frame):
    path.unlink(missing_ok=True)
    frame.to_parquet(path) if path.suffix == ".parquet" else frame.to_file(path)
    return path


@pytest.mark.filterwarnings("ignore:Geometry is in a geographic CRS", "ignore:'crs' was not")
@pytest.mark.parametrize("form", MAPS)
class TestMaps:
    @pytest.mark.parametrize("bad", NOT_IT)
    def test_what_is_no_map(self, tmp_path, form, bad):
        name, _, read, *_ = MAPS[form]
        content, words = NOT_IT[bad]
        (tmp_path / name).write_bytes(content)
        assert words in refused(read, tmp_path / name)

    def test_a_truncated_one(self, tmp_path, form):
        name, good, read, *_ = MAPS[form]
        path = write_map(tmp_path / name, good())
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        assert "illisible ou tronqué" in refused(read, path)

    def test_columns_system_and_coordinates(self, tmp_path, form):
        name, good, read, code, _ = MAPS[form]
        path = write_map(tmp_path / name, good().rename(columns={code: "insee"}))
        assert f"Il manque la colonne {code}." in refused(read, path)
        path = write_map(tmp_path / name, good().set_crs(None, allow_override=True))
        assert "ne dit pas son système de coordonnées" in refused(read, path)
        frame = good()
        frame.geometry = frame.geometry.translate(400)
        assert "coordonnées sont impossibles" in refused(read, write_map(path, frame))

    def test_wrong_codes_one_then_three(self, tmp_path, form):
        name, good, read, code, _ = MAPS[form]
        path = write_map(tmp_path / name, with_cell(good(), code, "ZZ12"))
        intake = Intake(path)
        assert len(read(intake)) == N - 1
        assert intake.quarantine().iloc[0].tolist() == [
            name, ROW + 1, "ZZ12", code, "ZZ12", "code impossible",
        ]  # fmt: skip
        write_map(path, with_cell(good(), code, "ZZ12", (1, 2, 3)))
        assert f"La colonne {code} : code impossible." in refused(read, path)

    def test_ten_times_too_many_shapes(self, tmp_path, form, monkeypatch):
        name, good, read, _, usual = MAPS[form]
        monkeypatch.setattr(ign, usual, N // 10)
        path = write_map(tmp_path / name, good())
        assert "Le tableau est bien plus long que d'habitude." in refused(read, path)


@pytest.mark.filterwarnings("ignore:Geometry is in a geographic CRS")
@pytest.mark.parametrize("form", ["communes", "centres"])
def test_one_code_with_two_shapes_is_set_aside(tmp_path, form):
    """The first file that draws an IRIS wins over the others, and over itself."""
    name, good, read, code, _ = MAPS[form]
    first = good()[code].iloc[ROW]
    path = write_map(tmp_path / name, with_cell(good(), code, first, (ROW + 1,)))
    intake = Intake(path)
    assert len(read(intake)) == N - 2
    assert intake.quarantine()["motif"].tolist() == ["code qui a plusieurs géométries"] * 2
    assert intake.quarantine()["ligne"].tolist() == [ROW + 1, ROW + 2]


# --- grid --------------------------------------------------------------------------------------
def write_grid(path, values, *, cell=1000.0, crs=3035):
    array = np.array(values, dtype="int32")
    with rasterio.open(
        path, "w", driver="GTiff", width=array.shape[1], height=array.shape[0], count=1,
        dtype="int32", crs=crs, nodata=-1, transform=from_origin(3_200_000, 3_140_000, cell, cell),
    ) as raster:  # fmt: skip
        raster.write(array, 1)
    return path


@pytest.mark.parametrize("bad", NOT_IT)
def test_what_is_no_grid(tmp_path, bad):
    content, words = NOT_IT[bad]
    (tmp_path / "g.tif").write_bytes(content)
    assert words in refused(grid.read_grid, tmp_path / "g.tif")


@pytest.mark.parametrize(
    ("values", "options", "words"),
    [
        ([[-1, 5], [-7, 2]], {}, "population négative"),
        ([[-1, 0]], {}, "aucune maille habitée"),
        ([[5]], {"cell": 200.0}, "n'a pas des mailles de 1 km"),
        ([[5]], {"crs": 2154}, "n'est pas dans la projection européenne"),
    ],
)
def test_a_wrong_grid(tmp_path, values, options, words):
    path = write_grid(tmp_path / "g.tif", values, **options)
    assert words in refused(grid.read_grid, path)


def test_a_truncated_grid(tmp_path):
    path = write_grid(tmp_path / "g.tif", [[5] * 300] * 300)
    path.write_bytes(path.read_bytes()[:5000])
    assert "illisible ou tronquée" in refused(grid.read_grid, path)


# --- survey ------------------------------------------------------------------------------------
def survey(rows=N):
    answers = dict.fromkeys(credoc.QUESTIONS, "Oui")
    return pd.DataFrame({"ANNEE": [2019.0] * rows, "POND": 1.5, **answers})


@pytest.mark.parametrize("bad", NOT_IT)
def test_what_is_no_survey(tmp_path, bad):
    content, words = NOT_IT[bad]
    path = tmp_path / "barometre.parquet"
    path.write_bytes(content)
    assert words.replace("illisible", "n'est pas un Parquet lisible") in refused(
        credoc.read_barometre, path
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f.drop(columns="POND"), "Il manque la colonne POND."),
        (lambda f: f.rename(columns={"INTERNET": "internet"}), "Il manque la colonne INTERNET."),
        (lambda f: f.assign(POND=f["POND"].astype("str").replace("1.5", "lourd")), "POND"),
        (lambda f: with_cell(f, "POND", -1.0).astype({"POND": float}), "La colonne POND"),
        (lambda f: with_cell(f, "ANNEE", None).astype({"ANNEE": float}), "La colonne ANNEE"),
        (lambda f: f.head(0), "La colonne ANNEE"),
    ],
)
def test_one_wrong_answer_and_the_survey_is_refused(tmp_path, change, words):
    """A weight belongs to a sample: without one respondent the others weigh otherwise."""
    path = tmp_path / "barometre.parquet"
    change(survey()).to_parquet(path)
    assert words in refused(credoc.read_barometre, path)


def test_a_truncated_survey_and_one_ten_times_too_long(tmp_path, monkeypatch):
    path = tmp_path / "barometre.parquet"
    survey().to_parquet(path)
    monkeypatch.setattr(credoc, "RESPONDENTS", N // 10)
    assert "Le tableau est bien plus long que d'habitude." in refused(credoc.read_barometre, path)
    path.write_bytes(path.read_bytes()[:-100])
    assert "n'est pas un Parquet lisible" in refused(credoc.read_barometre, path)
