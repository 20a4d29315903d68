"""Bring our figures to the codes of a published file: same code, or through the map of communes.

A published file rarely says its map. The movements of communes tell it, and the passage from our
map to that one gives each published commune what ours says of its territory. What cannot be
aligned is listed with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from fragility.errors import FragilityError
from fragility.schemas import INDICATORS
from fragility.sources.corrections import load_corrections
from fragility.territory.cog import (
    ARRONDISSEMENT_PARENT,
    apply_passage,
    build_passage,
    describe_passage,
    map_iris_communes,
)
from fragility.territory.map_year import MapYear, infer_map, list_communes
from fragility.territory.releases import Opener
from fragility.validation.own_classes import CLASS_KINDS, Own

# How a published code was found in the edition.
SAME, RENAMED, MERGED, ARRONDISSEMENT = "même code", "code changé", "fusion ou scission", \
    "arrondissement, par ses IRIS"  # fmt: skip
_WHOLE = ("inchange", "changement_code")


@dataclass(frozen=True)
class CommuneMaps:
    """Movements of communes, and the maps that they tell.

    Attributes
    ----------
    movements : see `readers.insee_cog.read_movements`.
    maps : year -> communes of 1 January.
    """

    movements: pd.DataFrame
    maps: dict[int, frozenset[str]]

    def passage(self, start: int, end: int, weights: pd.Series | None = None) -> pd.DataFrame:
        """Passage between two maps."""
        return build_passage(self.movements, start, end, sorted(self.maps[end]), weights=weights)


@dataclass(frozen=True)
class Alignment:
    """Our figures on the codes of a published file.

    Attributes
    ----------
    frame : one row per published code that could be aligned (the index); columns of
        `Own.at_level`, and `alignement`, how it was found.
    lost : `code`, `nom`, `motif` of the others.
    map_year : map of the published codes, None where it was not looked for.
    notes : French sentences.
    """

    frame: pd.DataFrame
    lost: pd.DataFrame
    map_year: MapYear | None = None
    notes: tuple[str, ...] = ()

    @property
    def merged(self) -> pd.Index:
        """Published codes whose territory is not that of one of our communes."""
        return self.frame.index[self.frame["alignement"] == MERGED]


def read_maps(own: Own, raw: Path | None) -> tuple[CommuneMaps | None, str]:
    """Read the movements of communes that the edition names, if their files are there.

    Parameters
    ----------
    raw : folder of the raw files, or None to do without.

    Returns
    -------
    The maps, or None and the reason, a French sentence.
    """
    if raw is None:
        return None, "Mouvements de communes non lus : les codes sont comparés tels quels."
    try:
        opener = Opener(own.edition, raw, load_corrections(raw))
        movements = opener.movements()
        return CommuneMaps(movements, list_communes(movements, opener.cog_communes())), ""
    except FragilityError as error:
        return None, (
            f"Les mouvements de communes n'ont pas pu être lus ({error.problem}) : les codes sont "
            "comparés tels quels ; --raw donne le dossier des fichiers sources."
        )


def align(
    names: pd.Series,
    level: str,
    own: Own,
    maps: Callable[[], tuple[CommuneMaps | None, str]],
) -> Alignment:
    """Bring our figures to published codes.

    Parameters
    ----------
    names : name by published code (the index).
    level : level of the codes.
    own : the edition.
    maps : gives the maps of communes; called only if codes of communes or IRIS need it.
    """
    ours = own.at_level(level)
    found = ours.reindex(ours.index.intersection(names.index)).assign(alignement=SAME)
    notes: list[str] = []
    year: MapYear | None = None
    reasons = pd.Series(f"absent de la carte de l'édition ({own.edition.cog_year})", names.index)
    if level == "commune":
        parts = names.index[names.index.isin(list(ARRONDISSEMENT_PARENT))].difference(found.index)
        if len(parts):
            inside = own.at_level("arrondissement")
            inside = inside.reindex(inside.index.intersection(parts))
            found = pd.concat([found, inside.assign(alignement=ARRONDISSEMENT)])
    if level in ("commune", "iris"):
        read, problem = maps()
        if read is None:
            notes.append(problem)
        else:
            year = infer_map(names.index.str[:5].unique(), read.maps, usual=own.edition.cog_year,
                             custom="carte de l'édition")  # fmt: skip
            if year is not None:
                move = _communes if level == "commune" else _iris
                found, more = move(found, names.index, own, ours, read, year.year)
                reasons.update(more)
    elif level in ("epci", "departement"):
        reasons[:] = "code absent de l'édition (périmètre ou code changé)"
    gone = names.index.difference(found.index)
    lost = pd.DataFrame({"code": gone, "nom": names.reindex(gone).to_numpy(),
                         "motif": reasons.reindex(gone).to_numpy()})  # fmt: skip
    return Alignment(found.sort_index(), lost, year, tuple(notes))


def _communes(
    found: pd.DataFrame, codes: pd.Index, own: Own, ours: pd.DataFrame, read: CommuneMaps, year: int
) -> tuple[pd.DataFrame, pd.Series]:
    """Communes of another map: what our communes say of their territory."""
    cog = own.edition.cog_year
    none = pd.Series(dtype="str")
    if year != cog and cog in read.maps:
        way = read.passage(cog, year)
        way = way[way["code_apres"].isin(codes)]
        touched = way.loc[way["nature"] != "inchange", "code_apres"].unique()
        if len(touched):
            way = way[way["code_apres"].isin(touched)]
            carried = _carry(ours, way)
            whole = way.groupby("code_apres")["nature"].agg(lambda n: set(n) <= set(_WHOLE))
            carried["alignement"] = whole.map({True: RENAMED, False: MERGED}).reindex(carried.index)
            found = pd.concat([found.drop(index=carried.index, errors="ignore"), carried])
    gone = codes.difference(found.index)
    if len(gone) and cog in read.maps:
        said = describe_passage(read.passage(year, cog), gone, year).drop_duplicates("code_avant")
        none = said.set_index("code_avant")["motif"]
    return found, none


def _carry(ours: pd.DataFrame, way: pd.DataFrame) -> pd.DataFrame:
    """Our figures on other communes: means over the parts, words of the largest one."""
    numbers = [f"{key}_{kind}" for key in INDICATORS for kind in ("pct", *CLASS_KINDS)]
    frame = ours.rename_axis("code_commune").reset_index()
    moved, _ = apply_passage(
        frame, way, counts=["population"],
        rates={column: "population" for column in [*numbers, "score"]},
    )  # fmt: skip
    moved = moved.set_index("code_commune")
    largest = way.sort_values("part").drop_duplicates("code_apres", keep="last")
    words = [c for c in ours.columns if c not in moved.columns]
    from_ours = ours[words].reindex(largest["code_avant"]).set_axis(largest["code_apres"])
    return moved.join(from_ours)[list(ours.columns)].rename_axis("code")


def _iris(
    found: pd.DataFrame, codes: pd.Index, own: Own, ours: pd.DataFrame, read: CommuneMaps, year: int
) -> tuple[pd.DataFrame, pd.Series]:
    """IRIS that our list does not know: the only IRIS of the commune theirs has become, or a
    reason.
    """
    gone = codes.difference(found.index)
    if not len(gone):
        return found, pd.Series(dtype="str")
    theirs = pd.DataFrame({"code_iris": gone, "code_commune": gone.str[:5]}, index=gone)
    cog = own.edition.cog_year
    known = cog in read.maps
    commune = (
        map_iris_communes(theirs, read.passage(year, cog))["code_commune"]
        if known
        else theirs["code_commune"].where(theirs["code_commune"].isin(own.communes.index))
    )
    single = own.iris[~own.iris.duplicated("code_commune", keep=False)]
    by_commune = pd.Series(single.index, index=single["code_commune"])
    # A commune that was one IRIS ends with 0000; others were cut otherwise.
    target = commune.map(by_commune).where(pd.Series(gone.str.endswith("0000"), index=gone))
    carried = ours.reindex(target.dropna()).set_axis(target.dropna().index)
    found = pd.concat([found, carried.assign(alignement=MERGED)])
    reasons = pd.Series("commune absente de la carte de l'édition", index=gone)
    reasons = reasons.mask(commune.notna(), "commune découpée autrement en IRIS dans l'édition")
    return found, reasons
