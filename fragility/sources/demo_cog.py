"""The demo's maps and codes: IGN communes and IRIS, INSEE's COG, EPCI, IRIS list, movements.

Statistics are elsewhere. Formats follow `ign_communes/2021`, `ign_iris/2020`, `insee_cog/2021` and
the movement file of `insee_cog/2026`, whose rows go on after the year of the map: that is a trap.
"""

import csv
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from fragility.sources.demo_formats import csv_bytes, gpkg_bytes, parquet_bytes
from fragility.sources.demo_names import official_spelling
from fragility.sources.demo_people import build_people, sum_by
from fragility.sources.demo_territory import (
    CITY,
    CODE_CHANGE_2021,
    CRS,
    DEPARTEMENT,
    FUSION_2021,
    FUSION_2024,
    ISLAND,
    LIGATURE,
    NO_EPCI,
    NULL_GEOMETRY,
    RECREATION_2010,
    REGION,
    TOWNS,
    Territory,
    build_territory,
    stream,
    to_multipolygon,
)

_DEPARTEMENT_NAME: Final = "Brumaire-et-Vaillance"
# The warning travels with every row of every output, even where no banner can be written.
_REGION_NAME: Final = "Terre-Imaginaire (territoire fictif)"
_MOVEMENT_SIDE: Final = ("TYPECOM", "COM", "TNCC", "NCC", "NCCENR", "LIBELLE")
# IRIS contours are "published" for the EPCI of these towns only; elsewhere only centroids are.
CONTOURED_TOWNS: Final = (CITY, "00024", "00067", "00132", "00196")


def cog_files() -> dict[str, bytes]:
    """Map relative path -> content for every geographic source."""
    territory = build_territory()
    return {
        "ign_communes/demo/communes_cog2021.parquet": _ign_communes(territory),
        "ign_iris/demo/iris2020_contours.gpkg": _iris_contours(territory),
        "ign_iris/demo/iris2020_centroides_france.gpkg": _iris_points(territory),
        "insee_cog/demo/commune_2021.csv": _cog_communes(territory),
        "insee_cog/demo/departement2021.csv": _cog_unit("DEP", _DEPARTEMENT_NAME),
        "insee_cog/demo/region2021.csv": _cog_unit("REG", _REGION_NAME),
        "insee_cog/demo/iris_2021.csv": _iris_list(territory),
        "insee_cog/demo/EPCI.csv": _epci(territory),
        "insee_cog_mouvements/demo/v_mvt_commune_2026.csv": _movements(territory),
    }


def _ign_communes(territory: Territory) -> bytes:
    communes = territory.communes
    population = sum_by(build_people().fields[["population"]], territory.units["code_commune"])
    shapes = to_multipolygon(communes.geometry).to_crs(4326)
    shapes = shapes.set_precision(1e-6, mode="pointwise")
    shapes[communes["code_commune"] == NULL_GEOMETRY] = None
    frame = gpd.GeoDataFrame(
        {
            "code": communes["code_commune"],
            "type": "COM",
            "nom": communes["nom"],
            "population_municipale": population["population"].round().to_numpy(),
            "dep": DEPARTEMENT,
            "epci": communes["code_epci"].where(communes["code_epci"] != NO_EPCI),
        },
        geometry=shapes,
        crs=4326,
    )
    return parquet_bytes(frame)


def _iris_table(territory: Territory) -> gpd.GeoDataFrame:
    """Columns of the CONTOURS-IRIS re-export of the pack, commuters by mode included."""
    iris = territory.iris
    fields = build_people().fields[["population"]]
    persons = sum_by(fields, territory.units["code_iris"])["population"].to_numpy()
    rng = stream("commuters")
    modes = dict(nodep=0.02, marche=0.03, velo=0.01, drm=0.01, voiture=0.3, tcom=0.04)
    counts = {name: 5.0 * rng.poisson(persons * part / 5) for name, part in modes.items()}
    columns = {
        "INSEE_COM": iris["code_commune"], "NOM_COM": iris["nom"],
        "IRIS": iris["code_iris"].str[5:], "CODE_IRIS": iris["code_iris"],
        "NOM_IRIS": iris["nom_iris"], "TYP_IRIS": iris["type_iris"], **counts,
    }  # fmt: skip
    return gpd.GeoDataFrame(columns, geometry=iris.geometry, crs=CRS)


def _iris_contours(territory: Territory) -> bytes:
    table = _iris_table(territory)
    membership = territory.communes.set_index("code_commune")["code_epci"]
    shown = membership.loc[list(CONTOURED_TOWNS)]
    table = table[table["INSEE_COM"].map(membership).isin(shown)].reset_index(drop=True)
    table.insert(table.columns.get_loc("geometry"), "DEP", DEPARTEMENT)
    return gpkg_bytes(table.set_geometry(to_multipolygon(table.geometry)), "iris2020_contours")


def _iris_points(territory: Territory) -> bytes:
    table = _iris_table(territory)
    points = table.representative_point().set_precision(0.001)
    return gpkg_bytes(table.set_geometry(points), "iris2020_pts")


