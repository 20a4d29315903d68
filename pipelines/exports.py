"""Export assets: the files élus, planners and analysts open."""

from typing import Any

import dagster as dg
import geopandas as gpd
import pandas as pd

from fragility.export import (
    access_raster,
    database,
    gpkg,
    history,
    qgz,
    readme,
    tables,
    workbook,
)
from fragility.export.facts import RunFacts
from fragility.export.run_facts import build_facts
from fragility.index.profiles import load_profiles
from fragility.schemas import TABLES
from fragility.site.build import write_pages, write_tiles
from fragility.site.page import SITE
from fragility.sources.catalogue import find_edition
from fragility.sources.files import on_hand
from pipelines.emit import run_date, timed, written
from pipelines.workspace import EDITION_PARTITIONS, Workspace

# Not in the database: cells, costs and pixels weigh more than all the rest together, and contours
# are in the marts.
_NOT_STORED = (
    "raw",
    "core_population_grille",
    "access_couts",
    "access_surface",
    "core_groupes",
    "core_contours",
)
STORED = tuple(name for name in TABLES if name not in _NOT_STORED)


def _export(name: str, description: str) -> dict[str, Any]:
    return {
        "name": name,
        "group_name": "export",
        "partitions_def": EDITION_PARTITIONS,
        "description": description,
    }


def _facts(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    bounds: pd.DataFrame,
    quarantine: pd.DataFrame,
) -> RunFacts:
    profile, *others = load_profiles(workspace.profiles)
    return build_facts(
        on_hand(find_edition(context.partition_key), workspace.raw_dir()),
        profile,
        bounds,
        run_date(),
        quarantine,
        others,
    )


@dg.asset(**_export("export_gpkg", "fragilite.gpkg et carte.qgz : la carte, prête dans QGIS."))
def export_gpkg(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    communes: gpd.GeoDataFrame,
    iris: gpd.GeoDataFrame,
    epci: gpd.GeoDataFrame,
    departements: gpd.GeoDataFrame,
    lieux: gpd.GeoDataFrame,
    communes_fragiles_non_couvertes: pd.DataFrame,
    foyers: gpd.GeoDataFrame,
    core_contours: gpd.GeoDataFrame,
    index_bornes: pd.DataFrame,
    quarantaine: pd.DataFrame,
) -> dg.MaterializeResult:
    """Write the GeoPackage with its styles and the QGIS project."""
    folder = workspace.edition_dir(context.partition_key)
    facts = _facts(context, workspace, index_bornes, quarantaine)
    frames = {
        "communes": communes,
        "iris": iris,
        "epci": epci,
        "departements": departements,
        "lieux": lieux,
        "communes_fragiles_non_couvertes": communes_fragiles_non_couvertes,
        "foyers": foyers,
        "core_contours": core_contours,
    }
    with timed() as timer:
        layers = gpkg.write_gpkg(folder / "fragilite.gpkg", frames, facts)
        project = qgz.write_project(folder / "carte.qgz", layers, facts)
    return written(context, workspace, [layers, project], timer)


@dg.asset(**_export("export_csv", "Tableaux CSV à la française, avec leurs types (.csvt)."))
def export_csv(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    communes: gpd.GeoDataFrame,
    iris: gpd.GeoDataFrame,
    epci: gpd.GeoDataFrame,
    departements: gpd.GeoDataFrame,
    communes_fragiles_non_couvertes: pd.DataFrame,
) -> dg.MaterializeResult:
    """Write the CSV files."""
    frames = {
        "communes": communes,
        "iris": iris,
        "epci": epci,
        "departements": departements,
        "communes_fragiles_non_couvertes": communes_fragiles_non_couvertes,
    }
    with timed() as timer:
        paths = tables.write_all_csv(workspace.edition_dir(context.partition_key), frames)
    return written(context, workspace, paths, timer)


@dg.asset(**_export("export_classeur", "fragilite.xlsx : le classeur, avec sa notice."))
def export_classeur(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    communes: gpd.GeoDataFrame,
    epci: gpd.GeoDataFrame,
    departements: gpd.GeoDataFrame,
    communes_fragiles_non_couvertes: pd.DataFrame,
    index_bornes: pd.DataFrame,
    quarantaine: pd.DataFrame,
) -> dg.MaterializeResult:
    """Write the workbook."""
    frames = {
        "communes": communes,
        "epci": epci,
        "departements": departements,
        "communes_fragiles_non_couvertes": communes_fragiles_non_couvertes,
    }
    path = workspace.edition_dir(context.partition_key) / "fragilite.xlsx"
    facts = _facts(context, workspace, index_bornes, quarantaine)
    with timed() as timer:
        workbook.write_workbook(path, frames, facts)
    return written(context, workspace, [path], timer)


