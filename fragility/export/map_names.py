"""Names written on the QGIS map: whose, and from which scale to which.

A commune to act on is named from the scale of a département, every commune from that of a few
cantons: never both at once. Options that QGIS does not find take its defaults.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass

from fragility.export.labels import OUTLINE_COLOUR

_INK, _HALO = "#222222", "255,255,255,255"


@dataclass(frozen=True)
class Names:
    """What is written on the territories of a layer.

    Attributes
    ----------
    expression : QGIS expression, the name of a field in quotes at its simplest.
    nearest, farthest : denominators of the scales between which it is written.
    points : size of the letters.
    colour : of the letters, as `#rrggbb`.
    """

    expression: str
    nearest: int
    farthest: int
    points: float = 7.0
    colour: str = _INK


NAMES = {
    "communes": Names('"nom"', 0, 250_000),
    "communes_fragiles_non_couvertes": Names('"nom"', 250_000, 1_000_000, 6.5, OUTLINE_COLOUR),
    "iris": Names('"nom"', 0, 40_000, 6.5),
    "epci": Names('"nom_epci"', 0, 1_500_000),
    "departements": Names('"nom_departement"', 0, 8_000_000, 8.0),
    "simulation_postes": Names('"rang" || \'. \' || "nom_commune"', 0, 2_500_000, 8.0),
}


def names_element(table: str) -> ET.Element | None:
    """Return the labelling of a layer, as a QML style and a project hold it; None without names."""
    if table not in NAMES:
        return None
    names = NAMES[table]
    labelling = ET.Element("labeling", type="simple")
    settings = ET.SubElement(labelling, "settings")
    red, green, blue = (int(names.colour[i : i + 2], 16) for i in (1, 3, 5))
    style = ET.SubElement(
        settings,
        "text-style",
        {
            "fieldName": names.expression,
            "isExpression": "1",
            "fontSize": f"{names.points:g}",
            "fontSizeUnit": "Point",
            # Left out, it is the thinnest.
            "fontWeight": "57",
            "textColor": f"{red},{green},{blue},255",
            "textOpacity": "1",
        },
    )
    ET.SubElement(
        style,
        "text-buffer",
        {"bufferDraw": "1", "bufferSize": "0.6", "bufferSizeUnits": "MM", "bufferColor": _HALO,
         "bufferOpacity": "1", "bufferJoinStyle": "128"},
    )  # fmt: skip
    ET.SubElement(settings, "text-format", autoWrapLength="18", multilineAlign="1")
    # Horizontal for territories, beside the point for a place: neighbours make room for each other.
    point = table == "simulation_postes"
    ET.SubElement(
        settings,
        "placement",
        {"placement": "6" if point else "4", "dist": "1.5" if point else "0", "distUnits": "MM",
         "priority": "10" if point else "5"},
    )  # fmt: skip
    ET.SubElement(
        settings,
        "rendering",
        {"drawLabels": "1", "scaleVisibility": "1", "scaleMin": str(names.nearest),
         "scaleMax": str(names.farthest), "obstacle": "1", "displayAll": "0"},
    )  # fmt: skip
    return labelling