def _cog_communes(territory: Territory) -> bytes:
    communes = territory.communes
    spelled = [official_spelling(name) for name in communes["nom"]]
    order = np.unique(communes["code_epci"], return_inverse=True)[1] + 1
    current = pd.DataFrame(
        {
            "TYPECOM": "COM",
            "COM": communes["code_commune"],
            "REG": REGION,
            "DEP": DEPARTEMENT,
            "CTCD": f"{DEPARTEMENT}D",
            "ARR": f"{DEPARTEMENT}1",
            **_spelling_columns(spelled),
            "LIBELLE": communes["nom"],
            "CAN": [f"{DEPARTEMENT}{k:02d}" for k in order],
            "COMPARENT": "",
        }
    )
    names = territory.units.set_index("code_2020")["nom_2020"].to_dict()
    delegated = pd.DataFrame({"TYPECOM": "COMD", "COM": list(FUSION_2021)})
    delegated["LIBELLE"] = delegated["COM"].map(names)
    spelled = [official_spelling(name) for name in delegated["LIBELLE"]]
    delegated = delegated.assign(**_spelling_columns(spelled))
    delegated["COMPARENT"] = delegated["COM"].map(FUSION_2021)
    both = pd.concat([current, delegated]).sort_values(["COM", "TYPECOM"], kind="stable")
    return csv_bytes(both.fillna(""), sep=",")


def _spelling_columns(spelled: list[tuple[str, str, str]]) -> dict[str, list[str]]:
    tncc, ncc, nccenr = (list(part) for part in zip(*spelled, strict=True))
    return {"TNCC": tncc, "NCC": ncc, "NCCENR": nccenr}


def _cog_unit(kind: str, name: str) -> bytes:
    tncc, ncc, nccenr = official_spelling(name)
    row = {"DEP": DEPARTEMENT, "REG": REGION, "CHEFLIEU": CITY, "TNCC": tncc, "NCC": ncc,
           "NCCENR": nccenr, "LIBELLE": name}  # fmt: skip
    if kind == "REG":
        del row["DEP"]
    return csv_bytes(pd.DataFrame([row]), sep=",")


def _iris_list(territory: Territory) -> bytes:
    iris = territory.iris
    whole = iris["type_iris"] == "Z"
    urban_unit = {code: f"{DEPARTEMENT}3{k:02d}" for k, code in enumerate(TOWNS, start=1)}
    table = pd.DataFrame(
        {
            "CODE_IRIS": iris["code_iris"],
            "LIB_IRIS": iris["nom_iris"].mask(whole, iris["nom"] + " (commune non irisée)"),
            "TYP_IRIS": iris["type_iris"],
            "GRD_QUART": iris["code_iris"].str[:7],
            "DEPCOM": iris["code_commune"],
            "LIBCOM": iris["nom"],
            "UU2020": iris["code_commune"].map(urban_unit).fillna(f"{DEPARTEMENT}000"),
            "REG": REGION,
            "DEP": DEPARTEMENT,
        }
    )
    return csv_bytes(table, bom=True, final_eol=False)


def _epci(territory: Territory) -> bytes:
    """Write EPCI.csv as re-saved by a spreadsheet: every code lost its leading zeros."""
    communes = territory.communes
    table = pd.DataFrame(
        {
            "COM": communes["code_commune"].astype(int),
            "LIBGEO": communes["nom"],
            "EPCI": communes["code_epci"],
            "LIBEPCI": communes["nom_epci"],
            "DEP": int(DEPARTEMENT),
            "REG": int(REGION),
        }
    )
    return csv_bytes(table, final_eol=False)


def _movements(territory: Territory) -> bytes:
    name = territory.units.set_index("code_2020")["nom_2020"].to_dict()
    name |= territory.communes.set_index("code_commune")["nom"].to_dict() | {
        code: name[code] for code in FUSION_2021
    }
    merged = territory.communes.set_index("code_commune")["nom"]["00150"]
    later = f"{name['00290']}-et-{name['00291']}"
    stayed, left = RECREATION_2010
    rows = [("34", "2025-01-01", "COMA", "00801", "Ombrelines", "COM", LIGATURE, name[LIGATURE])]
    for old, new in FUSION_2024.items():
        rows.append(("32", "2024-01-01", "COM", old, name[old], "COM", new, later))
        rows.append(("32", "2024-01-01", "COM", old, name[old], "COMD", old, name[old]))
    for old, new in FUSION_2021.items():
        rows.append(("32", "2021-01-01", "COM", old, name[old], "COM", new, merged))
        rows.append(("32", "2021-01-01", "COM", old, name[old], "COMD", old, name[old]))
    for old, new in CODE_CHANGE_2021.items():
        rows.append(("41", "2021-01-01", "COM", old, name[old], "COM", new, name[new]))
    rows += [
        ("10", "2015-03-01", "COM", LIGATURE, "L'Œuvrette", "COM", LIGATURE, name[LIGATURE]),
        ("21", "2010-01-01", "COM", stayed, name[stayed], "COM", stayed, name[stayed]),
        ("21", "2010-01-01", "COM", stayed, name[stayed], "COM", left, name[left]),
        ("21", "2010-01-01", "COMA", left, name[left], "COM", left, name[left]),
        ("33", "1973-01-01", "COM", left, name[left], "COM", stayed, name[stayed]),
        ("33", "1973-01-01", "COM", left, name[left], "COMA", left, name[left]),
        ("10", "1962-06-01", "COM", ISLAND, "Sourdance", "COM", ISLAND, name[ISLAND]),
    ]
    records = [
        (mod, date, kind_av, av, *official_spelling(name_av), name_av,
         kind_ap, ap, *official_spelling(name_ap), name_ap)
        for mod, date, kind_av, av, name_av, kind_ap, ap, name_ap in rows
    ]  # fmt: skip
    columns = ["MOD", "DATE_EFF"]
    columns += [f"{c}_{side}" for side in ("AV", "AP") for c in _MOVEMENT_SIDE]
    table = pd.DataFrame(records, columns=columns)
    return csv_bytes(table, sep=",", eol="\n", quoting=csv.QUOTE_ALL)