@dg.asset(
    **_export("export_duckdb", "fragilite.duckdb : toutes les tables, commentées."),
    ins={name: dg.AssetIn(name) for name in STORED},
)
def export_duckdb(
    context: dg.AssetExecutionContext, workspace: Workspace, **frames: pd.DataFrame
) -> dg.MaterializeResult:
    """Write the database."""
    path = workspace.edition_dir(context.partition_key) / "fragilite.duckdb"
    facts = _facts(context, workspace, frames["index_bornes"], frames["quarantaine"])
    with timed() as timer:
        published = path.parent.with_name(context.partition_key)
        before = history.read_history(published, workspace.code_of(context.partition_key, frames))
        database.write_duckdb(path, frames, facts, before)
    return written(context, workspace, [path], timer)


@dg.asset(**_export("export_dictionnaire", "dictionnaire.csv et LISEZMOI.md : comment lire."))
def export_dictionnaire(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    communes: gpd.GeoDataFrame,
    iris: gpd.GeoDataFrame,
    index_contexte: pd.DataFrame,
    index_bornes: pd.DataFrame,
    quarantaine: pd.DataFrame,
) -> dg.MaterializeResult:
    """Write the dictionary and the notice."""
    folder = workspace.edition_dir(context.partition_key)
    facts = _facts(context, workspace, index_bornes, quarantaine)
    with timed() as timer:
        paths = [
            tables.write_dictionary(folder / "dictionnaire.csv", facts),
            readme.write_lisezmoi(
                folder / "LISEZMOI.md",
                {"communes": communes, "iris": iris, "index_contexte": index_contexte},
                facts,
            ),
        ]
    return written(context, workspace, paths, timer)


@dg.asset(**_export("export_temps_acces", "temps_acces.tif : minutes au conseiller, par pixel."))
def export_temps_acces(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    access_surface: pd.DataFrame,
    index_bornes: pd.DataFrame,
    quarantaine: pd.DataFrame,
) -> dg.MaterializeResult:
    """Write the raster of travel times."""
    path = workspace.edition_dir(context.partition_key) / "temps_acces.tif"
    facts = _facts(context, workspace, index_bornes, quarantaine)
    with timed() as timer:
        made = access_raster.write_raster(path, access_surface, facts)
    return written(context, workspace, [made] if made else [], timer)


@dg.asset(**_export("export_tuiles", "site/tuiles/ : les contours, en tuiles pour navigateur."))
def export_tuiles(
    context: dg.AssetExecutionContext, workspace: Workspace, core_contours: gpd.GeoDataFrame
) -> dg.MaterializeResult:
    """Write the tiles of the site: they stay when figures only change."""
    with timed() as timer:
        paths = write_tiles(core_contours, workspace.edition_dir(context.partition_key) / SITE)
    return written(context, workspace, paths, timer)


@dg.asset(
    **_export("export_site", "site/ : la carte et les fiches, pour tout serveur web."),
    # Read where they are written, and only the columns that are shown.
    deps=[
        "communes",
        "iris",
        "epci",
        "departements",
        "lieux",
        "core_contours",
        "access_dispositifs",
        "index_scores",
        "index_profils",
        "index_piliers",
    ],
)
def export_site(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    index_bornes: pd.DataFrame,
    quarantaine: pd.DataFrame,
) -> dg.MaterializeResult:
    """Write the site but its tiles: the page, what it colours and the cards."""
    folder = workspace.edition_dir(context.partition_key)
    facts = _facts(context, workspace, index_bornes, quarantaine)
    profiles = load_profiles(workspace.profiles)
    with timed() as timer:
        paths = write_pages(folder, folder / SITE, profiles, facts, index_bornes)
    return written(context, workspace, paths, timer)


export_assets = [
    export_gpkg,
    export_csv,
    export_classeur,
    export_duckdb,
    export_dictionnaire,
    export_temps_acces,
    export_tuiles,
    export_site,
]
