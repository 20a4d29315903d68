"""A page of A4 to print or to send: map, legend, scale bar, sources and date.

Written by hand like the rest of the project; QGIS takes its defaults for what is not said. Item
types are numbers of QGIS (`QgsLayoutItemRegistry`).
"""

from __future__ import annotations

import math
import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass

from fragility.export.facts import RunFacts
from fragility.export.labels import NOT_COMPUTED_LABEL
from fragility.export.map_views import Extent, Inset, crs_element

LAYOUT_NAME = "Carte A4"
PAGE_MM = (297.0, 210.0)
_PAGE, _MAP, _LABEL, _LEGEND, _SCALE_BAR = 65638, 65639, 65641, 65642, 65646
# x, y, width, height in mm.
_TITLE_BOX = (10.0, 7.0, 277.0, 12.0)
_MAP_BOX = (10.0, 21.0, 196.0, 168.0)
_LEGEND_BOX = (209.0, 21.0, 78.0, 145.0)
_BAR_BOX = (209.0, 174.0, 78.0, 14.0)
_NOTE_BOX = (10.0, 191.0, 277.0, 15.0)
# Insets: three a row under the legend, each a map above its name.
_INSETS_AT, _INSET_MM, _INSET_STEP, _INSET_ROW = (209.0, 104.0), (25.0, 26.0), (26.5, 34.0), 3
_FONT = "DejaVu Sans"
_MILLIMETRES = 1000.0
# Between two producers; « CRÉDOC pour l'ARCEP, l'Arcom » is one.
_TOGETHER = re.compile(r" ; |, (?!(?:l'|le |la |les ))")


@dataclass(frozen=True)
class LegendLayer:
    """A layer of the project that the legend shows.

    Attributes
    ----------
    id, name : in the project; the name heads its symbols.
    source : address of the layer, as in the layer tree.
    """

    id: str
    name: str
    source: str


def fitted_extent(extent: Extent, size: tuple[float, float] = _MAP_BOX[2:]) -> Extent:
    """Widen an extent (west, south, east, north) to the shape of the map on the page."""
    west, south, east, north = extent
    ratio = size[0] / size[1]
    width = max(east - west, (north - south) * ratio)
    x, y = (west + east) / 2, (south + north) / 2
    height = width / ratio
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def page_scale(extent: Extent) -> float:
    """Denominator of the scale of the page for an extent in metres."""
    west, _, east, _ = fitted_extent(extent)
    return (east - west) * _MILLIMETRES / _MAP_BOX[2]


def segment_km(scale: float) -> float:
    """Length of a segment of the scale bar: 1, 2 or 5 times a power of ten, 30 mm at most.

    Examples
    --------
    >>> [segment_km(scale) for scale in (6_000_000, 700_000, 40_000)]
    [100.0, 20.0, 1.0]
    """
    most = 30 * scale / _MILLIMETRES / 1000
    power = 10.0 ** math.floor(math.log10(most))
    return next(n * power for n in (5, 2, 1) if n * power <= most)


def layout_element(
    extent: Extent,
    layers: Sequence[LegendLayer],
    facts: RunFacts,
    insets: Sequence[Inset] = (),
) -> ET.Element:
    """Build the element `Layouts` of a project.

    Parameters
    ----------
    extent : (west, south, east, north) of the map, in metres of the project's system.
    layers : what the legend shows, from top to bottom.
    facts : title, date and sources.
    insets : territories that the map does not show, each at a scale of its own.
    """
    layouts = ET.Element("Layouts")
    layout = ET.SubElement(
        layouts, "Layout", name=LAYOUT_NAME, units="mm", printResolution="200", worldFileMap=""
    )
    pages = ET.SubElement(layout, "PageCollection")
    pages.append(_item(_PAGE, "page", (0, 0, *PAGE_MM)))
    layout.append(_scale_bar(page_scale(extent)))
    layout.append(_legend(layers))
    layout.append(
        _label("title", _TITLE_BOX, facts.heading, 15 if len(facts.heading) < 90 else 12, bold=True)
    )
    layout.append(_label("note", _NOTE_BOX, _note(facts, bool(insets)), 6.5))
    layout.extend(_insets(insets))
    layout.append(_map("map", _MAP_BOX, fitted_extent(extent)))
    ET.SubElement(layout, "Atlas", enabled="0", coverageLayer="")
    return layouts


def producers_of(facts: RunFacts) -> str:
    """Name each producer once, whoever it publishes with."""
    named = {one for source in facts.sources for one in _TOGETHER.split(source.producer)}
    return " ; ".join(sorted(named, key=str.casefold))


def _note(facts: RunFacts, with_insets: bool) -> str:
    said = (
        f"Sources : {producers_of(facts)}. Code géographique {facts.cog_year}, calcul du "
        f"{facts.date:%d/%m/%Y}, profil {facts.profile}, fragilite {facts.version}. Le score est "
        "un classement relatif : il ne mesure pas les personnes. Contours simplifiés. Lire "
        "LISEZMOI.md."
    )
    return said + (" Chaque encart a sa propre échelle." if with_insets else "")


