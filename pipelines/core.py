"""Core assets: raw files read, cleaned and brought to the edition's map."""

from typing import Any

import dagster as dg
import geopandas as gpd
import pandas as pd

from fragility.access.grid import build_population_grid
from fragility.access.mobile_4g import build_couverture_4g
from fragility.access.places import build_places
from fragility.schemas import empty_table
from fragility.sources.catalogue import find_edition
from fragility.sources.corrections import load_corrections
from fragility.sources.files import on_hand
from fragility.territory.census import build_recensement
from fragility.territory.cog import build_passage
from fragility.territory.communes import build_communes
from fragility.territory.income import build_revenus
from fragility.territory.iris import build_iris
from fragility.territory.iris_list import IrisList, bring_iris_list
from fragility.territory.networks import build_fixe, build_mobile
from fragility.territory.place_lists import SOURCES as PLACE_SOURCES
from fragility.territory.place_lists import open_places, places_day
from fragility.territory.releases import Opener
from fragility.territory.spare import bring_contours, bring_superficies, merged_communes
from fragility.territory.zoning_lists import SOURCES as ZONING_SOURCES
from fragility.territory.zoning_lists import open_quarters, open_zonings
from fragility.territory.zonings import build_zonages
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
    raw = workspace.raw_dir()
    return Opener(on_hand(find_edition(context.partition_key), raw), raw, load_corrections(raw))


def _iris_list(read: Opener) -> IrisList:
    return bring_iris_list(
        read.iris_list(),
        read.cog_communes(),
        read.movements(),
        read.edition.cog_year,
        weights=read.weights(),
    )


@dg.asset(
    **_core(
        "core_communes",
        "insee_cog",
        "insee_iris",
        "insee_epci",
        "insee_appartenance",
        "insee_cog_mouvements",
        "ign_communes",
        "ign_iris",
        "insee_comparateur",
        "arcep_fibre",
        "insee_rp_communes",
    )
)
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
            _iris_list(read).frame,
            read.commune_contours(),
            superficies=bring_superficies(
                read.sizes(), read.cog_communes(), read.movements(), read.edition.cog_year
            ),
            centres=read.commune_centres(),
            other_contours=bring_contours(
                read.other_commune_contours(),
                read.cog_communes(),
                read.movements(),
                read.edition.cog_year,
            ),
            merged=merged_communes(read.cog_communes(), read.movements(), read.edition.cog_year),
        )
    return emit(context, workspace, table, lines, timer=timer, reader=read)


@dg.asset(
    **_core(
        "core_iris",
        "insee_cog",
        "insee_iris",
        "insee_cog_mouvements",
        "ign_communes",
        "ign_iris",
        "arcep_fibre",
        "insee_comparateur",
        "insee_rp_communes",
    )
)
def core_iris(
    context: dg.AssetExecutionContext, workspace: Workspace, core_communes: gpd.GeoDataFrame
) -> dg.Output[pd.DataFrame]:
    """IRIS with the best contour that can be had."""
    read = _opener(context, workspace)
    with timed() as timer:
        listed = _iris_list(read)
        table, lines = build_iris(
            listed.frame,
            read.cog_communes(),
            core_communes,
            read.commune_contours(),
            listed.follow(read.iris_contours()),
            listed.follow(read.iris_centres()),
            dropped=listed.dropped,
        )
    return emit(context, workspace, table, lines, timer=timer, reader=read)


@dg.asset(
    **_core(
        "core_recensement",
        "insee_cog_mouvements",
        "insee_comparateur",
        "arcep_fibre",
        "rp_taux_communes",
        "insee_rp_communes",
        "insee_rp_iris",
    )
)
def core_recensement(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    core_communes: gpd.GeoDataFrame,
    core_iris: gpd.GeoDataFrame,
) -> dg.Output[pd.DataFrame]:
    """Census of communes and IRIS."""
    read = _opener(context, workspace)
    with timed() as timer:
        table, lines = build_recensement(
            communes=core_communes["code_commune"],
            iris=core_iris.drop(columns="geometry"),
            epci=core_communes[["code_commune", "code_epci"]],
            movements=read.movements(),
            cog_year=read.edition.cog_year,
            comparateur=read.comparateur(),
            taux=read.taux_communes(),
            base_cc=read.base_cc(),
            base_ic=read.base_ic(),
            habitat=read.habitat(),
            weights=read.weights(),
            superficies=core_communes.set_index("code_commune")["superficie_km2"],
        )
    return emit(context, workspace, table, lines, timer=timer, reader=read)


@dg.asset(
    **_core(
        "core_revenus",
        "insee_cog_mouvements",
        "arcep_fibre",
        "insee_comparateur",
        "insee_rp_communes",
        "insee_filosofi_communes",
        "insee_filosofi_iris",
        "caf_iris",
    )
)
def core_revenus(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    core_communes: gpd.GeoDataFrame,
    core_iris: gpd.GeoDataFrame,
) -> dg.Output[pd.DataFrame]:
    """Incomes, poverty and dependence on benefits."""
    read = _opener(context, workspace)
    with timed() as timer:
        table, lines = build_revenus(
            communes=core_communes["code_commune"],
            iris=core_iris.drop(columns="geometry"),
            movements=read.movements(),
            cog_year=read.edition.cog_year,
            comparateur=read.comparateur(income_year=True),
            filosofi_communes=read.filosofi_communes(),
            filosofi_iris=read.filosofi_iris(),
            caf=read.caf(),
            weights=read.weights(),
        )
    return emit(context, workspace, table, lines, timer=timer, reader=read)


