"""QGIS itself opens the project and the layers, and draws the right colours."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from fragility import schemas
from fragility.export import labels
from fragility.export.gpkg import LAYERS, write_gpkg
from fragility.export.print_layout import LAYOUT_NAME
from fragility.export.qgz import write_project
from fragility.export.themes import RATE_COLOURS, THEMES
from tests.factories import NASTY, SIDE, SIZE, SOUTH, UNSCORED, WEST, make_facts, make_tables

SYSTEM_PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).parents[1] / "qgis_render.py"
COMMUNES = (1, 12, 24, 36, 58, 69, *UNSCORED)
# Fragile and not covered, in column 8; its western neighbour is neither.
UNCOVERED = 28
LEGEND = [
    ["1", "1 – Moins fragile", "#fee838"],
    ["2", "2 – Plutôt moins fragile", "#bcae6c"],
    ["3", "3 – Intermédiaire", "#7c7b78"],
    ["4", "4 – Plutôt plus fragile", "#414d6b"],
    ["5", "5 – Plus fragile", "#00224e"],
    ["", "Non calculé", "#d9d9d9"],
]
pytestmark = pytest.mark.qgis


def has_qgis() -> bool:
    if not Path(SYSTEM_PYTHON).exists():
        return False
    command = [SYSTEM_PYTHON, "-c", "import qgis.core"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def place(n: int) -> str:
    """Longitude and latitude a little south of the centre of commune `n`, off its place."""
    x = WEST + SIDE * (n % SIZE + 0.5)
    y = SOUTH + SIDE * (n // SIZE + 0.3)
    return f"{x} {y}"


# A square of 0.02 degree in the middle of each; Mayotte has no score, as in the real editions.
OVERSEAS = {"972": ("Martinique", -61.0, 14.65), "976": ("Mayotte", 45.15, -12.8)}


def with_overseas(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Add two overseas départements of one commune each to the squared territory."""
    communes, departements = tables["communes"], tables["departements"]
    contours = [gpd.GeoDataFrame(tables["core_contours"])]
    for code, (name, x, y) in OVERSEAS.items():
        like = communes[communes["code_commune"] == "2A099"]
        whole = departements[departements["code_departement"] == "2A"]
        place = {"code_departement": code, "nom_departement": name}
        like, whole = like.assign(code_commune=f"{code}01", **place), whole.assign(**place)
        if code == "976":
            like, whole = like.assign(classe=pd.NA, score=None), whole.assign(score=None)
        communes = pd.concat([communes, like.astype(communes.dtypes)], ignore_index=True)
        departements = pd.concat(
            [departements, whole.astype(departements.dtypes)], ignore_index=True
        )
        shape = shapely.box(x - 0.01, y - 0.01, x + 0.01, y + 0.01)
        own = (
            contours[0].head(2).assign(niveau=["commune", "departement"], code=[f"{code}01", code])
        )
        contours.append(own.set_geometry([shape, shape], crs=4326))
    return tables | {
        "communes": communes,
        "departements": departements,
        "core_contours": pd.concat(contours, ignore_index=True),
    }