def _id(name: str) -> str:
    return "{" + str(uuid.uuid5(uuid.NAMESPACE_URL, f"fragilite/{name}")) + "}"


def _item(kind: int, name: str, box: Sequence[float], **attributes: str) -> ET.Element:
    x, y, width, height = box
    return ET.Element(
        "LayoutItem",
        {
            "type": str(kind),
            "uuid": _id(name),
            "templateUuid": _id(name),
            "id": "" if kind == _PAGE else name,
            "position": f"{x:g},{y:g},mm",
            "positionOnPage": f"{x:g},{y:g},mm",
            "size": f"{width:g},{height:g},mm",
            "referencePoint": "0",
            "visibility": "1",
            "opacity": "1",
            "frame": "false",
            "background": "true" if kind == _PAGE else "false",
            "zValue": "0",
        }
        | attributes,
    )


def _map(name: str, box: Sequence[float], extent: Extent) -> ET.Element:
    item = _item(
        _MAP, name, box, frame="true", background="true", outlineWidthM="0.2,mm",
        keepLayerSet="false", followPreset="false", drawCanvasItems="false", mapRotation="0",
    )  # fmt: skip
    sides = ("xmin", "ymin", "xmax", "ymax")
    ET.SubElement(item, "Extent", dict(zip(sides, map(repr, extent), strict=True)))
    return item


def _insets(insets: Sequence[Inset]) -> list[ET.Element]:
    """Maps of the territories that lie elsewhere, each in its own system, and their names."""
    items = []
    for rank, inset in enumerate(insets):
        row, column = divmod(rank, _INSET_ROW)
        x, y = _INSETS_AT[0] + column * _INSET_STEP[0], _INSETS_AT[1] + row * _INSET_STEP[1]
        said = inset.name if inset.computed else f"{inset.name}\n{NOT_COMPUTED_LABEL.lower()}"
        below = (x, y + _INSET_MM[1] + 0.5, _INSET_MM[0], 7.0)
        items.append(_label(f"name_{inset.code}", below, said, 6.5))
        extent = fitted_extent(inset.extent, _INSET_MM)
        shown = _map(f"inset_{inset.code}", (x, y, *_INSET_MM), extent)
        crs_element(ET.SubElement(shown, "crs"), inset.epsg)
        items.append(shown)
    return items


def _label(
    name: str, box: Sequence[float], text: str, size: float, bold: bool = False
) -> ET.Element:
    item = _item(
        _LABEL, name, box, labelText=text, htmlState="0", halign="1",
        valign="128" if bold else "32", marginX="0", marginY="0",
    )  # fmt: skip
    _font(item, "LabelFont", size, bold)
    return item


def _font(parent: ET.Element, tag: str, size: float, bold: bool = False) -> None:
    """Say a font as Qt 5 does, which later versions read too."""
    weight = 75 if bold else 50
    ET.SubElement(parent, tag, description=f"{_FONT},{size:g},-1,5,{weight},0,0,0,0,0", style="")


def _legend(layers: Sequence[LegendLayer]) -> ET.Element:
    """A legend of the layers given, with the classes that the map shows."""
    item = _item(
        _LEGEND, "legend", _LEGEND_BOX, map_uuid=_id("map"), legendFilterByMap="1",
        resizeToContents="1", columnCount="1", symbolWidth="6", symbolHeight="3.5", boxSpace="1",
        wrapChar="|", title="", background="true",
    )  # fmt: skip
    styles = ET.SubElement(item, "styles")
    for name, size, space in (
        ("title", 10, 2), ("group", 8, 2), ("subgroup", 7.5, 2.5), ("symbol", 7, 1),
        ("symbolLabel", 7, 1.5),
    ):  # fmt: skip
        style = ET.SubElement(styles, "style", name=name, marginTop=f"{space:g}", marginLeft="1.5")
        _font(style, "styleFont", size, bold=name in ("title", "subgroup"))
    tree = ET.SubElement(item, "layer-tree-group")
    for layer in layers:
        ET.SubElement(
            tree,
            "layer-tree-layer",
            {
                "id": layer.id,
                "name": layer.name,
                "source": layer.source,
                "providerKey": "ogr",
                "checked": "Qt::Checked",
                "expanded": "1",
            },
        )
    ET.SubElement(tree, "custom-order", enabled="0")
    return item


def _scale_bar(scale: float) -> ET.Element:
    length = segment_km(scale)
    item = _item(
        _SCALE_BAR, "scale", _BAR_BOX, style="Single Box", mapUuid=_id("map"),
        unitType="km", unitLabel="km", numMapUnitsPerScaleBarUnit="1", numSegments="2",
        numSegmentsLeft="0", numUnitsPerSegment=f"{length:g}", height="2", segmentSizeMode="0",
        segmentMillimeters=repr(length * 1000 * _MILLIMETRES / scale), boxContentSpace="1",
        labelBarSpace="1.5",
    )  # fmt: skip
    ET.SubElement(
        item, "text-style", fontFamily=_FONT, fontSize="8", fontSizeUnit="Point", fontWeight="50",
        textColor="0,0,0,255", textOpacity="1",
    )  # fmt: skip
    return item