@dg.asset(
    **_core(
        "core_fixe",
        "insee_cog_mouvements",
        "arcep_fixe",
        "arcep_fibre",
        "insee_comparateur",
        "insee_rp_communes",
    )
)
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
            weights=read.weights(),
        )
    return emit(context, workspace, table, lines, timer=timer, reader=read)


@dg.asset(**_core("core_mobile", "arcep_mobile_sites"))
def core_mobile(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.Output[pd.DataFrame]:
    """4G sites."""
    read = _opener(context, workspace)
    with timed() as timer:
        table, lines = build_mobile(sites=read.mobile_sites())
    return emit(context, workspace, table, lines, timer=timer, reader=read)


@dg.asset(**_core("core_enquete", "credoc_barometre"))
def core_enquete(
    context: dg.AssetExecutionContext, workspace: Workspace
) -> dg.Output[pd.DataFrame]:
    """Weighted answers to the survey, never a respondent."""
    read = _opener(context, workspace)
    with timed() as timer:
        table = survey.frame if (survey := read.survey()) else empty_table("core_enquete")
    return emit(context, workspace, table, timer=timer, reader=read)


@dg.asset(**_core("core_population_grille", "eurostat_grille"))
def core_population_grille(
    context: dg.AssetExecutionContext, workspace: Workspace, core_iris: gpd.GeoDataFrame
) -> dg.Output[pd.DataFrame]:
    """Where people live, by 1 km cell and IRIS."""
    read = _opener(context, workspace)
    with timed() as timer:
        table, lines = build_population_grid(read.population_grid(), core_iris)
    return emit(context, workspace, table, lines, timer=timer, reader=read)


@dg.asset(**_core("core_couverture_4g", "arcep_couverture", "eurostat_grille"))
def core_couverture_4g(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    core_iris: gpd.GeoDataFrame,
    core_recensement: pd.DataFrame,
    core_population_grille: pd.DataFrame,
) -> dg.Output[pd.DataFrame]:
    """Inhabitants whom the operators' own maps leave without 4G."""
    read = _opener(context, workspace)
    with timed() as timer:
        found = read.couverture_4g()
        table, lines = empty_table("core_couverture_4g"), None
        if found is not None:
            release, coverages = found
            table, lines = build_couverture_4g(
                coverages,
                year=release.year,
                source=release.id,
                cells=read.population_grid(),
                grid=core_population_grille,
                iris=core_iris,
                recensement=core_recensement,
            )
    return emit(context, workspace, table, lines, timer=timer, reader=read)


@dg.asset(**_core("core_lieux", *PLACE_SOURCES, "insee_cog"))
def core_lieux(
    context: dg.AssetExecutionContext, workspace: Workspace, core_communes: gpd.GeoDataFrame
) -> dg.Output[pd.DataFrame]:
    """Places of every list, each retained, merged into another or set aside with its reason."""
    read = _opener(context, workspace)
    with timed() as timer:
        lists = open_places(read)
        table, lines = build_places(
            lists,
            core_communes,
            read.cog_communes(),
            day=places_day(lists, read.edition.cog_year),
        )
    return emit(context, workspace, table, lines, timer=timer, reader=read)


@dg.asset(**_core("core_zonages", *ZONING_SOURCES, "insee_cog_mouvements"))
def core_zonages(
    context: dg.AssetExecutionContext,
    workspace: Workspace,
    core_communes: gpd.GeoDataFrame,
    core_iris: gpd.GeoDataFrame,
) -> dg.Output[pd.DataFrame]:
    """Zonings that planners filter on, on the edition's map."""
    read = _opener(context, workspace)
    with timed() as timer:
        table, lines = build_zonages(
            open_zonings(read),
            open_quarters(read),
            core_communes,
            core_iris,
            read.movements(),
            read.edition.cog_year,
        )
    return emit(context, workspace, table, lines, timer=timer, reader=read)


@dg.asset(**_core("core_passage", "insee_cog_mouvements", "arcep_fibre", "insee_comparateur"))
def core_passage(
    context: dg.AssetExecutionContext, workspace: Workspace, core_communes: gpd.GeoDataFrame
) -> dg.Output[pd.DataFrame]:
    """What becomes of each commune of the previous edition's map."""
    read = _opener(context, workspace)
    with timed() as timer:
        table = empty_table("core_passage")
        if read.edition.previous:
            table = build_passage(
                read.movements(),
                find_edition(read.edition.previous).cog_year,
                read.edition.cog_year,
                core_communes["code_commune"],
                weights=read.weights(),
            )
    return emit(context, workspace, table, timer=timer, reader=read)


core_assets = [
    core_communes,
    core_passage,
    core_iris,
    core_recensement,
    core_revenus,
    core_fixe,
    core_mobile,
    core_enquete,
    core_population_grille,
    core_couverture_4g,
    core_lieux,
    core_zonages,
]
