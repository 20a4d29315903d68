"""ARCEP: fixed internet by commune, mobile sites.

Eligibility is counted in premises. Sites are where antennas stand: not a measured coverage.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pyproj import Transformer

from fragility.errors import BadFileError
from fragility.schemas import COMMUNE_CODE
from fragility.sources.readers.common import (
    check_codes,
    check_range,
    decode,
    drop_duplicates,
    pad_code,
    parse_table,
    read_content,
    require_file,
    to_number,
)
from fragility.sources.readers.intake import COMMUNES, Intake

# West, south, east, north: metropole, Antilles and Guyane, Mayotte and Réunion, Saint-Pierre.
FRANCE_BOXES = ((-7, 41, 11, 52), (-64, 2, -51, 19), (44, -22, 57, -12), (-57, 46, -55, 48))
_OPERATOR = r"^\d{5}$"  # country and network, as the ITU numbers them
MAX_OUTSIDE = 0.01
# Four operators, one row per operator and mast.
MOBILE_SITES = 100_000

_EXCLUSIVE = ("inel_hd", "elig_hd05", "elig_hd3", "elig_hd8", "elig_thd30", "elig_thd100",
              "elig_thd1g")  # fmt: skip
_THD = ("elig_thd30", "elig_thd100", "elig_thd1g")
FIXED_COLUMNS = {"code_insee": "code_commune", "nbr": "nb_locaux", **{c: c for c in _EXCLUSIVE}}
# Not read where classes are cumulative.
SLOW_CLASSES = tuple(c for c in _EXCLUSIVE if c not in _THD)


def read_fixe(
    path: Path | Intake, *, classes: Literal["exclusives", "cumulees"] = "exclusives"
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read the premises of each commune by speed class of the wired network.

    Parameters
    ----------
    path : `commune-debit-beta.csv` (2019) or `commune_debit_filaire.csv` (since 2020). The
        satellite-inclusive `commune_debit.csv` is 100 % everywhere: do not use it.
    classes : "exclusives" for the beta, whose first line is a warning and whose classes add up to
        `nbr`; "cumulees" since 2020, where 30 Mbit/s includes the faster classes.

    Returns
    -------
    `code_commune` on the producer's own map, `nb_locaux`, `nb_locaux_thd` (30 Mbit/s or more);
    and the rows dropped by reason.

    Raises
    ------
    BadFileError
        When the classes are not of the kind announced: the figures would be wrong in silence.
    """
    intake = Intake.of(path)
    text = decode(read_content(intake.path), intake, legacy=True)
    exclusive = classes == "exclusives"
    head = text.split("\n", 1)[0]
    # The beta may have lost its warning in a copy: its header tells.
    skip = 1 if exclusive and "code_insee" not in head else 0
    columns = ["code_insee", "nbr", *(_EXCLUSIVE if exclusive else _THD)]
    table = parse_table(
        text, intake, sep=";", key="code_insee", required=columns, skip_rows=skip, keep=columns,
        usual_rows=COMMUNES,
    )  # fmt: skip
    code = pad_code(table["code_insee"], 5)
    check_codes(code, COMMUNE_CODE, intake)
    counts = pd.DataFrame({c: to_number(table[c], intake) for c in columns[1:]})
    check_range(counts, list(counts.columns), intake)
    if exclusive:
        gap = (counts[list(_EXCLUSIVE)].sum(axis=1) - counts["nbr"]).abs().to_numpy()
        thd = counts[list(_THD)].sum(axis=1, skipna=False)
        rule = "des classes exclusives, dont la somme est nbr"
    else:
        levels = counts[["nbr", *_THD]].to_numpy()
        gap = np.diff(levels, axis=1).max(axis=1)
        thd = counts["elig_thd30"]
        rule = "des classes cumulées : nbr ≥ 30 Mbit/s ≥ 100 Mbit/s ≥ 1 Gbit/s"
    wrong = (gap > 0.5) & ~(counts < 0).any(axis=1)
    remedy = (
        "changez l'option de lecture « classes » de cette livraison, ou reprenez le fichier "
        "« commune_debit_filaire »"
    )
    if wrong.mean() > intake.max_share:
        raise BadFileError(
            "Les classes de débit ne sont pas celles attendues.",
            path=intake.path,
            expected=rule,
            found=f"{int(wrong.sum())} communes contraires, par exemple {code[wrong].iloc[0]}",
            remedy=remedy,
        )
    intake.set_aside(
        counts.loc[wrong, "nbr"],
        "classes de débit contraires au nombre de locaux",
        expected=rule,
        remedy=remedy,
    )
    frame = pd.DataFrame({"code_commune": code, "nb_locaux": counts["nbr"], "nb_locaux_thd": thd})
    frame, repeated = drop_duplicates(frame, "code_commune", intake)
    frame, dropped = intake.settle(frame)
    return frame, {"ligne répétée": repeated, **dropped}


