"""The demo's networks and grid: ARCEP fixed speeds and mobile sites, Eurostat population grid.

Places where people find help are in `demo_places`.
"""

from typing import Final

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from fragility.sources.demo_census import housing
from fragility.sources.demo_formats import csv_bytes, grid_bytes
from fragility.sources.demo_people import build_people, mean_by, sum_by
from fragility.sources.demo_territory import (
    DEPARTEMENT,
    NO_PREMISES,
    REGION,
    Array,
    Territory,
    build_territory,
    smooth_field,
    stream,
)

_WARNING: Final = (
    "Version de démonstration : données FICTIVES, présentées comme celles de l’Arcep de 2019, "
    "dont la première ligne est aussi un avertissement\n"
)
_SPEEDS: Final = (
    "inel_hd", "elig_hd05", "elig_hd3", "elig_hd8", "elig_thd30", "elig_thd100", "elig_thd1g",
)  # fmt: skip
# Operator code -> probability that a site carries 4G away from the city.
_OPERATORS: Final = {20801: 0.75, 20810: 0.7, 20815: 0.6, 20820: 0.65}
_GRID_STEP: Final = 200.0


def supply_files() -> dict[str, bytes]:
    """Map relative path -> content for networks and the population grid."""
    territory = build_territory()
    mobile = "2018_01_Sites_mobiles_2G_3G_4G_France_metropolitaine_L93.csv"
    return {
        "arcep_fixe/demo/commune-debit-beta.csv": _fixed_speeds(territory),
        f"arcep_mobile_sites/demo/{mobile}": _mobile_sites(territory),
        "eurostat_grille/demo/pop2018_FR_metropole_1km_EPSG3035.tif": _population_grid(territory),
    }


def _fixed_speeds(territory: Territory) -> bytes:
    """Premises by exclusive speed class; codes of before the fusion of 2021, in no order."""
    people, keys = build_people(), territory.units["code_2020"]
    dwellings = housing(people)["P18_LOG"]
    premises = sum_by(pd.DataFrame({"nbr": dwellings}), keys)["nbr"]
    premises = np.ceil(premises * 1.07).astype(int)
    premises[list(NO_PREMISES)] = 0
    premises["00173"] = 3  # nobody lives there any more, three sheds still count as premises
    share = mean_by(people.fields["thd"], people.fields["population"], keys)
    remote = mean_by(people.fields["remote"], people.fields["population"], keys)
    slow = np.column_stack([0.04 * remote, 0.02 * remote, 0.1 + 0.2 * remote, 0.7 - 0.2 * remote])
    fast = np.column_stack([0.18 + 0 * remote, 0.2 - 0.1 * remote, 0.5 + 0.3 * remote])
    slow *= ((1 - share) / slow.sum(axis=1)).to_numpy()[:, None]
    fast *= (share / fast.sum(axis=1)).to_numpy()[:, None]
    rng = stream("arcep")
    classes = rng.multinomial(premises.to_numpy(), np.column_stack([slow, fast]))
    name = territory.units.drop_duplicates("code_2020").set_index("code_2020")["nom_2020"]
    table = pd.DataFrame({
        "code_insee": premises.index, "nom_com": name.reindex(premises.index).to_numpy(),
        "code_dep": DEPARTEMENT, "code_reg": REGION, "nbr": premises.to_numpy(), "type": "logloc",
        **dict(zip(_SPEEDS, classes.T, strict=True)), "date": "2019-09-30",
    })  # fmt: skip
    table = table.iloc[rng.permutation(len(table))].sort_values(
        "nbr", key=lambda nbr: nbr == 0, kind="stable"
    )  # the real file ends with the communes that have no premises
    return _WARNING.encode() + csv_bytes(table, eol="\n")


def _mobile_sites(territory: Territory) -> bytes:
    """Sites in Lambert 93 sorted by x; the last one has no coordinates, as in the real file."""
    rng = stream("mobile")
    units, fields = territory.units, build_people().fields
    remote = fields["remote"].to_numpy()
    # Emitters follow people; the far east and the island wait for theirs.
    chance = np.sqrt(fields["population"].to_numpy()) * (1.22 - remote)
    xy = units[["x", "y"]].to_numpy()
    chance *= np.where(smooth_field(xy, 9, "mobile") < -0.9, 0.1, 1)
    hosts = rng.choice(len(units), size=380, p=chance / chance.sum())
    tables = []
    for operator, share in _OPERATORS.items():
        here = hosts[rng.random(len(hosts)) < 0.6]
        spot = xy[here] + rng.normal(0, 350, (len(here), 2))
        modern = rng.random(len(here)) < share + (1 - share) * (1 - remote[here])
        tables.append(pd.DataFrame({
            "Operateur": operator, "x": spot[:, 0].round().astype(int),
            "y": spot[:, 1].round().astype(int), "2G": int(operator != 20815),
            "3G": (rng.random(len(here)) < 0.95).astype(int), "4G": modern.astype(int),
        }))  # fmt: skip
    sites = pd.concat(tables).sort_values(["x", "y", "Operateur"]).astype(str)
    lost = pd.DataFrame([[20815, "#N/A", "#N/A", 0, 1, 0]], columns=sites.columns)
    return csv_bytes(pd.concat([sites, lost]), eol="\n")


def _sample_points(territory: Territory) -> tuple[Array, NDArray[np.intp]]:
    """Lattice of points in EPSG:3035 and the unit each falls in."""
    to_laea = Transformer.from_crs(2154, 3035, always_xy=True)
    to_l93 = Transformer.from_crs(3035, 2154, always_xy=True)
    corners = np.array(territory.units.total_bounds).reshape(2, 2)
    x, y = to_laea.transform(*np.meshgrid(corners[:, 0], corners[:, 1]))
    low = np.floor(np.array([x.min(), y.min()]) / 1000) * 1000
    high = np.ceil(np.array([x.max(), y.max()]) / 1000) * 1000
    axes = [np.arange(a + _GRID_STEP / 2, b, _GRID_STEP) for a, b in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)
    local = shapely.points(np.column_stack(to_l93.transform(*points.T)))
    tree = shapely.STRtree(territory.units.geometry.to_numpy())
    which, unit = tree.query(local, predicate="within")
    return points[which], unit


def _population_grid(territory: Territory) -> bytes:
    """Spread each unit's people over 1 km cells, thickest around its centre."""
    points, unit = _sample_points(territory)
    units, people = territory.units, build_people().fields["population"].to_numpy()
    centres = np.column_stack(
        Transformer.from_crs(2154, 3035, always_xy=True).transform(units["x"], units["y"])
    )
    radius = 0.32 * np.sqrt(units.area.to_numpy())
    # Hamlets and fields: without the wrinkles every commune would be a perfect cone.
    weight = np.exp(-np.hypot(*(points - centres[unit]).T) / radius[unit])
    weight *= np.exp(0.8 * smooth_field(points, 0.7, "hamlets"))
    weight /= np.bincount(unit, weight, len(units))[unit]
    west, south = np.floor(points.min(axis=0) / 1000) * 1000
    east, north = np.ceil(points.max(axis=0) / 1000) * 1000
    row = ((north - points[:, 1]) // 1000).astype(int)
    column = ((points[:, 0] - west) // 1000).astype(int)
    shape = (int((north - south) / 1000), int((east - west) / 1000))
    cells = np.zeros(shape)
    np.add.at(cells, (row, column), weight * people[unit])
    counts = np.rint(cells).astype(np.int32)
    return grid_bytes(np.where(counts > 0, counts, -1).astype(np.int32), west, north, 1000)
