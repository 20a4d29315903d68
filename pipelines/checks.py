"""Asset checks: the model of every table (blocking), totals (blocking), plausibility (warning)."""

from collections.abc import Callable

import dagster as dg
import geopandas as gpd
import pandas as pd

from fragility import (
    controls,
    controls_contours,
    controls_profiles,
    controls_reach,
    controls_skills,
)
from fragility.errors import DataCheckError
from fragility.index.profiles import load_profile, load_profiles
from fragility.schemas import INDICATORS, TABLES, validate
from fragility.sources.catalogue import find_edition
from fragility.sources.indicator_files import folder_of
from fragility.validation.drift_page import read_alerts
from fragility.validation.drift_report import CHECKS, PAGE
from pipelines.workspace import EDITION_PARTITIONS, Workspace


def _schema_check(asset: str, table: str) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=asset,
        name="modele",
        blocking=True,
        partitions_def=EDITION_PARTITIONS,
        description=f"La table respecte son modèle ({len(TABLES[table].columns)} colonnes).",
    )
    def modele(frame: pd.DataFrame) -> dg.AssetCheckResult:
        return _result(lambda: validate(frame, table))

    return modele


def _result(
    check: Callable[[], object], severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR
) -> dg.AssetCheckResult:
    """Turn a control that raises into a Dagster result."""
    try:
        check()
    except DataCheckError as error:
        return dg.AssetCheckResult(passed=False, description=error.message(), severity=severity)
    return dg.AssetCheckResult(passed=True, severity=severity)


# Raw assets share one model: they only list files.
schema_checks = [_schema_check(name, name) for name in TABLES if name != "raw"]


@dg.asset_check(
    asset="iris",
    name="totaux",
    blocking=True,
    partitions_def=EDITION_PARTITIONS,
    additional_ins={"places": dg.AssetIn("communes"), "rows": dg.AssetIn("quarantaine")},
)
def totaux(
    context: dg.AssetCheckExecutionContext,
    iris: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    rows: pd.DataFrame,
) -> dg.AssetCheckResult:
    """Communes, IRIS and population equal the published totals, and nest."""
    edition = find_edition(context.partition_key)

    def check() -> None:
        controls.control_totals(places, iris, edition, rows)
        controls.control_nesting(places, iris)

    return _result(check)


@dg.asset_check(
    asset="iris",
    name="portee",
    blocking=True,
    partitions_def=EDITION_PARTITIONS,
    additional_ins={
        "towns": dg.AssetIn("communes"),
        "engines": dg.AssetIn("access_moteur"),
        "receiving": dg.AssetIn("lieux"),
    },
)
def portee(
    iris: gpd.GeoDataFrame,
    towns: gpd.GeoDataFrame,
    engines: pd.DataFrame,
    receiving: gpd.GeoDataFrame,
) -> dg.AssetCheckResult:
    """Minutes to the nearest conseiller and posts within them agree."""
    return _result(lambda: controls_reach.control_reach(towns, iris, engines, receiving))


@dg.asset_check(
    asset="core_groupes",
    name="terrains",
    partitions_def=EDITION_PARTITIONS,
    additional_ins={"places": dg.AssetIn("core_communes")},
)
def terrains(core_groupes: gpd.GeoDataFrame, places: gpd.GeoDataFrame) -> dg.AssetCheckResult:
    """Every ground between communes is one of theirs (warning)."""
    return _result(
        lambda: controls_contours.control_ground(places, core_groupes),
        dg.AssetCheckSeverity.WARN,
    )


@dg.asset_check(
    asset="communes",
    name="terres",
    partitions_def=EDITION_PARTITIONS,
    additional_ins={"groups": dg.AssetIn("core_groupes")},
)
def terres(communes: gpd.GeoDataFrame, groups: gpd.GeoDataFrame) -> dg.AssetCheckResult:
    """Only islands have no way to a conseiller (warning)."""
    return _result(
        lambda: controls_contours.control_land(communes, groups), dg.AssetCheckSeverity.WARN
    )


@dg.asset_check(asset="communes", name="scores", blocking=True, partitions_def=EDITION_PARTITIONS)
def scores(workspace: Workspace, communes: gpd.GeoDataFrame) -> dg.AssetCheckResult:
    """The score is the mean of its sub-scores, and every cell says where it comes from."""
    profile = load_profile(workspace.profile)

    def check() -> None:
        controls.control_scores(communes, profile)
        controls.control_origins(communes, INDICATORS)

    return _result(check)


