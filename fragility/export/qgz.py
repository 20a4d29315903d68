"""The finished map: a QGIS project beside the GeoPackage, opened by a double click.

The styles are those stored in the GeoPackage, so that a layer looks the same in both. Several
things make QGIS show a blank map without a message: layer ids of ten characters or fewer, a
project system without `ProjectionsEnabled`, a missing extent, absolute paths.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from fragility.export.facts import RunFacts
from fragility.export.files import publishing, zip_bytes
from fragility.export.gpkg import layer_abstract, layer_title, read_styles, store_project
from fragility.export.layer_style import POINTS, QGIS_VERSION, SITES, title_of
from fragility.export.map_names import NAMES
from fragility.export.map_views import (
    LAYER_CRS,
    crs_element,
    main_view,
    overseas_views,
    text_element,
)
from fragility.export.print_layout import LegendLayer, layout_element, page_scale, producers_of
from fragility.export.themes import THEMES, theme_style, theme_title

PROJECT_NAME = "carte"
# From top to bottom: group -> layer, or theme of one -> shown at opening. What is unchecked lies
# above the communes, so that checking it shows it.
Tree = dict[str, dict[str, bool]]
TREE: Tree = {
    "Où agir": {
        SITES: True,
        "lieux": True,
        "communes_fragiles_non_couvertes": True,
        "foyers": False,
    },
    "Autres échelles": {"departements": False, "epci": False, "iris": False},
    "Personnes en difficulté": {"personnes": False, "taux": False},
    "Fragilité": {"communes": True},
}


def _extent(
    parent: ET.Element,
    tag: str,
    extent: tuple[float, float, float, float],
    attributes: bool = False,
) -> ET.Element:
    names = dict(zip(("xmin", "ymin", "xmax", "ymax"), map(repr, extent), strict=True))
    if attributes:
        return ET.SubElement(parent, tag, names)
    element = ET.SubElement(parent, tag)
    for name, value in names.items():
        text_element(element, name, value)
    return element


PLACES_FROM_SCALE = "1500000"


def layer_id(name: str) -> str:
    """Return the id of a layer in the project, longer than the ten characters QGIS needs."""
    return f"fragilite_couche_{name}"


def _source(name: str) -> str:
    """Layer of the GeoPackage that a layer of the project shows."""
    return THEMES[name].table if name in THEMES else name


def _title(name: str, facts: RunFacts) -> str:
    """Name of a layer in the legend: the title of the project says the edition."""
    if name in THEMES:
        return theme_title(name, facts)
    return f"{facts.banner} — {title_of(name)}" if facts.banner else title_of(name)


def _map_layer(parent: ET.Element, gpkg: Path, name: str, style: str, facts: RunFacts) -> None:
    table = _source(name)
    points, many = table in POINTS, table == "lieux"
    layer = ET.SubElement(
        parent,
        "maplayer",
        {
            "type": "vector",
            "geometry": "Point" if points else "Polygon",
            "wkbType": "Point" if points else "MultiPolygon",
            "styleCategories": "AllStyleCategories",
            # Twenty thousand places hide the country: they appear from the département down.
            "hasScaleBasedVisibilityFlag": "1" if many else "0",
            "minScale": PLACES_FROM_SCALE if many else "100000000",
            "maxScale": "0",
            "labelsEnabled": "1" if table in NAMES else "0",
            "readOnly": "1",
            "simplifyDrawingHints": "0" if points else "1",
            "simplifyLocal": "1",
            "simplifyDrawingTol": "1",
            "simplifyAlgorithm": "0",
            "simplifyMaxScale": "1",
        },
    )
    text_element(layer, "id", layer_id(name))
    text_element(layer, "datasource", f"./{gpkg.name}|layername={table}")
    text_element(layer, "layername", _title(name, facts))
    crs_element(ET.SubElement(layer, "srs"), LAYER_CRS)
    metadata = ET.SubElement(layer, "resourceMetadata")
    text_element(
        metadata, "title", _title(name, facts) if name in THEMES else layer_title(name, facts)
    )
    text_element(metadata, "abstract", layer_abstract(table, facts))
    text_element(metadata, "language", "FRA")
    text_element(layer, "provider", "ogr", encoding="UTF-8")
    manager = ET.SubElement(layer, "map-layer-style-manager", current="défaut")
    ET.SubElement(manager, "map-layer-style", name="défaut")
    elements = list(ET.fromstring(style.split("\n", 1)[1]))
    layer.extend(theme_style(name, gpkg, elements) if name in THEMES else elements)
    text_element(layer, "layerOpacity", "1")


def _layer_tree(root: ET.Element, gpkg: Path, shown_in: Tree, facts: RunFacts) -> None:
    tree = ET.SubElement(root, "layer-tree-group")
    for group, layers in shown_in.items():
        folder = ET.SubElement(
            tree,
            "layer-tree-group",
            {
                "name": group,
                "checked": "Qt::Checked",
                "expanded": "1" if any(layers.values()) else "0",
            },
        )
        for name, shown in layers.items():
            ET.SubElement(
                folder,
                "layer-tree-layer",
                {
                    "id": layer_id(name),
                    "name": _title(name, facts),
                    "source": f"./{gpkg.name}|layername={_source(name)}",
                    "providerKey": "ogr",
                    "checked": "Qt::Checked" if shown else "Qt::Unchecked",
                    "expanded": "1" if shown else "0",
                },
            )
    ET.SubElement(tree, "custom-order", enabled="0")


def _legend_layers(gpkg: Path, tree: Tree, facts: RunFacts, scale: float) -> list[LegendLayer]:
    """Every layer, places from their scale: QGIS leaves out of the page those it does not show.

    So the legend follows whoever ticks the EPCI and prints.
    """
    return [
        LegendLayer(layer_id(name), _title(name, facts), f"./{gpkg.name}|layername={_source(name)}")
        for group in tree.values()
        for name in group
        if name != "lieux" or scale <= int(PLACES_FROM_SCALE)
    ]


def _properties(root: ET.Element, facts: RunFacts) -> None:
    properties = ET.SubElement(root, "properties")
    paths = ET.SubElement(properties, "Paths")
    text_element(paths, "Absolute", "false", type="bool")
    text_element(ET.SubElement(properties, "SpatialRefSys"), "ProjectionsEnabled", "1", type="int")
    heading = ET.SubElement(properties, "TitleLabel")
    text_element(heading, "Enabled", "true", type="bool")
    text_element(heading, "Label", facts.heading, type="QString")
    text_element(heading, "Placement", "4", type="int")
    credits = ET.SubElement(properties, "CopyrightLabel")
    text_element(credits, "Enabled", "true", type="bool")
    credit = f"Sources : {producers_of(facts)}. Calcul du {facts.date:%d/%m/%Y}."
    text_element(credits, "Label", credit, type="QString")


def project_xml(gpkg: Path, facts: RunFacts) -> str:
    """Return the .qgs document for a GeoPackage written by `write_gpkg`."""
    epsg, extent = main_view(gpkg)
    styles = read_styles(gpkg)
    tree = {g: {n: s for n, s in own.items() if _source(n) in styles} for g, own in TREE.items()}
    root = ET.Element("qgis", {"version": QGIS_VERSION, "projectname": facts.heading})
    ET.SubElement(root, "homePath", path="")
    text_element(root, "title", facts.heading)
    crs_element(ET.SubElement(root, "projectCrs"), epsg)
    _layer_tree(root, gpkg, tree, facts)
    canvas = ET.SubElement(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    text_element(canvas, "units", "meters")
    _extent(canvas, "extent", extent)
    text_element(canvas, "rotation", "0")
    crs_element(ET.SubElement(canvas, "destinationsrs"), epsg)
    layers = ET.SubElement(root, "projectlayers")
    for name in (name for group in tree.values() for name in group):
        _map_layer(layers, gpkg, name, styles[_source(name)], facts)
    _properties(root, facts)
    root.append(
        layout_element(
            extent,
            _legend_layers(gpkg, tree, facts, page_scale(extent)),
            facts,
            overseas_views(gpkg, epsg),
        )
    )
    view = ET.SubElement(root, "ProjectViewSettings", UseProjectScales="0")
    ET.SubElement(view, "Scales")
    crs_element(_extent(view, "DefaultViewExtent", extent, attributes=True), epsg)
    body = ET.tostring(root, encoding="unicode")
    return "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + body


def write_project(path: Path, gpkg: Path, facts: RunFacts) -> Path:
    """Write the project beside its GeoPackage, and store it in it too.

    Parameters
    ----------
    path : the .qgz file; it must be in the folder of `gpkg`, whose name it holds.
    gpkg : a GeoPackage written by `write_gpkg`; its table `qgis_projects` is replaced.
    facts : titles, date and banner.
    """
    content = zip_bytes({f"{path.stem}.qgs": project_xml(gpkg, facts).encode("utf-8")})
    with publishing(path) as draft:
        draft.write_bytes(content)
    store_project(gpkg, PROJECT_NAME, content, f"{facts.date.isoformat()}T00:00:00")
    return path
