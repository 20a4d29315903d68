"""Open the exported map with QGIS, without a window, and say what a user would see.

Run by the system Python, which owns PyQGIS, in a process of its own:

    python3 qgis_render.py FOLDER IMAGE

FOLDER holds `carte.qgz` and `fragilite.gpkg`. Writes IMAGE (the map as it opens) and prints one
JSON document: for each layer of the project its validity, title, renderer, legend, aliases and
what it shows of sample values; the same for a layer added alone from the GeoPackage; colours of
the map at the places asked in the variables PLACES and EDGES ("longitude latitude;..."); the page
to print and a colour of each of its maps.
"""

from __future__ import annotations

import json
import os
import sys
from itertools import islice
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from qgis.core import (
    NULL,
    QgsApplication,
    QgsCategorizedSymbolRenderer,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsLayoutExporter,
    QgsLayoutItemLabel,
    QgsLayoutItemMap,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsPointXY,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QImage

WIDTH, HEIGHT = 900, 900
PAGE_DPI = 60


def shown_values(layer: QgsVectorLayer) -> dict[str, str]:
    """What the attribute table shows for the first feature."""
    feature = next(layer.getFeatures(), None)
    if feature is None:
        return {}
    values = {}
    for index, field in enumerate(layer.fields()):
        setup = layer.editorWidgetSetup(index)
        formatter = QgsApplication.fieldFormatterRegistry().fieldFormatter(setup.type())
        cache = formatter.createCache(layer, index, setup.config())
        values[field.name()] = formatter.representValue(
            layer, index, setup.config(), cache, feature[index]
        )
    return values


def map_tips(layer: QgsVectorLayer) -> list[str]:
    """Map tips of the first ten features, expressions evaluated."""
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    tips = []
    for feature in islice(layer.getFeatures(), 10):
        context.setFeature(feature)
        tips.append(QgsExpression.replaceExpressionText(layer.mapTipTemplate(), context))
    return tips


def verdicts(layer: QgsVectorLayer) -> list:
    """Whether the first ten features are fragile, in how many draws, and how sure that is."""
    asked_for = ("est_fragile", "probabilite_fragile_pct", "confiance")
    if any(layer.fields().indexOf(name) < 0 for name in asked_for):
        return []
    return [
        [None if value == NULL else value for value in (feature[name] for name in asked_for)]
        for feature in islice(layer.getFeatures(), 10)
    ]


def names_of(layer: QgsVectorLayer) -> list:
    """Scales between which names are written, and what is written on the first feature."""
    if not layer.labelsEnabled():
        return []
    settings = layer.labeling().settings()
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    feature = next(layer.getFeatures(), None)
    if feature is not None:
        context.setFeature(feature)
    said = settings.getLabelExpression().evaluate(context)
    return [settings.maximumScale, settings.minimumScale, None if said == NULL else said]


def describe(layer: QgsVectorLayer) -> dict:
    """Everything a test may ask about a layer."""
    renderer = layer.renderer()
    categorized = isinstance(renderer, QgsCategorizedSymbolRenderer)
    return {
        "valid": layer.isValid(),
        "name": layer.name(),
        "count": layer.featureCount(),
        "source": layer.source(),
        "crs": layer.crs().authid(),
        "abstract": layer.metadata().abstract(),
        "renderer": renderer.type(),
        "legend": [item.label() for item in renderer.legendSymbolItems()],
        "attribute": renderer.classAttribute() if categorized else "",
        "unticked": [c.label() for c in renderer.categories() if not c.renderState()]
        if categorized
        else [],
        "colours": [c.symbol().color().name() for c in renderer.categories()]
        if categorized
        else [],
        "classes": [
            [str(c.value()), c.label(), c.symbol().color().name()] for c in renderer.categories()
        ]
        if categorized
        else [],
        "read_only": layer.readOnly(),
        "can_be_edited": layer.supportsEditing(),
        "symbol_layers": [layer.layerType() for layer in renderer.symbol().symbolLayers()]
        if renderer.type() == "singleSymbol"
        else [],
        "aliases": {
            field.name(): layer.attributeAlias(i) for i, field in enumerate(layer.fields())
        },
        "shown": shown_values(layer),
        "tips": map_tips(layer),
        "names": names_of(layer),
        "verdicts": verdicts(layer),
        "display": layer.displayExpression(),
    }


def render(layers: list, crs: QgsCoordinateReferenceSystem, extent, image: Path, places: list):
    """Draw the layers; return the colour at each (longitude, latitude)."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(crs)
    settings.setTransformContext(QgsProject.instance().transformContext())
    settings.setBackgroundColor(QColor("#ffffff"))
    settings.setOutputSize(QSize(WIDTH, HEIGHT))
    settings.setExtent(extent)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    picture = job.renderedImage()
    picture.save(str(image))
    change = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:4326"), crs, QgsProject.instance()
    )
    colours = []
    for longitude, latitude in places:
        pixel = settings.mapToPixel().transform(change.transform(QgsPointXY(longitude, latitude)))
        colours.append(picture.pixelColor(int(pixel.x()), int(pixel.y())).name())
    return colours


def asked(variable: str) -> list:
    """Places (longitude, latitude) that a variable of the environment names."""
    return [tuple(map(float, p.split())) for p in os.environ.get(variable, "").split(";") if p]


def legend_of(layout) -> list:
    """Layers that the legend of a page shows, as it was last drawn."""
    model = layout.itemById("legend").model()
    return [node.name() for node in model.rootGroup().findLayers() if model.layerLegendNodes(node)]


def page_maps(layout, picture: QImage) -> dict:
    """Maps of a page: system, scale, place on the page, colour a tenth below the middle, where
    no name is written.
    """
    maps = {}
    for item in layout.items():
        if isinstance(item, QgsLayoutItemMap):
            box = item.mapRectToScene(item.rect())
            below = box.center().y() + box.height() / 10
            x, y = (int(mm * PAGE_DPI / 25.4) for mm in (box.center().x(), below))
            maps[item.id()] = {
                "crs": item.crs().authid(),
                "scale": item.scale(),
                "box": [box.left(), box.top(), box.right(), box.bottom()],
                "colour": picture.pixelColor(x, y).name(),
            }
    return maps


def main(folder: Path, image: Path) -> dict:
    """Open, describe and draw the project, then one layer alone, then the stored project."""
    places = asked("PLACES")
    project = QgsProject.instance()
    report: dict = {
        "read": project.read(str(folder / "carte.qgz")),
        "title": project.title(),
        "crs": project.crs().authid(),
    }
    tree = project.layerTreeRoot()
    found = {
        layer.id().removeprefix("fragilite_couche_"): layer
        for layer in project.mapLayers().values()
    }
    report["layers"] = {name: describe(layer) for name, layer in found.items()}
    report["visible"] = [
        n.layerId().removeprefix("fragilite_couche_") for n in tree.findLayers() if n.isVisible()
    ]
    report["order"] = [layer.id().removeprefix("fragilite_couche_") for layer in tree.layerOrder()]
    report["groups"] = [group.name() for group in tree.findGroups()]
    report["heading"] = project.readEntry("TitleLabel", "/Label")[0]
    extent = project.viewSettings().defaultViewExtent()
    report["extent"] = [extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()]
    shown = [found[name] for name in report["order"] if name in report["visible"]]
    report["pixels"] = render(shown, project.crs(), extent, image, places)
    report["pixels_without_places"] = render(
        [found["communes"]], project.crs(), extent, image.with_name("communes.png"), places
    )
    report["pixels_edges"] = render(
        shown, project.crs(), extent, image.with_name("bords.png"), asked("EDGES")
    )
    for name in ("taux", "personnes"):
        report[f"pixels_{name}"] = render(
            [found[name]], project.crs(), extent, image.with_name(f"{name}.png"), places
        )
    report["pages"] = {}
    for layout in project.layoutManager().printLayouts():
        settings = QgsLayoutExporter.ImageExportSettings()
        settings.dpi = PAGE_DPI
        printed = str(image.with_name("page.png"))
        done = QgsLayoutExporter(layout).exportToImage(printed, settings)
        page, bar = layout.pageCollection().page(0).pageSize(), layout.itemById("scale")
        report["pages"][layout.name()] = {
            "done": done == QgsLayoutExporter.Success,
            "size": [page.width(), page.height()],
            "scale": layout.itemById("map").scale(),
            "segment_km": bar.unitsPerSegment(),
            "bar_mm": bar.rect().width(),
            "legend": legend_of(layout),
            "maps": page_maps(layout, QImage(printed)),
            "names": {
                item.id().removeprefix("name_"): item.text()
                for item in layout.items()
                if isinstance(item, QgsLayoutItemLabel) and item.id().startswith("name_")
            },
            "texts": [layout.itemById(name).text() for name in ("title", "note")],
        }
        # Someone ticks the EPCI instead, and prints.
        ticked = {
            node: node.itemVisibilityChecked() for node in project.layerTreeRoot().findLayers()
        }
        for node in ticked:
            node.setItemVisibilityChecked("layername=epci" in node.layer().source())
        layout.refresh()
        QgsLayoutExporter(layout).exportToImage(printed, settings)
        report["pages"][layout.name()]["legend_epci"] = legend_of(layout)
        for node, was in ticked.items():
            node.setItemVisibilityChecked(was)
    path = str(folder / "fragilite.gpkg")
    # Themes are other looks of a layer: named after it, they are alone nowhere.
    tables = {layer.source().partition("layername=")[2] for layer in found.values()}
    for name in sorted(tables):
        alone = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        report.setdefault("alone", {})[name] = describe(alone)
    other = QgsProject()
    report["stored"] = other.read(f"geopackage:{path}?projectName=carte")
    report["stored_valid"] = [layer.isValid() for layer in other.mapLayers().values()]
    return report


if __name__ == "__main__":
    application = QgsApplication([], False)
    application.initQgis()
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2])), default=str))
    sys.stdout.flush()
    # Leaving through Qt's destructors sometimes crashes after the work is done.
    os._exit(0)