def across(n: int, metres: float) -> str:
    """A point that many metres east of the middle of the western border of commune `n`."""
    x = WEST + SIDE * (n % SIZE) + metres / 77_000
    return f"{x} {SOUTH + SIDE * (n // SIZE + 0.5)}"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if not has_qgis():
        pytest.skip("PyQGIS absent du Python du système (apt install qgis python3-qgis)")
    folder = tmp_path_factory.mktemp("qgis")
    write_gpkg(folder / "fragilite.gpkg", with_overseas(make_tables()), make_facts())
    write_project(folder / "carte.qgz", folder / "fragilite.gpkg", make_facts())
    # Elsewhere than where it was written: paths must be relative.
    moved = folder.rename(folder.with_name("carte déplacée"))
    done = subprocess.run(
        [SYSTEM_PYTHON, str(SCRIPT), str(moved), str(moved / "carte.png")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={
            **os.environ,
            "PLACES": ";".join(place(n) for n in COMMUNES),
            "EDGES": ";".join(across(UNCOVERED, metres) for metres in (-400, 110, 300, 1000)),
            "QT_QPA_PLATFORM": "offscreen",
            "PYTHONPATH": "",
        },
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_every_layer_is_valid_and_in_order(report: dict[str, Any]) -> None:
    assert report["read"]
    assert report["crs"] == "EPSG:2154"
    assert report["title"].startswith("Territoire fictif")
    assert report["heading"].startswith("Territoire fictif")
    assert set(report["layers"]) == {*LAYERS, *THEMES}
    assert all(layer["valid"] for layer in report["layers"].values())
    assert all(layer["crs"] == "EPSG:4326" for layer in report["layers"].values())
    assert report["visible"] == ["lieux", "communes_fragiles_non_couvertes", "communes"]
    # From top to bottom; what is unticked lies above the communes, so that ticking it shows it.
    assert report["order"] == [
        "lieux", "communes_fragiles_non_couvertes", "foyers", "departements", "epci", "iris",
        "personnes", "taux", "communes",
    ]  # fmt: skip
    assert report["groups"] == [
        "Où agir", "Autres échelles", "Personnes en difficulté", "Fragilité",
    ]  # fmt: skip


def test_no_layer_can_be_edited(report: dict[str, Any]) -> None:
    # Nor of the file alone, where QGIS would offer to edit the views, and fail to save.
    for where in ("layers", "alone"):
        for name, layer in report[where].items():
            assert (layer["read_only"], layer["can_be_edited"]) == (True, False), name


@pytest.mark.parametrize("where", ["layers", "alone"])
def test_each_class_has_its_words_and_its_colour(report: dict[str, Any], where: str) -> None:
    for name in ("communes", "iris", "epci", "departements"):
        assert report[where][name]["classes"] == LEGEND


def test_the_uncovered_are_outlined_black_in_white(report: dict[str, Any]) -> None:
    # West of the border, its neighbour of class 4; then the line, its casing, and class 5.
    assert report["pixels_edges"] == ["#414d6b", "#000000", "#ffffff", "#00224e"]


def test_territories_are_named_from_a_scale(report: dict[str, Any]) -> None:
    """In the project and in a layer added alone; names are text, whatever they hold."""
    for layers in (report["layers"], report["alone"]):
        assert layers["lieux"]["names"] == layers["foyers"]["names"] == []
        near, far = layers["communes"]["names"], layers["communes_fragiles_non_couvertes"]["names"]
        assert near[:2] == [0, 250_000]
        # Not both at once.
        assert far[:2] == [250_000, 1_000_000]
        for name in ("communes", "communes_fragiles_non_couvertes", "iris", "epci", "departements"):
            column = {"epci": "nom_epci", "departements": "nom_departement"}.get(name, "nom")
            assert layers[name]["names"][2] == layers[name]["shown"][column], name
    assert report["layers"]["communes"]["names"] == report["layers"]["taux"]["names"]


def test_the_page_shows_overseas_in_insets(report: dict[str, Any]) -> None:
    page = report["pages"][LAYOUT_NAME]
    assert page["names"] == {"972": "Martinique", "976": "Mayotte\nnon calculé"}
    maps = page["maps"]
    assert {name: shown["crs"] for name, shown in maps.items()} == {
        "map": "EPSG:2154", "inset_972": "EPSG:5490", "inset_976": "EPSG:4471",
    }  # fmt: skip
    assert maps["inset_972"]["colour"] == "#00224e"
    assert maps["inset_976"]["colour"] == "#d9d9d9"
    left, top, right, bottom = maps["inset_972"]["box"]
    assert maps["map"]["box"][2] < left < right < maps["inset_976"]["box"][0] < 297
    assert 0 < top < bottom < 210
    assert page["texts"][1].endswith("Chaque encart a sa propre échelle.")


def test_map_tips_say_how_many_calculations_agree(report: dict[str, Any]) -> None:
    tips = report["alone"]["communes"]["tips"] + report["alone"]["iris"]["tips"]
    said = [tip.partition("Verdict ")[2].partition("<br>")[0] for tip in tips]
    told = report["alone"]["communes"]["verdicts"] + report["alone"]["iris"]["verdicts"]
    for words, (fragile, chance, sure) in zip(said, told, strict=True):
        if sure is None:
            assert words == "non calculé"
            continue
        share = chance if fragile else 100 - chance
        verdict, _, many = words.partition(" dans ")
        assert verdict == f"{sure} : {'fragile' if fragile else 'non fragile'}"
        many = many.removesuffix(" % des calculs")
        if 1 <= share <= 99:
            assert abs(int(many) - share) <= 0.5
        else:
            assert many == ("moins de 1" if share < 1 else "plus de 99")
    assert any("non fragile dans" in words for words in said)
    # Its title says that a commune of the list is fragile.
    listed = report["alone"]["communes_fragiles_non_couvertes"]["tips"]
    assert all(" : fragile dans " in tip for tip in listed)
    assert not any("Verdict" in tip for tip in report["alone"]["epci"]["tips"])


@pytest.mark.parametrize("where", ["layers", "alone"])
def test_styles_load_in_the_project_and_for_a_layer_alone(
    report: dict[str, Any], where: str
) -> None:
    layers = report[where]
    words = [labels.class_label(rank) for rank in range(1, 6)] + [labels.NOT_COMPUTED_LABEL]
    colours = [*labels.CLASS_COLOURS.values(), labels.NOT_COMPUTED_COLOUR]
    for name in ("communes", "iris", "epci", "departements"):
        assert (layers[name]["renderer"], layers[name]["attribute"]) == (
            "categorizedSymbol",
            "classe",
        )
        assert layers[name]["legend"] == words
        assert layers[name]["colours"] == colours
    assert layers["lieux"]["legend"] == list(labels.DISPOSITIF_LABELS.values())
    assert layers["lieux"]["unticked"] == ["Bibliothèque", "La Poste"]
    # What a place offers, in words; the first of the legend gives its colour.
    said = [tip.split("<br>")[2] for tip in layers["lieux"]["tips"]]
    assert said.count("Conseiller numérique, France services") == 1
    assert said.count("Conseiller numérique") == 2
    # Lines only: outlines have no fill.
    for name in ("communes_fragiles_non_couvertes", "foyers"):
        assert layers[name]["symbol_layers"] == ["SimpleLine"] * 2


def test_fields_are_in_french_words(report: dict[str, Any]) -> None:
    for name, layer in report["alone"].items():
        model = schemas.TABLES[name].columns
        assert layer["aliases"] == {
            "fid": "",
            **{c: m.title for c, m in model.items() if c != "geometry"},
        }
    shown = report["alone"]["communes"]["shown"]
    assert shown["code_commune"] == "01001"
    assert (shown["est_fragile"], shown["est_petit_effectif"]) == ("non", "oui")
    assert shown["pauvrete_origine"] == "Estimé par un modèle"
    assert shown["pauvrete_pct"] == "12.3"  # the comma follows the user's language
    assert shown["plus_65_annee"] == "2018"


def test_map_tips_carry_the_banner_and_escape_names(report: dict[str, Any]) -> None:
    tips = report["alone"]["communes"]["tips"]
    assert NASTY[0] in tips[0]
    assert "Classe : Non calculé" in tips[0]
    assert "Classe : 1 – Moins fragile" in tips[1]
    assert "&lt;script>alert(1)&lt;/script>" in tips[2]
    for layer in report["alone"].values():
        assert layer["tips"]
        for tip in layer["tips"]:
            assert "Territoire fictif" in tip
            assert "[%" not in tip
            assert "<script" not in tip


def test_pixels_have_the_colour_of_the_class(report: dict[str, Any]) -> None:
    expected = [
        labels.NOT_COMPUTED_COLOUR if n in UNSCORED else labels.CLASS_COLOURS[1 + (n % SIZE) // 2]
        for n in COMMUNES
    ]
    assert report["pixels"] == expected
    assert {c for c in expected} == {*labels.CLASS_COLOURS.values(), labels.NOT_COMPUTED_COLOUR}


def test_the_project_stored_in_the_geopackage_opens_too(report: dict[str, Any]) -> None:
    assert report["stored"]
    assert report["stored_valid"] == [True] * len(report["layers"])


def test_people_and_rate_are_two_other_looks_of_the_communes(report: dict[str, Any]) -> None:
    rate, people = report["layers"]["taux"], report["layers"]["personnes"]
    assert rate["source"].endswith("layername=communes")
    assert rate["name"].startswith("Territoire fictif — En difficulté numérique")
    assert rate["colours"] == [*RATE_COLOURS, labels.NOT_COMPUTED_COLOUR]
    assert [words.split()[0] for words in rate["legend"]] == [
        "moins", "de", "de", "de", rate["legend"][4].split()[0], "Non",
    ]  # fmt: skip
    assert [words.replace("\u202f", " ") for words in people["legend"]] == [
        "moins de 100", "de 100 à 500", "de 500 à 2 000", "de 2 000 à 10 000", "10 000 ou plus",
    ]  # fmt: skip
    assert set(report["pixels_taux"]) <= {*RATE_COLOURS, labels.NOT_COMPUTED_COLOUR}
    # Where there is no disc, what lies below shows.
    assert "#ffffff" in report["pixels_personnes"]


def test_the_page_to_print_is_ready(report: dict[str, Any]) -> None:
    page = report["pages"][LAYOUT_NAME]
    assert page["done"]
    assert page["size"] == [297, 210]
    # Two segments on paper, and the room for the first and the last figure.
    on_paper = 2 * page["segment_km"] * 1e6 / page["scale"]
    assert on_paper < page["bar_mm"] < on_paper + 25
    assert [name.removeprefix("Territoire fictif — ") for name in page["legend"]] == [
        labels.LAYER_TITLES[name]
        for name in ("lieux", "communes_fragiles_non_couvertes", "communes")
    ]
    # It follows what is ticked.
    assert [name.removeprefix("Territoire fictif — ") for name in page["legend_epci"]] == [
        labels.LAYER_TITLES["epci"]
    ]
    assert page["texts"][0] == make_facts().heading
    assert page["texts"][1].startswith("Sources : ")