def _in_france(frame: pd.DataFrame) -> pd.Series:
    """Tell the points that are in a box around the metropole or an overseas département."""
    inside = pd.Series(False, index=frame.index)
    for west, south, east, north in FRANCE_BOXES:
        inside |= frame["longitude"].between(west, east) & frame["latitude"].between(south, north)
    return inside


@dataclass(frozen=True)
class _Layout:
    """How one generation of site files names its columns; `epsg` is the system of `x` and `y`."""

    operator: str
    x: str
    y: str
    four_g: str
    epsg: int


_LAYOUTS = (
    _Layout("code_op", "longitude", "latitude", "site_4g", 4326),  # metropole, since 2018
    _Layout("Operateur", "x", "y", "4G", 2154),  # metropole, 2017 and early 2018
    _Layout("Operateur", "X", "Y", "C4G", 4326),  # overseas
)
SITE_COLUMNS = tuple(
    {k.operator: "operateur", k.x: "x", k.y: "y", k.four_g: "site_4g"} for k in _LAYOUTS
)


def _read_site_file(intake: Intake, year: int | None) -> tuple[pd.DataFrame, dict[str, int]]:
    path = intake.path
    text = decode(require_file(path).read_bytes(), intake)
    first = text.split("\n", 1)[0].split(intake.dialect.sep or ";")
    usual = {own: name for name, own in intake.dialect.columns.items()}
    header = {usual.get(name, name) for name in (cell.strip('"\r ') for cell in first)}
    layout = next((k for k in _LAYOUTS if {k.operator, k.x, k.y, k.four_g} <= header), _LAYOUTS[1])
    columns = [layout.operator, layout.x, layout.y, layout.four_g]
    table = parse_table(
        text, intake, sep=";", key=layout.operator, required=columns, keep=columns,
        usual_rows=MOBILE_SITES,
    )  # fmt: skip
    check_codes(table[layout.operator], _OPERATOR, intake)
    marks = to_number(table[layout.four_g], intake)
    check_range(marks.to_frame(), [layout.four_g], intake, high=1)
    x, y = (to_number(table[c].replace("#N/A", None), intake) for c in (layout.x, layout.y))
    table, set_aside = intake.settle(table.assign(**{layout.four_g: marks, "x_": x, "y_": y}))
    four_g, x, y = table[layout.four_g] == 1, table["x_"], table["y_"]
    placed = x.notna() & y.notna()
    kept = four_g & placed
    longitude, latitude = x[kept], y[kept]
    if layout.epsg != 4326:
        transform = Transformer.from_crs(layout.epsg, 4326, always_xy=True).transform
        longitude, latitude = transform(longitude.to_numpy(), latitude.to_numpy())
    dated = re.search(r"(?<!\d)(20\d\d)(?!\d)", path.name)
    frame = pd.DataFrame(
        {
            "operateur": table.loc[kept, layout.operator].str.strip(),
            "longitude": longitude,
            "latitude": latitude,
            "annee": int(dated[1]) if dated else (year or 0),
        }
    )
    if not dated and year is None:
        raise BadFileError(
            "L'année des sites est inconnue.",
            path=path,
            expected="une année dans le nom du fichier",
            remedy="rendez au fichier son nom d'origine",
        )
    outside = ~_in_france(frame)
    if outside.mean() > MAX_OUTSIDE:
        raise BadFileError(
            "Des sites ont des coordonnées hors de France.",
            path=path,
            expected="des degrés (longitude, latitude) ou des mètres Lambert 93 selon les colonnes",
            found=f"{int(outside.sum())} sites sur {len(frame)}",
            remedy="vérifiez que x et y ne sont pas inversés, ou reprenez le fichier du producteur",
        )
    return frame[~outside], {
        "hors de France": int(outside.sum()),
        "sans 4G": int((~four_g).sum()),
        "sans coordonnées": int((four_g & ~placed).sum()),
        **set_aside,
    }


def read_sites(
    paths: Sequence[Path | Intake], *, year: int | None = None
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Read the 4G sites of every operator, metropole and overseas.

    Parameters
    ----------
    paths : one file per territory; the layout is recognised by the columns.
    year : year of the list where the file name carries none.

    Returns
    -------
    `operateur` (MCC-MNC), `longitude`, `latitude` (degrees, WGS 84), `annee`; and the rows
    dropped by reason. Two operators on one mast are two rows.

    Raises
    ------
    BadFileError
        When a file has none of the known layouts or impossible coordinates.
    """
    frames, dropped = [], {"hors de France": 0, "sans 4G": 0, "sans coordonnées": 0}
    for path in paths:
        frame, reasons = _read_site_file(Intake.of(path), year)
        frames.append(frame)
        for reason, rows in reasons.items():
            dropped[reason] = dropped.get(reason, 0) + rows
    return pd.concat(frames, ignore_index=True), dropped
