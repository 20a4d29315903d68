"""The map of a fiche, on squares that can be drawn on squared paper."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
import shapely

from fragility.export.fiche_map import HEIGHT, WIDTH, Atlas, draw
from fragility.export.labels import CLASS_COLOURS, NOT_COMPUTED_COLOUR

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def atlas():
    """Three squares of a tenth of a degree at the equator, in a line from west to east: the second
    is fragile and uncovered, the third has no class.
    """
    communes = pd.DataFrame(
        {"nom": ["Un", "<Deux>", "Trois"], "population": [10.0, 20.0, 30.0],
         "classe": pd.array([1, 5, None], dtype="Int64"),
         "est_fragile_non_couverte": [False, True, False]},
        index=pd.Index(["a", "b", "c"]),
    )  # fmt: skip
    shapes = np.array([shapely.box(x, 0, x + 0.1, 0.1) for x in (0, 0.1, 0.2)], dtype=object)
    places = pd.DataFrame(
        {"lon": [0.15, 9.0], "lat": [0.05, 9.0], "dispositif": ["conseiller_numerique"] * 2}
    )
    return Atlas(communes, shapes, places)


def drawing(markup):
    (svg,) = re.findall(r"<svg viewBox=\"0 0 840 640\".*?</svg>", markup, re.DOTALL)
    return ET.fromstring(svg.replace("\u00a0", " "))


def corners(path):
    """Points of a path of one ring."""
    x, y, steps = re.fullmatch(r"M(-?\d+) (-?\d+)l(.*)z", path).groups()
    moves = np.array([int(n) for n in re.findall(r"-?\d+", steps)]).reshape(-1, 2)
    return np.array([int(x), int(y)]) + np.vstack([[0, 0], moves.cumsum(axis=0)])


def test_a_commune_is_in_the_middle_with_the_colours_of_the_classes(atlas):
    svg = drawing(draw(atlas, ["b"], atlas.shapes[1], "Carte"))
    named = {
        path.find(f"{SVG}title").text: path
        for path in svg.iter(f"{SVG}path")
        if path.find(f"{SVG}title") is not None
    }
    assert {title.split(" :")[0]: path.get("fill") for title, path in named.items()} == {
        "Un": CLASS_COLOURS[1], "<Deux>": CLASS_COLOURS[5], "Trois": NOT_COMPUTED_COLOUR,
    }  # fmt: skip
    deux = corners(named["<Deux> : 5 – Plus fragile"].get("d"))
    middle = (deux.min(axis=0) + deux.max(axis=0)) / 2
    assert np.abs(middle - [WIDTH / 2, HEIGHT / 2]).max() <= 1
    # As high as wide at the equator, and 2.6 times in the height.
    assert np.ptp(deux, axis=0) == pytest.approx([HEIGHT / 2.6] * 2, abs=1)
    assert named["Trois : Non calculé"].get("opacity") is None


def test_only_what_is_fragile_and_uncovered_is_hatched_and_marks_are_those_of_the_place(atlas):
    svg = drawing(draw(atlas, ["b"], atlas.shapes[1], "Carte"))
    hatched = [path.get("d") for path in svg.iter(f"{SVG}path") if path.get("fill") == "url(#h)"]
    assert len(hatched) == 1
    (mark,) = svg.iter(f"{SVG}circle")
    assert (int(mark.get("cx")), int(mark.get("cy"))) == (WIDTH // 2, HEIGHT // 2)


def test_a_group_stands_out_from_its_neighbours(atlas):
    whole = shapely.union_all(atlas.shapes[:2])
    svg = drawing(draw(atlas, ["a", "b"], whole, "Carte"))
    pale = {
        path.find(f"{SVG}title").text
        for path in svg.iter(f"{SVG}path")
        if path.get("opacity") is not None
    }
    assert pale == {"Trois : Non calculé"}


def test_a_territory_without_contour_has_no_map(atlas):
    assert draw(atlas, ["a"], None, "Carte") == ""
    assert draw(atlas, ["a"], shapely.Polygon(), "Carte") == ""


def test_a_commune_in_several_pieces_or_missing_does_not_break_the_others(atlas):
    shapes = atlas.shapes.copy()
    shapes[0] = shapely.MultiPolygon([shapely.box(0, 0, 0.04, 0.1), shapely.box(0.06, 0, 0.1, 0.1)])
    shapes[2] = None
    other = Atlas(atlas.communes, shapes, atlas.places)
    svg = drawing(draw(other, ["a"], shapes[0], "Carte"))
    outlines = [path.get("d") for path in svg.iter(f"{SVG}path") if path.get("stroke") == "#000000"]
    assert [line.count("M") for line in outlines] == [2]
