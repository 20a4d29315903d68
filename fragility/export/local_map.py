"""The map of one département, made of the tables of an edition that is already computed.

What a département reads of its neighbours is what its inhabitants use: the places near its border.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from fragility.errors import MissingFileError, UsageError
from fragility.export.facts import RunFacts
from fragility.export.gpkg import write_gpkg
from fragility.export.layer_style import SITES
from fragility.export.qgz import write_project
from fragility.schemas.simulation import SIMULATION
from fragility.stored import column_names, read_shapes, read_stored

# In degrees, 40 km or so: as far as an hour's drive on small roads.
AROUND = 0.4
_SIMULATED = "simulation.gpkg"
_READ = (
    "communes", "iris", "epci", "departements", "lieux", "communes_fragiles_non_couvertes",
    "foyers", "core_contours",
)  # fmt: skip


def latest_sites(simulations: Path) -> Path | None:
    """Return the sites that the last simulation of an edition proposed, if it has any.

    Parameters
    ----------
    simulations : folder that holds one folder per simulation.
    """
    found = simulations.glob(f"*/{_SIMULATED}")
    with_sites = [path for path in found if (path.parent / f"{SITES}.csv").is_file()]
    return max(with_sites, key=lambda path: path.stat().st_mtime, default=None)


def local_tables(folder: Path, code: str, simulated: Path | None = None) -> dict[str, pd.DataFrame]:
    """Read what the map of a département shows.

    Parameters
    ----------
    folder : a published edition.
    code : département.
    simulated : GeoPackage of a simulation, whose sites are shown too.

    Returns
    -------
    By name, the tables that `write_gpkg` takes: communes, IRIS and EPCI of the département; its
    places and those in its box and `AROUND` it; départements and hot spots that its box touches.

    Raises
    ------
    MissingFileError
        When the edition is not computed.
    UsageError
        When it has no such département.
    """
    tables = folder / "tables"
    if not all((tables / f"{name}.parquet").is_file() for name in _READ):
        raise MissingFileError(
            f"L'édition « {folder.name} » n'a pas encore été calculée par cette version.",
            path=folder,
            remedy=f"lancez « fragility run --edition {folder.name} »",
        )
    own = [("code_departement", "==", code)]
    communes = _attributes(folder, "communes", own)
    if communes.empty:
        known = _attributes(folder, "departements", None)["code_departement"]
        raise UsageError(
            f"L'édition « {folder.name} » n'a pas de département « {code} ».",
            expected="l'un de ces codes : " + " ".join(known),
            found=code,
            remedy="écrivez le code en entier : 01 et non 1, 2A et non 20",
        )
    iris = _attributes(folder, "iris", own)
    epci = _attributes(folder, "epci", [("code_epci", "in", sorted(set(communes["code_epci"])))])
    departements = read_shapes(folder, "departements")
    west, south, east, north = departements.loc[
        departements["code_departement"] == code
    ].total_bounds
    box = slice(west - AROUND, east + AROUND), slice(south - AROUND, north + AROUND)
    departements = departements.cx[west:east, south:north] if west == west else departements.head(0)
    foyers, lieux = read_shapes(folder, "foyers"), read_shapes(folder, "lieux")
    near = lieux.index.isin(lieux.cx[box].index if west == west else [])
    codes = [*communes["code_commune"], *iris["code_iris"], *epci["code_epci"]]
    codes += departements["code_departement"].tolist()
    actions = _attributes(folder, "communes_fragiles_non_couvertes", own)
    sites = {} if simulated is None or west != west else {SITES: _sites(simulated).cx[box]}
    return sites | {
        "communes": communes,
        "iris": iris,
        "epci": epci,
        "departements": pd.DataFrame(departements.drop(columns="geometry")),
        "lieux": lieux[lieux["code_commune"].isin(communes["code_commune"]) | near],
        "communes_fragiles_non_couvertes": actions,
        "foyers": foyers.cx[west:east, south:north] if west == west else foyers.head(0),
        "core_contours": read_shapes(folder, "core_contours", filters=[("code", "in", codes)]),
    }


def _sites(simulated: Path) -> gpd.GeoDataFrame:
    """Read the sites of a simulation, with the columns that this version knows."""
    sites = gpd.read_file(simulated, layer=SITES, use_arrow=True)
    return sites[[str(column) for column in SIMULATION[SITES].columns if column in sites]]


def _attributes(folder: Path, name: str, filters: Any) -> pd.DataFrame:
    """Read a table without its contours."""
    columns = [column for column in column_names(folder, name) if column != "geometry"]
    return read_stored(folder, name, columns, filters).reset_index(drop=True)


def write_local_map(
    tables: dict[str, pd.DataFrame], code: str, out: Path, facts: RunFacts
) -> list[Path]:
    """Write `fragilite-CODE.gpkg` and the project `carte-CODE.qgz` that opens on it.

    Parameters
    ----------
    tables : what `local_tables` returns.
    code : département.
    out : folder of both files, made if it is missing.
    facts : of the edition; the département completes its title.

    Returns
    -------
    The paths written.
    """
    name = str(tables["communes"]["nom_departement"].iloc[0])
    said = dataclasses.replace(facts, title=f"{name} ({code}), {facts.title}")
    out.mkdir(parents=True, exist_ok=True)
    gpkg = write_gpkg(out / f"fragilite-{code}.gpkg", tables, said)
    return [gpkg, write_project(out / f"carte-{code}.qgz", gpkg, said)]
