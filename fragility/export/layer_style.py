"""How each layer looks in QGIS, as the elements that a QML style and a project both hold.

Written by hand rather than by QGIS, which is not a dependency. Options that QGIS does not find
take its defaults, so only what matters is written.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd
import pandera.pandas as pa

from fragility import schemas
from fragility.export import labels
from fragility.export.facts import RunFacts
from fragility.export.map_names import names_element
from fragility.export.map_tip import map_tip
from fragility.schemas.simulation import SIMULATION

QGIS_VERSION = "3.22.0-Białowieża"
YEARS = range(2006, 2041)
_METRES = "RenderMetersInMapUnits"
_FRANCE = 6000  # metres that a millimetre is at the scale of France on A4
# Layers that are drawn over classes of colour: lines only.
OUTLINED = {
    "communes_fragiles_non_couvertes": labels.OUTLINE_COLOUR,
    "foyers": labels.HOT_SPOT_COLOUR,
}


# Posts that a simulation proposes: in the map of whoever has made one.
SITES = "simulation_postes"
POINTS = ("lieux", SITES)
_SITE_MARKER = ("star", "#ffffff", 6.5)


def title_of(table: str) -> str:
    """Title of a layer."""
    return labels.LAYER_TITLES.get(table) or str(SIMULATION[table].title)


def model_of(table: str, facts: RunFacts) -> pa.DataFrameSchema:
    """Model of a layer, in the words of the edition."""
    return SIMULATION[table] if table in SIMULATION else facts.models[table]


def _option(parent: ET.Element, kind: str, **attributes: str) -> ET.Element:
    return ET.SubElement(parent, "Option", {"type": kind, **attributes})


def _colour(value: str) -> str:
    red, green, blue = (int(value[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},255"


def _width(metres: float, least_mm: float, most_mm: float) -> dict[str, str]:
    """Return a width that follows the scale between two sizes on paper."""
    return {
        "width": f"{metres:g}",
        "unit": _METRES,
        "scale": f"3x:0,0,{int(least_mm > 0)},{least_mm:g},1,{most_mm:g}",
    }


def _symbol(kind: str, *layers: tuple[str, Mapping[str, str]]) -> ET.Element:
    symbol = ET.Element(
        "symbol", {"type": kind, "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"}
    )
    for name, options in layers:
        layer = ET.SubElement(
            symbol, "layer", {"class": name, "enabled": "1", "pass": "0", "locked": "0"}
        )
        table = _option(layer, "Map")
        for key, value in options.items():
            _option(table, "QString", name=key, value=value)
    return symbol


def fill(colour: str) -> ET.Element:
    """A polygon of one colour."""
    # A border in metres fades at the scale of France, where it would hide 35,000 communes.
    width = _width(60, 0, 0.2)
    return _symbol(
        "fill",
        (
            "SimpleFill",
            {
                "color": _colour(colour),
                "style": "solid",
                "outline_style": "solid",
                "outline_color": _colour(labels.BORDER_COLOUR),
                "outline_width": width["width"],
                "outline_width_unit": width["unit"],
                "border_width_map_unit_scale": width["scale"],
                "joinstyle": "bevel",
            },
        ),
    )


def _outline(colour: str) -> ET.Element:
    def line(colour: str, width: dict[str, str]) -> tuple[str, dict[str, str]]:
        return "SimpleLine", {
            "line_color": _colour(colour),
            "line_style": "solid",
            "line_width": width["width"],
            "line_width_unit": width["unit"],
            "width_map_unit_scale": width["scale"],
            "joinstyle": "round",
            "capstyle": "round",
            "draw_inside_polygon": "1",
        }

    return _symbol(
        "fill",
        line(labels.OUTLINE_CASING, _width(1400, 0.4, 3.2)),
        line(colour, _width(700, 0.2, 1.6)),
    )


def marker(shape: str, colour: str, size_mm: float) -> ET.Element:
    """A point whose size follows the scale, up to a size on paper."""
    # Thousands of places at their full size would hide a national map.
    size, border = _width(2500, 0.25 * size_mm, size_mm), _width(250, 0, 0.2)
    return _symbol(
        "marker",
        (
            "SimpleMarker",
            {
                "name": shape,
                "color": _colour(colour),
                "outline_color": _colour("#000000"),
                "outline_style": "solid",
                "outline_width": border["width"],
                "outline_width_unit": border["unit"],
                "outline_width_map_unit_scale": border["scale"],
                "size": size["width"],
                "size_unit": size["unit"],
                "size_map_unit_scale": size["scale"],
                "scale_method": "diameter",
            },
        ),
    )


def disc(colour: str, size_mm: float) -> ET.Element:
    """A disc of this size on paper at the scale of France, up to three times as large from near.

    All grow alike, so that sizes compare.
    """
    size = _width(_FRANCE * size_mm, size_mm, 3 * size_mm)
    return _symbol(
        "marker",
        (
            "SimpleMarker",
            {
                "name": "circle",
                "color": _colour(colour),
                "outline_color": _colour(labels.BORDER_COLOUR),
                "outline_style": "solid",
                "outline_width": "0.1" if size_mm > 1 else "0",
                "outline_width_unit": "MM",
                "size": size["width"],
                "size_unit": size["unit"],
                "size_map_unit_scale": size["scale"],
                "scale_method": "diameter",
            },
        ),
    )


def centred(point: ET.Element) -> ET.Element:
    """A polygon shown by a point inside it."""
    symbol = _symbol("fill", ("CentroidFill", {"point_on_surface": "1", "point_on_all_parts": "0"}))
    point.set("name", "@0@0")
    symbol[0].append(point)
    return symbol


def categories(
    attribute: str,
    classes: Sequence[tuple[str, str, str, ET.Element]],
    unticked: Collection[str] = (),
) -> ET.Element:
    """Return a categorised renderer from (value, type, label, symbol).

    `unticked` values are in the legend, not on the map until the user ticks them.
    """
    renderer = ET.Element(
        "renderer-v2",
        {
            "type": "categorizedSymbol",
            "attr": attribute,
            "symbollevels": "0",
            "forceraster": "0",
            "enableorderby": "0",
            "referencescale": "-1",
        },
    )
    listed = ET.SubElement(renderer, "categories")
    symbols = ET.SubElement(renderer, "symbols")
    for rank, (value, kind, label, symbol) in enumerate(classes):
        ET.SubElement(
            listed,
            "category",
            {
                "value": value,
                "type": kind,
                "label": label,
                "symbol": str(rank),
                "render": "false" if value in unticked else "true",
            },
        )
        symbol.set("name", str(rank))
        symbols.append(symbol)
    return renderer


def fifths(figures: pd.Series) -> list[float]:
    """Return the four figures that part the territories of a table in fifths."""
    known = figures.dropna()
    return [] if known.empty else [float(q) for q in np.quantile(known, [0.2, 0.4, 0.6, 0.8])]


def _class_renderer() -> ET.Element:
    """Five classes and the grey "not computed" one, which takes every other value and NULL."""
    classes = [
        (str(rank), "long", labels.class_label(rank), fill(colour))
        for rank, colour in labels.CLASS_COLOURS.items()
    ]
    grey = ("", "string", labels.NOT_COMPUTED_LABEL, fill(labels.NOT_COMPUTED_COLOUR))
    return categories("classe", [*classes, grey])


def _first_offered() -> str:
    """Return an expression that gives the first dispositif of the legend that a place offers."""
    cases = " ".join(
        f"WHEN '|' || \"dispositifs\" || '|' LIKE '%|{value}|%' THEN '{value}'"
        for value in labels.DISPOSITIF_LABELS
    )
    return f"CASE {cases} END"


def _layer_renderer(table: str) -> ET.Element:
    if table == SITES or table in OUTLINED:
        renderer = ET.Element(
            "renderer-v2",
            {"type": "singleSymbol", "symbollevels": "0", "forceraster": "0", "enableorderby": "0"},
        )
        symbol = marker(*_SITE_MARKER) if table == SITES else _outline(OUTLINED[table])
        symbol.set("name", "0")
        ET.SubElement(renderer, "symbols").append(symbol)
        return renderer
    if table == "lieux":
        return categories(
            _first_offered(),
            [
                (value, "string", label, marker(*labels.DISPOSITIF_MARKERS[value]))
                for value, label in labels.DISPOSITIF_LABELS.items()
            ],
            labels.DISPOSITIFS_UNTICKED,
        )
    return _class_renderer()


def _value_map(config: ET.Element, words: Mapping[str, str]) -> None:
    entries = _option(_option(config, "Map"), "List", name="map")
    for value, label in words.items():
        _option(_option(entries, "Map"), "QString", name=label, value=value)


def _field(parent: ET.Element, name: str, kind: str) -> None:
    """Say how a field is shown: words for codes, oui / non, digits worth reading."""
    widget = ET.SubElement(
        ET.SubElement(parent, "field", name=name, configurationFlags="None"), "editWidget"
    )
    config = ET.SubElement(widget, "config")
    words: Mapping[str, str] | None = None
    if name == "classe":
        words = {str(rank): labels.class_label(rank) for rank in labels.CLASS_LABELS}
    elif name == "couverture":
        words = labels.COVERAGE_LABELS
    elif name == "dispositif":
        words = labels.DISPOSITIF_LABELS
    elif name.removesuffix("_origine") in schemas.INDICATORS:
        words = labels.ORIGIN_LABELS
    elif name.endswith("_annee"):  # as a number, QGIS would write 2 018
        words = {str(year): str(year) for year in YEARS}
    elif kind in ("bool", "boolean"):  # a check box shows "true" and "false" in the table
        words = {"true": "oui", "false": "non"}
    if words:
        widget.set("type", "ValueMap")
        _value_map(config, words)
    elif kind == "float64":
        widget.set("type", "Range")
        table = _option(config, "Map")
        _option(table, "int", name="Precision", value=str(labels.decimals_of(name)))
        _option(table, "bool", name="AllowNull", value="true")
    else:
        widget.set("type", "TextEdit")


def style_elements(table: str, columns: Sequence[str], facts: RunFacts) -> list[ET.Element]:
    """Build the elements of a layer's style.

    Parameters
    ----------
    table : name of the layer, a mart of `schemas.TABLES`.
    columns : its fields, geometry left out.
    facts : the edition's words for its columns, and the warning to show in the map tip.
    """
    model = model_of(table, facts).columns
    renderer = _layer_renderer(table)
    configuration = ET.Element("fieldConfiguration")
    aliases = ET.Element("aliases")
    for rank, name in enumerate(columns, start=1):  # 0 is the key `fid`
        _field(configuration, name, str(model[name].dtype))
        ET.SubElement(
            aliases, "alias", {"index": str(rank), "field": name, "name": str(model[name].title)}
        )
    preview = ET.Element("previewExpression")
    preview.text = f'"{"nom" if "nom" in columns else "nom_" + table.removesuffix("s")}"'
    tip = ET.Element("mapTip", enabled="1")
    tip.text = map_tip(table, columns, facts.banner, facts.words.out_of)
    names = names_element(table)
    told = [configuration, aliases, preview, tip]
    return [renderer, *told] if names is None else [renderer, names, *told]


def qml(elements: Sequence[ET.Element]) -> str:
    """Return a QML document holding the elements of a style.

    It makes the layer read-only: what is published is not corrected by hand, and QGIS would offer
    to edit layers that are views, then fail to save.
    """
    root = ET.Element(
        "qgis",
        {
            "version": QGIS_VERSION,
            "styleCategories": "AllStyleCategories",
            "readOnly": "1",
            "labelsEnabled": "1" if any(one.tag == "labeling" for one in elements) else "0",
        },
    )
    root.extend(elements)
    body = ET.tostring(root, encoding="unicode")
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + body