@dg.asset_check(
    asset="index_profils",
    name="profils",
    blocking=True,
    partitions_def=EDITION_PARTITIONS,
    additional_ins={"points": dg.AssetIn("index_points")},
)
def profils(
    workspace: Workspace, index_profils: pd.DataFrame, points: pd.DataFrame
) -> dg.AssetCheckResult:
    """Every profile is on its scale, and its contributions add up to its score."""
    profiles = load_profiles(workspace.profiles)
    return _result(lambda: controls_profiles.control_profiles(index_profils, points, profiles))


@dg.asset_check(
    asset="index_competences",
    name="personnes",
    blocking=True,
    partitions_def=EDITION_PARTITIONS,
    additional_ins={
        "communes": dg.AssetIn("core_communes"),
        "units": dg.AssetIn("core_iris"),
    },
)
def personnes(
    index_competences: pd.DataFrame, communes: gpd.GeoDataFrame, units: gpd.GeoDataFrame
) -> dg.AssetCheckResult:
    """People in digital difficulty add up to the published national figure at every level."""
    return _result(lambda: controls_skills.control_competences(index_competences, communes, units))


@dg.asset_check(
    asset="index_contexte",
    name="profils_complets",
    partitions_def=EDITION_PARTITIONS,
    additional_ins={"five": dg.AssetIn("index_indicateurs")},
)
def profils_complets(
    context: dg.AssetCheckExecutionContext,
    workspace: Workspace,
    index_contexte: pd.DataFrame,
    five: pd.DataFrame,
) -> dg.AssetCheckResult:
    """The edition knows every indicator of the profiles (warning)."""
    profiles = load_profiles(workspace.profiles)
    folder = folder_of(find_edition(context.partition_key))
    return _result(
        lambda: controls_profiles.control_complete(five, index_contexte, profiles, folder),
        dg.AssetCheckSeverity.WARN,
    )


@dg.asset_check(
    asset="index_indicateurs",
    name="couverture",
    blocking=True,
    partitions_def=EDITION_PARTITIONS,
)
def couverture(index_indicateurs: pd.DataFrame) -> dg.AssetCheckResult:
    """Each indicator is known for most communes, with a plausible mean."""
    return _result(lambda: controls.control_coverage(index_indicateurs))


@dg.asset_check(
    asset="core_revenus", name="revenus", blocking=True, partitions_def=EDITION_PARTITIONS
)
def revenus(core_revenus: pd.DataFrame) -> dg.AssetCheckResult:
    """Living standards are in euros a year."""
    return _result(lambda: controls.control_incomes(core_revenus))


@dg.asset_check(asset="registre", name="codes", partitions_def=EDITION_PARTITIONS)
def codes_connus(registre: pd.DataFrame) -> dg.AssetCheckResult:
    """Few rows of a release are off the map (warning)."""
    return _result(lambda: controls.control_unknown(registre), dg.AssetCheckSeverity.WARN)


@dg.asset_check(asset="index_imputation", name="plausible", partitions_def=EDITION_PARTITIONS)
def modele_plausible(index_imputation: pd.DataFrame) -> dg.AssetCheckResult:
    """The poverty model predicts well what it never saw (warning)."""
    return _result(lambda: controls.control_model(index_imputation), dg.AssetCheckSeverity.WARN)


@dg.asset_check(asset="core_lieux", name="places", partitions_def=EDITION_PARTITIONS)
def lieux_places(core_lieux: gpd.GeoDataFrame) -> dg.AssetCheckResult:
    """Few places are set aside (warning)."""
    return _result(lambda: controls.control_places(core_lieux), dg.AssetCheckSeverity.WARN)


def _drift_check(name: str, description: str) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset="export_derive",
        name=name,
        partitions_def=EDITION_PARTITIONS,
        description=f"{description} (avertissement)",
    )
    def derive(context: dg.AssetCheckExecutionContext, workspace: Workspace) -> dg.AssetCheckResult:
        page = workspace.edition_dir(context.partition_key) / PAGE

        def check() -> None:
            if name in (alerts := read_alerts(page)):
                raise DataCheckError(alerts[name])

        return _result(check, dg.AssetCheckSeverity.WARN)

    return derive


drift_checks = [_drift_check(name, description) for name, description in CHECKS.items()]
reconciliation_checks = [
    totaux, portee, personnes, scores, profils, profils_complets, couverture, revenus, codes_connus,
    modele_plausible, lieux_places, terrains, terres,
    *drift_checks,
]  # fmt: skip
