"""Zonings of communes: density grid, ZRR, FRR, Action cœur de ville; and the outlines of QPV.

A reader of a list gives `code_commune`, `valeur` (the class, as text) and `libelle`, one row per
commune of the zoning: a commune that the list calls not classed is left out, and counted.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from fragility.errors import BadFileError
from fragility.schemas import COMMUNE_CODE
from fragility.sources.readers.common import (
    DAMAGED_ZIP,
    check_codes,
    drop_duplicates,
    pad_code,
    read_csv,
    refuse_not_a_table,
    require_columns,
    require_file,
)
from fragility.sources.readers.intake import COMMUNES, Intake
from fragility.sources.readers.place_cells import header_of
from fragility.sources.readers.workbook import read_workbook

Read = tuple[pd.DataFrame, dict[str, int]]

# INSEE's grid in seven levels: https://www.insee.fr/fr/information/8571524
DENSITY = (
    "Grands centres urbains",
    "Centres urbains intermédiaires",
    "Petites villes",
    "Ceintures urbaines",
    "Bourgs ruraux",
    "Rural à habitat dispersé",
    "Rural à habitat très dispersé",
)
NOT_CLASSED = "commune non classée"
REPEATED = "ligne répétée"
_ZRR = {"C": ("totale", "Classée en ZRR"), "P": ("partielle", "Partiellement classée en ZRR")}
_FRR_NONE = "-9999"
_OUTLINES = (".geojson", ".gpkg", ".shp", ".json")
# Where an archive has one file per territory, this one has them all.
_WHOLE = "outre_mer_wgs84"


def read_densite(path: Path | Intake) -> Read:
    """Read the density grid (comma, UTF-8 with BOM; `insee_com`, `niveau_densite` in words).

    Returns
    -------
    `valeur` from "1" (dense) to "7" (very dispersed), and the rows dropped by reason.

    Raises
    ------
    MissingFileError, BadFileError
        When the file is absent or is not that list.
    """
    intake = Intake.of(path)
    table = read_csv(
        intake, sep=",", key="insee_com", required=["niveau_densite"], usual_rows=COMMUNES
    )
    label = table["niveau_densite"].str.strip()
    level = label.map({name: str(rank) for rank, name in enumerate(DENSITY, start=1)})
    intake.set_aside(
        table["niveau_densite"][level.isna()], "niveau de densité inconnu",
        expected=" / ".join(DENSITY),
    )  # fmt: skip
    return _settle(table["insee_com"], level, label, intake)


def read_zrr(path: Path | Intake) -> Read:
    """Read the classing in zones de revitalisation rurale (workbook, lines above `CODGEO`).

    `ZRR_SIMP` is « C - Classée en ZRR », « P - Commune partiellement classée en ZRR » or « NC -
    Commune non classée ». Result and errors as `read_densite`, `valeur` being totale or partielle.
    """
    intake = Intake.of(path)
    table = read_workbook(intake, key="CODGEO", usual_rows=COMMUNES)
    require_columns(table, ["CODGEO", "ZRR_SIMP"], intake.path)
    mark = table["ZRR_SIMP"].str.extract(r"^\s*(NC|C|P)\b")[0]
    intake.set_aside(
        table["ZRR_SIMP"][mark.isna()], "classement ZRR inconnu",
        expected="C - …, P - … ou NC - …",
    )  # fmt: skip
    values = mark.map({k: v[0] for k, v in _ZRR.items()})
    labels = mark.map({k: v[1] for k, v in _ZRR.items()})
    return _settle(table["CODGEO"], values, labels, intake)


def read_frr(path: Path | Intake) -> Read:
    """Read France ruralités revitalisation (`codgeo;libgeo;codefrr`, -9999 = not classed).

    Result and errors as `read_densite`; `valeur` is the producer's class, 1 to 5.
    """
    intake = Intake.of(path)
    table = read_csv(intake, sep=";", key="codgeo", required=["codefrr"], usual_rows=COMMUNES)
    mark = table["codefrr"].str.strip().str.replace(r"\.0$", "", regex=True)
    known = mark.isin([_FRR_NONE, *"12345"])
    intake.set_aside(table["codefrr"][~known], "classe FRR inconnue", expected="1 à 5, ou -9999")
    values = mark.where(known & (mark != _FRR_NONE))
    return _settle(table["codgeo"], values, "FRR, classe " + values, intake)


def read_acv(path: Path | Intake) -> Read:
    """Read the towns of Action cœur de ville (`insee_com`, `id_acv`, and `lib_acv` if it is there).

    Comma or semicolon; a list of all communes with an empty `id_acv` is read as well. Result and
    errors as `read_densite`; `valeur` is the producer's id.
    """
    intake = Intake.of(path)
    sep = max(";,", key=lambda s: len(header_of(intake, s)))
    table = read_csv(intake, sep=sep, key="insee_com", required=["id_acv"], usual_rows=COMMUNES)
    mark = table["id_acv"].str.strip()
    town = table["lib_acv"] if "lib_acv" in table.columns else mark
    return _settle(table["insee_com"], mark, "Action cœur de ville : " + town, intake)


def read_qpv(path: Path | Intake) -> gpd.GeoDataFrame:
    """Read the quartiers prioritaires: an archive of the producer, or one of its files.

    Parameters
    ----------
    path : zip, GeoJSON, GeoPackage or shapefile with `code_qp`, `lib_qp`; polygons, or points of
        older lists. Of an archive, the file of France whole in degrees is read.

    Returns
    -------
    `code`, `libelle`, geometry in EPSG:4326, one row per quarter, sorted.

    Raises
    ------
    MissingFileError, BadFileError
        When the file is absent or holds no such outlines.
    """
    intake = Intake.of(path)
    source = intake.path
    content = require_file(source).read_bytes()
    refuse_not_a_table(content, source)
    zipped = source.suffix.lower() == ".zip"
    try:
        frame = pyogrio.read_dataframe(_member(source) if zipped else str(source))
    except (pyogrio.errors.DataSourceError, ValueError) as error:
        raise BadFileError(
            "Les contours des quartiers sont illisibles.",
            path=source,
            expected="un GeoJSON, un GeoPackage ou un shapefile",
            found=str(error)[:120],
            remedy="téléchargez-le de nouveau depuis la page du producteur",
        ) from None
    require_columns(pd.DataFrame(frame), ["code_qp", "lib_qp"], source)
    if not isinstance(frame, gpd.GeoDataFrame) or frame.geometry.isna().all():
        raise BadFileError(
            "Ce fichier de quartiers n'a pas de contours.",
            path=source,
            expected="des polygones ou des points",
            found=f"{len(frame)} lignes sans géométrie",
            remedy="prenez le fichier géographique du producteur",
        )
    frame = frame.set_crs(4326) if frame.crs is None else frame.to_crs(4326)
    out = frame[frame.geometry.notna()]
    out = gpd.GeoDataFrame(
        {"code": out["code_qp"].astype("str"), "libelle": out["lib_qp"].astype("str")},
        geometry=out.geometry.make_valid(),
    )
    return out.drop_duplicates("code").sort_values("code", ignore_index=True)


def _member(archive: Path) -> str:
    """The layer of an archive that covers all of France, else its only one."""
    try:
        with zipfile.ZipFile(archive) as opened:
            names = [n for n in opened.namelist() if n.lower().endswith(_OUTLINES)]
    except (*DAMAGED_ZIP, OSError) as error:
        raise BadFileError(
            "L'archive est tronquée ou n'est pas un zip.", path=archive, found=str(error),
            remedy="téléchargez-la de nouveau",
        ) from None  # fmt: skip
    # In the order of `_OUTLINES`: a GeoJSON is one file, a shapefile is four.
    names.sort(key=lambda n: [n.lower().endswith(end) for end in _OUTLINES].index(True))
    whole = [n for n in names if _WHOLE in n.lower()]
    if not whole and len(names) != 1:
        raise BadFileError(
            "L'archive ne contient pas les contours de toute la France.",
            path=archive,
            expected="un fichier « …_France_Hexagonale_Outre_Mer_WGS84.geojson »",
            found=", ".join(names[:6]) or "aucun contour",
            remedy="téléchargez de nouveau l'archive du producteur",
        )
    return f"/vsizip/{archive}/{(whole or names)[0]}"


def _settle(codes: pd.Series, values: pd.Series, labels: pd.Series, intake: Intake) -> Read:
    """Keep the communes that have a class; wrong and contradictory rows are set aside."""
    frame = pd.DataFrame(
        {"code_commune": pad_code(codes, 5), "valeur": values, "libelle": labels}
    ).astype("str")
    check_codes(frame["code_commune"].rename(str(codes.name)), COMMUNE_CODE, intake)
    frame, repeated = drop_duplicates(frame, "code_commune", intake)
    frame, aside = intake.settle(frame)
    classed = frame["valeur"].notna()
    dropped = {REPEATED: repeated, NOT_CLASSED: int((~classed).sum()), **aside}
    return frame[classed].reset_index(drop=True), {r: n for r, n in dropped.items() if n}
