"""Export assets: the files élus, planners and analysts open."""

import datetime
import os
from pathlib import Path
from typing import Any

import dagster as dg
import geopandas as gpd
import pandas as pd

from fragility.export import database, gpkg, qgz, readme, tables, workbook
from fragility.export.facts import RunFacts
from fragility.export.run_facts import build_facts
from fragility.index.profiles import load_profile
from fragility.schemas import TABLES
from fragility.sources.catalogue import find_edition
from pipelines.access import access_assets
from pipelines.core import core_assets
from pipelines.emit import describe, emit, timed
from pipelines.workspace import EDITION_PARTITIONS, Workspace

MAPPED = ("communes", "iris", "epci", "departements", "lieux", "communes_fragiles_non_couvertes")
# Written in the database as they are; cells and costs weigh more than all the rest together.
STORED = tuple(
    name for name in TABLES if name not in ("raw", "core_population_grille", "access_couts")
)


def _export(name: str, description: str) -> dict[str, Any]:
    return {
        "name": name,
        "group_name": "export",
        "partitions_def": EDITION_PARTITIONS,
        "description": description,
    }


def _facts(
    context: dg.AssetExecutionContext, workspace: Workspace, bounds: pd.DataFrame
) -> RunFacts:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    today = (
        datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()
        if epoch
        else datetime.date.today()
    )
    return build_facts(
        find_edition(context.partition_key), load_profile(workspace.profile), bounds, today
    )


def _written(paths: list[Path], seconds: float) -> dg.MaterializeResult:
    return dg.MaterializeResult(
        metadata={
            "fichiers": dg.MetadataValue.md(
                "\n".join(f"- {p.name} : {p.stat().st_size:,} octets" for p in paths)
            ),
            "secondes": seconds,
        }
    )


@dg.asset(
    name="registre",
    group_name="marts",
    partitions_def=EDITION_PARTITIONS,
    description=describe("registre"),
    deps=[*core_assets, *access_assets],
)
def registre(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.Output[pd.DataFrame]:
    """Rows in, rows out, rows dropped by reason, of every step."""
    names = [key.path[-1] for asset in [*core_assets, *access_assets] for key in asset.keys]
    return emit(context, workspace, workspace.read_ledgers(context.partition_key, names))


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
    index_bornes: pd.DataFrame,
) -> dg.MaterializeResult:
    """Write the GeoPackage with its styles and the QGIS project."""
    folder = workspace.edition_dir(context.partition_key)
    facts = _facts(context, workspace, index_bornes)
    frames = dict(
        zip(
            MAPPED,
            (communes, iris, epci, departements, lieux, communes_fragiles_non_couvertes),
            strict=True,
        )
    )
    with timed() as timer:
        layers = gpkg.write_gpkg(folder / "fragilite.gpkg", frames, facts)
        project = qgz.write_project(folder / "carte.qgz", layers, facts)
    return _written([layers, project], timer.seconds)


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
    return _written(paths, timer.seconds)


@dg.asset(**_export("export_classeur", "fragilite.xlsx : le classeur, avec sa notice."))
def export_classeur(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    communes: gpd.GeoDataFrame,
    epci: gpd.GeoDataFrame,
    departements: gpd.GeoDataFrame,
    communes_fragiles_non_couvertes: pd.DataFrame,
    index_bornes: pd.DataFrame,
) -> dg.MaterializeResult:
    """Write the workbook."""
    frames = {
        "communes": communes,
        "epci": epci,
        "departements": departements,
        "communes_fragiles_non_couvertes": communes_fragiles_non_couvertes,
    }
    path = workspace.edition_dir(context.partition_key) / "fragilite.xlsx"
    with timed() as timer:
        workbook.write_workbook(path, frames, _facts(context, workspace, index_bornes))
    return _written([path], timer.seconds)


@dg.asset(
    **_export("export_duckdb", "fragilite.duckdb : toutes les tables, commentées."),
    ins={name: dg.AssetIn(name) for name in STORED},
)
def export_duckdb(
    context: dg.AssetExecutionContext, workspace: Workspace, **frames: pd.DataFrame
) -> dg.MaterializeResult:
    """Write the database."""
    path = workspace.edition_dir(context.partition_key) / "fragilite.duckdb"
    facts = _facts(context, workspace, frames["index_bornes"])
    with timed() as timer:
        database.write_duckdb(path, frames, facts)
    return _written([path], timer.seconds)


@dg.asset(**_export("export_dictionnaire", "dictionnaire.csv et LISEZMOI.md : comment lire."))
def export_dictionnaire(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    communes: gpd.GeoDataFrame,
    index_bornes: pd.DataFrame,
) -> dg.MaterializeResult:
    """Write the dictionary and the notice."""
    folder = workspace.edition_dir(context.partition_key)
    facts = _facts(context, workspace, index_bornes)
    with timed() as timer:
        paths = [
            tables.write_dictionary(folder / "dictionnaire.csv"),
            readme.write_lisezmoi(folder / "LISEZMOI.md", {"communes": communes}, facts),
        ]
    return _written(paths, timer.seconds)


export_assets = [
    registre,
    export_gpkg,
    export_csv,
    export_classeur,
    export_duckdb,
    export_dictionnaire,
]
