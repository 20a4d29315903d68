"""Core assets: raw files read, cleaned and brought to the edition's map."""

from typing import Any

import dagster as dg
import geopandas as gpd
import pandas as pd

from fragility.access.grid import build_population_grid
from fragility.access.places import build_lieux
from fragility.sources.catalogue import find_edition
from fragility.territory.census import build_recensement
from fragility.territory.communes import build_communes
from fragility.territory.income import build_revenus
from fragility.territory.iris import build_iris
from fragility.territory.networks import build_fixe, build_mobile
from fragility.territory.releases import Opener
from pipelines.emit import describe, emit, timed
from pipelines.workspace import EDITION_PARTITIONS, Workspace


def _core(name: str, *sources: str) -> dict[str, Any]:
    return {
        "name": name,
        "group_name": "core",
        "partitions_def": EDITION_PARTITIONS,
        "description": describe(name),
        "deps": [f"raw_{source}" for source in sources],
    }


def _opener(context: dg.AssetExecutionContext, workspace: Workspace) -> Opener:
    return Opener(find_edition(context.partition_key), workspace.raw_dir())


@dg.asset(**_core("core_communes", "insee_cog", "ign_communes", "ign_iris", "insee_comparateur"))
def core_communes(
    context: dg.AssetExecutionContext, workspace: Workspace
) -> dg.Output[pd.DataFrame]:
    """Communes with their memberships and contours."""
    read = _opener(context, workspace)
    with timed() as timer:
        table, lines = build_communes(
            read.cog_communes(),
            read.departements(),
            read.regions(),
            read.epci(),
            read.iris_list(),
            read.commune_contours(),
            superficies=read.superficies(),
            centres=read.iris_centres(),
            other_contours=read.other_commune_contours(),
        )
    return emit(context, workspace, table, lines, timer=timer)


@dg.asset(**_core("core_iris", "insee_cog", "ign_communes", "ign_iris"))
def core_iris(
    context: dg.AssetExecutionContext, workspace: Workspace, core_communes: gpd.GeoDataFrame
) -> dg.Output[pd.DataFrame]:
    """IRIS with the best contour that can be had."""
    read = _opener(context, workspace)
    with timed() as timer:
        table, lines = build_iris(
            read.iris_list(),
            read.cog_communes(),
            core_communes,
            read.commune_contours(),
            read.iris_contours(),
            read.iris_centres(),
        )
    return emit(context, workspace, table, lines, timer=timer)


@dg.asset(
    **_core(
        "core_recensement",
        "insee_cog",
        "insee_cog_mouvements",
        "insee_comparateur",
        "rp_taux_communes",
        "insee_rp_iris",
    )
)
def core_recensement(
    context: dg.AssetExecutionContext, workspace: Workspace, core_communes: gpd.GeoDataFrame
) -> dg.Output[pd.DataFrame]:
    """Census of communes and IRIS."""
    read = _opener(context, workspace)
    with timed() as timer:
        table, lines = build_recensement(
            communes=core_communes["code_commune"],
            iris=read.iris_list(),
            epci=read.epci(),
            movements=read.movements(),
            cog_year=read.edition.cog_year,
            comparateur=read.comparateur(),
            taux=read.taux_communes(),
            base_cc=read.base_cc(),
            base_ic=read.base_ic(),
            habitat=read.habitat(),
        )
    return emit(context, workspace, table, lines, timer=timer)


@dg.asset(
    **_core(
        "core_revenus",
        "insee_cog",
        "insee_cog_mouvements",
        "insee_comparateur",
        "insee_filosofi_communes",
        "insee_filosofi_iris",
        "caf_iris",
    )
)
def core_revenus(
    context: dg.AssetExecutionContext, workspace: Workspace, core_communes: gpd.GeoDataFrame
) -> dg.Output[pd.DataFrame]:
    """Incomes, poverty and dependence on benefits."""
    read = _opener(context, workspace)
    with timed() as timer:
        table, lines = build_revenus(
            communes=core_communes["code_commune"],
            iris=read.iris_list(),
            movements=read.movements(),
            cog_year=read.edition.cog_year,
            comparateur=read.comparateur(income_year=True),
            filosofi_communes=read.filosofi_communes(),
            filosofi_iris=read.filosofi_iris(),
            caf=read.caf(),
        )
    return emit(context, workspace, table, lines, timer=timer)


@dg.asset(**_core("core_fixe", "insee_cog_mouvements", "arcep_fixe"))
def core_fixe(
    context: dg.AssetExecutionContext, workspace: Workspace, core_communes: gpd.GeoDataFrame
) -> dg.Output[pd.DataFrame]:
    """Premises without fast wired internet."""
    read = _opener(context, workspace)
    with timed() as timer:
        table, lines = build_fixe(
            communes=core_communes["code_commune"],
            movements=read.movements(),
            cog_year=read.edition.cog_year,
            fixe=read.fixe(),
        )
    return emit(context, workspace, table, lines, timer=timer)


@dg.asset(**_core("core_mobile", "arcep_mobile_sites"))
def core_mobile(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.Output[pd.DataFrame]:
    """4G sites."""
    with timed() as timer:
        table, lines = build_mobile(sites=_opener(context, workspace).mobile_sites())
    return emit(context, workspace, table, lines, timer=timer)


@dg.asset(**_core("core_enquete", "credoc_barometre"))
def core_enquete(
    context: dg.AssetExecutionContext, workspace: Workspace
) -> dg.Output[pd.DataFrame]:
    """Weighted answers to the survey, never a respondent."""
    with timed() as timer:
        survey = _opener(context, workspace).survey()
    return emit(context, workspace, survey.frame, timer=timer)


@dg.asset(**_core("core_population_grille", "eurostat_grille"))
def core_population_grille(
    context: dg.AssetExecutionContext, workspace: Workspace, core_iris: gpd.GeoDataFrame
) -> dg.Output[pd.DataFrame]:
    """Where people live, by 1 km cell and IRIS."""
    with timed() as timer:
        table, lines = build_population_grid(
            _opener(context, workspace).population_grid(), core_iris
        )
    return emit(context, workspace, table, lines, timer=timer)


@dg.asset(
    **_core("core_lieux", "anct_conseillers", "anct_france_services", "bibliotheques", "insee_cog")
)
def core_lieux(
    context: dg.AssetExecutionContext, workspace: Workspace, core_communes: gpd.GeoDataFrame
) -> dg.Output[pd.DataFrame]:
    """Places, each retained or set aside with its reason."""
    read = _opener(context, workspace)
    with timed() as timer:
        table, lines = build_lieux(
            read.conseillers(),
            read.france_services(),
            read.bibliotheques(),
            core_communes,
            read.cog_communes(),
        )
    return emit(context, workspace, table, lines, timer=timer)


core_assets = [
    core_communes,
    core_iris,
    core_recensement,
    core_revenus,
    core_fixe,
    core_mobile,
    core_enquete,
    core_population_grille,
    core_lieux,
]
