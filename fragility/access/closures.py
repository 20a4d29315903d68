"""Places that close: who falls out of reach."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fragility.access.closures_tables import (
    closed_territories,
    closures_summary,
    places_table,
)
from fragility.access.coverage import THRESHOLD_MIN
from fragility.access.homes import (
    PairsOf,
    commune_reach,
    minutes_before,
    nearest_of,
    zone_pairs,
)
from fragility.access.simulate import BAND, Tables
from fragility.access.travel import receiving_places
from fragility.errors import BadFileError, MissingFileError, UsageError
from fragility.sources.readers.common import decode

_REMEDY = "écrivez un CSV dont l'en-tête est « id » ou « id,date_fin » (AAAA-MM-JJ)"
_SEPARATORS = ",;\t"


@dataclass(frozen=True)
class Closures:
    """Tables `fermetures_lieux` (points), `fermetures_territoires`, `fermetures_resume`."""

    lieux: gpd.GeoDataFrame
    territoires: pd.DataFrame
    resume: pd.DataFrame


def read_closures(path: Path, ended_before: date | None = None) -> list[str]:
    """Read a user's list of places that close.

    Parameters
    ----------
    path : CSV with a header, as a spreadsheet writes it: `id` as in `core_lieux`, and if they are
        known `date_fin` (AAAA-MM-JJ), the end of the post.
    ended_before : keep the places whose post ends before that day; None keeps all.

    Returns
    -------
    Identifiers, in the order of the file, each once.

    Raises
    ------
    MissingFileError, BadFileError
        When the file is absent or no table, lacks a column, or a date cannot be read.

    Notes
    -----
    No list of places publishes the end of its posts (`date_maj` is the day a record was written):
    only a file of the user can say it.
    """
    if not path.is_file():
        raise MissingFileError(
            "La liste des lieux qui ferment n'est pas un fichier."
            if path.exists()
            else "La liste des lieux qui ferment n'existe pas.",
            path=path,
            remedy=_REMEDY,
        )
    table = _parse(path)
    wanted = ["id"] if ended_before is None else ["id", "date_fin"]
    lacking = [column for column in wanted if column not in table.columns]
    if lacking:
        raise BadFileError(
            "La liste des lieux qui ferment n'a pas les colonnes attendues.",
            path=path,
            expected=", ".join(wanted),
            found=", ".join(map(str, table.columns)) or "aucune colonne",
            remedy=_REMEDY,
        )
    table = table[table["id"] != ""]
    if ended_before is not None:
        ends = pd.to_datetime(table["date_fin"], format="%Y-%m-%d", errors="coerce")
        wrong = table.index[(table["date_fin"] != "") & ends.isna()]
        if len(wrong):
            raise BadFileError(
                f"Une date de fin est illisible, ligne {wrong[0]}.",
                path=path,
                expected="AAAA-MM-JJ",
                found=repr(table.loc[wrong[0], "date_fin"]),
                remedy="corrigez la date",
            )
        table = table[ends < pd.Timestamp(ended_before)]
    return list(dict.fromkeys(table["id"]))


def _parse(path: Path) -> pd.DataFrame:
    """Cells of a user's list as text, its headings in lower case; the index is their line.

    Spreadsheets write their tables parted by `,`, `;` or a tabulation, in UTF-8, UTF-16 or
    Windows-1252.
    """
    content = path.read_bytes()
    try:
        text = decode(content, path, legacy=True) if content.strip() else ""
    except BadFileError as error:
        # Nobody publishes such a list: there is nothing to download again.
        error.remedy = _REMEDY
        raise
    header = text.lstrip().split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(_SEPARATORS, key=header.count))
    lines, rows = [], []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                lines.append(reader.line_num)
                rows.append([cell.strip() for cell in row])
    except csv.Error as error:
        raise BadFileError(
            f"La ligne {reader.line_num} ne se lit pas.", path=path, found=str(error),
            remedy=_REMEDY,
        ) from None  # fmt: skip
    names = [name.lower() for name in rows[0]] if rows else []
    if len(set(names)) < len(names):
        raise BadFileError(
            "Deux colonnes de la liste des lieux qui ferment ont le même nom.", path=path,
            found=", ".join(names), remedy=_REMEDY,
        )  # fmt: skip
    for line, row in zip(lines, rows, strict=True):
        # A spreadsheet may leave out the empty cells that end a line.
        if any(row[len(names) :]):
            raise BadFileError(
                f"La ligne {line} a plus de cases que l'en-tête.", path=path,
                expected=str(len(names)), found=str(len(row)), remedy=_REMEDY,
            )  # fmt: skip
        row[:] = (row + [""] * len(names))[: len(names)]
    return pd.DataFrame(rows[1:], columns=names, index=pd.Index(lines[1:], dtype="int64"),
                        dtype="str")  # fmt: skip


def close_places(
    tables: Tables,
    pairs_of: PairsOf,
    ids: Iterable[str],
    *,
    threshold: float = THRESHOLD_MIN,
    band: float = BAND,
) -> Closures:
    """Take places away and find who had no other within reach.

    Parameters
    ----------
    tables, pairs_of, threshold, band : as in `simulate`.
    ids : of the conseillers' places that close, as in `core_lieux`.

    Returns
    -------
    What each place served and who is lost with it; the communes where somebody is lost, before
    and after; one line of sums.

    Raises
    ------
    UsageError
        When an id is not that of a retained conseillers' place.

    Notes
    -----
    Only homes whose nearest place closes are looked at again. Places of one address are one
    destination: it is lost when all of them close, and counts for the first of those. Where one
    point stands for a commune that loses a place, and its coverage is uncertain before or after,
    nothing tells how many lose it: their number is missing, and sums leave it out.
    """
    places = receiving_places(tables.core_lieux).sort_values("id", ignore_index=True)
    closed = _checked(ids, places, tables.core_lieux)
    address = pd.factorize(pd.MultiIndex.from_arrays([places.geometry.x, places.geometry.y]))[0]
    stays = np.bincount(address, ~closed) > 0
    lost = closed & ~stays[address]

    homes = tables.homes()
    minutes = minutes_before(homes, tables.access_couts, tables.access_portee)
    limit = threshold * (1 + band)
    nearest = _nearest_address(homes, tables.access_couts, places, address, limit, pairs_of)
    gone = np.bincount(address, lost) > 0
    hit = np.flatnonzero((nearest >= 0) & gone[nearest])
    rest = places[~closed].reset_index(drop=True)
    later = minutes.copy()
    other = zone_pairs(homes.iloc[hit], rest, limit, pairs_of)
    later[hit] = np.maximum(minutes[hit], nearest_of(other))

    served = places["code_commune"].unique().astype(str)
    before = commune_reach(homes, minutes, served, threshold, band)
    after = commune_reach(homes, later, rest["code_commune"].unique().astype(str), threshold, band)
    falls = (minutes <= threshold) & (later > threshold)
    touched = before.index.isin([*homes["code_commune"].iloc[hit], *places["code_commune"][lost]])
    vague = before["population_hors_portee_pct"].isna()
    untold = (vague | after["population_hors_portee_pct"].isna()) & touched
    lieux = places_table(
        places, closed, lost, address, nearest, homes, minutes <= threshold, falls,
        before.index[vague], before.index[untold], tables.core_communes,
    )  # fmt: skip
    territoires = closed_territories(
        homes, falls, before, after, untold, tables.fragile(), tables.core_communes
    )
    return Closures(lieux, territoires, closures_summary(lieux, territoires, threshold))


def _checked(ids: Iterable[str], places: pd.DataFrame, lieux: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell the places that close; refuse an id that is none of them.

    A row merged into another is known by the place that stands for both.
    """
    merged = lieux[lieux["statut"] == "fusionne"]
    stands = dict(zip(merged["id"], merged["id_lieu"], strict=True))
    wanted = {stands.get(name, name) for name in ids}
    unknown = sorted(wanted - set(places["id"]))
    if unknown or not wanted:
        raise UsageError(
            "Des lieux à fermer ne sont pas des lieux de conseillers numériques retenus.",
            expected="des identifiants de lieux, comme " + ", ".join(places["id"].head(2)),
            found=", ".join(unknown[:5]) + f" ({len(unknown)} en tout)" if unknown else "rien",
            remedy="cherchez l'identifiant dans fragilite.duckdb : SELECT id, nom, code_commune "
            "FROM marts.lieux WHERE dispositifs LIKE '%conseiller_numerique%'",
        )
    return places["id"].isin(wanted).to_numpy(dtype=bool)


def _nearest_address(
    homes: pd.DataFrame,
    couts: pd.DataFrame,
    places: gpd.GeoDataFrame,
    address: NDArray[np.int64],
    limit: float,
    pairs_of: PairsOf,
) -> NDArray[np.int64]:
    """Address of the place nearest to each home, -1 for none or beyond the limit."""
    nearest = np.full(len(homes), -1, dtype=np.int64)
    is_point = homes["est_point"].to_numpy(dtype=bool)
    if len(couts):
        rank = pd.Series(address, index=places["id"])
        nearest[~is_point] = couts["id_lieu"].map(rank).fillna(-1).to_numpy(dtype=np.int64)
    points = np.flatnonzero(is_point)
    pairs = zone_pairs(homes.iloc[points], places, limit, pairs_of)
    # The nearest last: of several values given to one position, the last stays.
    far_first = np.argsort(-pairs.minutes, kind="stable")
    nearest[points[pairs.home[far_first]]] = address[pairs.place[far_first]]
    return nearest
