"""Other maps of the communes in the QGIS project: how frequent digital difficulty is, how many.

A theme is a second look at a layer of the GeoPackage, with a legend of its own. The rate is a
colour; the number is a disc, because a colour over a large commune would say more than its people.
"""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyogrio

from fragility.export import labels
from fragility.export.facts import RunFacts
from fragility.export.layer_style import categories, centred, disc, fifths, fill
from fragility.export.spans import spans

RATE, PEOPLE = "difficulte_numerique_pct", "nb_personnes_en_difficulte"
# Cividis, from light to dark: read by all eyes and in grey.
RATE_COLOURS = ("#fee838", "#bcae6c", "#7d7c78", "#434e6c", "#00224e")
DISC_COLOUR = "#00224e"
DISCS = ((0, 0.15), (100, 0.4), (500, 0.9), (2000, 1.9), (10_000, 4.0))
"""Least number of people and diameter in mm of each class."""


@dataclass(frozen=True)
class Theme:
    """A second look at a layer.

    Attributes
    ----------
    table : layer of the GeoPackage.
    title : in the layer tree.
    draw : from the GeoPackage to the renderer.
    """

    table: str
    title: str
    draw: Callable[[Path], ET.Element]


def _rates(gpkg: Path) -> ET.Element:
    """Fifths of the communes by rate, and the grey of those that are not estimated."""
    table = pyogrio.read_dataframe(gpkg, layer="communes", columns=[RATE], read_geometry=False)
    # Of the digits that are shown: a rate is in the class that its label says.
    bounds = sorted({round(bound, 1) for bound in fifths(table[RATE])})
    cases = " ".join(
        f'WHEN "{RATE}" >= {bound!r} THEN {rank}'
        for rank, bound in reversed(list(enumerate(bounds, start=2)))
    )
    value = f'CASE WHEN "{RATE}" IS NULL THEN NULL {cases} ELSE 1 END'
    words = spans(bounds, 1, "%") if bounds else ["aucune estimation"]
    classes = [
        (str(rank), "long", text, fill(colour))
        for rank, (text, colour) in enumerate(zip(words, RATE_COLOURS, strict=False), start=1)
    ]
    return categories(value, [*classes, _unknown(fill(labels.NOT_COMPUTED_COLOUR))])


def _numbers(_: Path) -> ET.Element:
    """Discs of five sizes."""
    cases = " ".join(f'WHEN "{PEOPLE}" >= {least} THEN {least}' for least, _ in reversed(DISCS))
    ends = [least for least, _ in DISCS[1:]]
    words = (
        [f"moins de {labels.french(ends[0])}"]
        + [
            f"de {labels.french(low)} à {labels.french(high)}"
            for low, high in itertools.pairwise(ends)
        ]
        + [f"{labels.french(ends[-1])} ou plus"]
    )
    classes = [
        (str(least), "long", text, centred(disc(DISC_COLOUR, size)))
        for (least, size), text in zip(DISCS, words, strict=True)
    ]
    return categories(f"CASE {cases} END", classes)


def _unknown(symbol: ET.Element) -> tuple[str, str, str, ET.Element]:
    return "", "string", labels.NOT_COMPUTED_LABEL, symbol


THEMES = {
    "personnes": Theme("communes", "Personnes en difficulté : nombre estimé", _numbers),
    "taux": Theme("communes", "En difficulté numérique : part estimée des 15 ans ou plus", _rates),
}


def theme_title(name: str, facts: RunFacts) -> str:
    """Title of a theme, banner first."""
    title = THEMES[name].title
    return f"{facts.banner} — {title}" if facts.banner else title


def theme_style(name: str, gpkg: Path, like: Sequence[ET.Element]) -> list[ET.Element]:
    """Elements of a theme's style: its renderer, and all the rest of the layer's own style."""
    own = THEMES[name].draw(gpkg)
    return [own, *(element for element in like if element.tag != "renderer-v2")]
