"""Whose territory goes with whose: the communes of one edition on the map of another.

Only what the published tables hold is used: each edition keeps the passage from the map of the one
that it follows. Two editions that follow the same one are joined through it.
"""

from __future__ import annotations

import pandas as pd

from fragility.errors import DataCheckError
from fragility.sources.catalogue import find_edition
from fragility.validation.evolution_sides import Side

UNTOUCHED, RENAMED, MERGED = "inchange", "changement_code", "fusion"
# A commune that is compared has one of these natures.
FOLLOWED = (UNTOUCHED, RENAMED, MERGED)
UNKNOWN = "inconnu"
_COLUMNS = ["code_avant", "code_apres", "part", "nature", "motif"]
_BACKWARDS = {"fusion": "scission", "scission": "fusion", "retablissement": "fusion"}


def find_passage(before: Side, after: Side) -> pd.DataFrame | None:
    """Find how the communes of one edition go to the map of the other.

    Returns
    -------
    The columns of `core_passage`, or None where both are on one map.

    Raises
    ------
    DataCheckError
        When neither edition holds a passage that leads from one map to the other.
    """
    start, end = before.edition.cog_year, after.edition.cog_year
    if start == end:
        return None
    ways: list[tuple[int, int, pd.DataFrame]] = []
    for side in (before, after):
        year = _previous_year(side)
        if side.passage is not None and year is not None and year != side.edition.cog_year:
            ways.append((year, side.edition.cog_year, side.passage))
            ways.append((side.edition.cog_year, year, reverse(side.passage)))
    for first, to, passage in ways:
        if (first, to) == (start, end):
            return passage[_COLUMNS]
    for first, middle, one in ways:
        for then, last, two in ways:
            if first == start and middle == then and last == end:
                return join(one, two)
    raise DataCheckError(
        f"La carte des communes de « {before.edition.name} » ({start}) ne peut être suivie "
        f"jusqu'à celle de « {after.edition.name} » ({end}).",
        expected="une édition qui suit l'autre, ou deux éditions qui suivent la même",
        found=f"{_follows(before)} ; {_follows(after)}",
        remedy="comparez deux éditions du même code géographique, ou calculez une édition qui "
        "suit l'autre (« fragility edition new --from »)",
    )


def _previous_year(side: Side) -> int | None:
    previous = side.edition.previous
    return find_edition(previous).cog_year if previous else None


def _follows(side: Side) -> str:
    name = side.edition.name
    if not side.edition.previous:
        return f"« {name} » ne suit aucune édition"
    return f"« {name} » suit « {side.edition.previous} »"


def reverse(passage: pd.DataFrame) -> pd.DataFrame:
    """Read a passage backwards; a commune that is divided is shared in equal parts.

    Examples
    --------
    >>> forward = pd.DataFrame({"code_avant": ["01001", "01002"], "code_apres": "01001",
    ...     "part": 1.0, "nature": "fusion", "motif": "fusion"})
    >>> reverse(forward)[["code_avant", "code_apres", "part", "nature"]].to_numpy().tolist()
    [['01001', '01001', 0.5, 'scission'], ['01001', '01002', 0.5, 'scission']]
    """
    ways = passage[passage["code_apres"].notna()]
    back = pd.DataFrame({
        "code_avant": ways["code_apres"], "code_apres": ways["code_avant"],
        "nature": ways["nature"].map(_BACKWARDS).astype("str").fillna(ways["nature"]),
        "motif": ways["motif"].where(ways["nature"] == UNTOUCHED, "à rebours : " + ways["motif"]),
    })  # fmt: skip
    back["part"] = 1 / back.groupby("code_avant")["code_apres"].transform("size")
    return back.sort_values(["code_avant", "code_apres"], ignore_index=True)[_COLUMNS]


def join(one: pd.DataFrame, two: pd.DataFrame) -> pd.DataFrame:
    """Go through one passage, then another.

    A territory that the first divides and the second puts together again is whole.
    """
    both = one.merge(two, left_on="code_apres", right_on="code_avant", suffixes=("", "_2"),
                     how="left")  # fmt: skip
    both["part"] *= both["part_2"].fillna(1.0)
    both["code_apres"] = both["code_apres_2"]
    told = both["motif"].where(both["nature"] != UNTOUCHED, "")
    then = both["motif_2"].where(both["nature_2"] != UNTOUCHED, "").fillna("")
    link = pd.Series("", index=both.index).where(told.eq("") | then.eq(""), " ; ")
    both["motif"] = (told + link + then).where(told.ne("") | then.ne(""), both["motif"])
    found = both.groupby(["code_avant", "code_apres"], dropna=False, as_index=False).agg(
        part=("part", "sum"), motif=("motif", "first")
    )
    there = found["code_apres"].notna()
    divided = found["code_avant"].duplicated(keep=False) & (found["part"] < 1 - 1e-9)
    several = found["code_apres"].duplicated(keep=False) & there
    moved = found["code_avant"] != found["code_apres"]
    nature = pd.Series(UNTOUCHED, index=found.index).mask(moved, RENAMED).mask(several, MERGED)
    found["nature"] = nature.mask(divided, "retablissement").where(there, "sans_successeur")
    return found[_COLUMNS]


def follow(
    codes_before: pd.Index, codes_after: pd.Index, passage: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Say what each commune of either map has on the other.

    Parameters
    ----------
    passage : see `find_passage`; None for one map. A code that it does not name stays itself.

    Returns
    -------
    towns : one row per commune of the later map (index): `nature`, one of `FOLLOWED` where all the
        territory comes from whole communes, else why not; `motif`; `communes_avant`, their codes.
    ways : `code_avant`, `code_apres`, one row per whole commune of the earlier map that goes to one
        of `towns`; communes of the earlier map that are not there went nowhere whole.
    """
    if passage is None:
        passage = pd.DataFrame(columns=_COLUMNS).astype({"part": float})
    rest = codes_before.difference(pd.Index(passage["code_avant"]))
    same = rest.intersection(codes_after)
    still = pd.DataFrame({"code_avant": same, "code_apres": same, "part": 1.0,
                          "nature": UNTOUCHED, "motif": "inchangée"})  # fmt: skip
    known = passage[pd.Index(codes_before).get_indexer(pd.Index(passage["code_avant"])) >= 0]
    ways = pd.concat([known[_COLUMNS], still], ignore_index=True).sort_values("code_avant")
    ways = ways[ways["code_apres"].notna()]
    ways = ways[codes_after.get_indexer(pd.Index(ways["code_apres"])) >= 0]
    divided = ways["part"] < 1 - 1e-9
    by = ways.groupby("code_apres")
    count = by.size().reindex(codes_after).fillna(0).astype(int)
    whole = ~divided.groupby(ways["code_apres"]).any().reindex(codes_after).eq(True)
    first = by.first().reindex(codes_after)
    alone_same = pd.Series(first["code_avant"].to_numpy() == codes_after.to_numpy(), codes_after)
    nature = pd.Series(RENAMED, index=codes_after, dtype="str")
    nature = nature.mask(alone_same, UNTOUCHED).mask(count > 1, MERGED)
    nature = nature.where(whole, "retablissement").where(count > 0, UNKNOWN)
    # Where a merger and a division meet, the sentence is that of the division.
    order = ways.assign(divisee=divided).sort_values("divisee", ascending=False, kind="stable")
    told = order.groupby("code_apres")["motif"].first().reindex(codes_after)
    several = ways["code_apres"].duplicated(keep=False)
    joined = ways[several].groupby("code_apres")["code_avant"].agg(", ".join)
    listed = pd.concat([ways[~several].set_index("code_apres")["code_avant"], joined])
    listed = listed.reindex(codes_after)
    towns = pd.DataFrame({
        "nature": nature,
        "motif": told.fillna("absente de la carte d'avant").astype("str"),
        "communes_avant": listed.fillna("").astype("str"),
    })  # fmt: skip
    kept = towns["nature"].reindex(pd.Index(ways["code_apres"])).isin(FOLLOWED).to_numpy()
    return towns, ways.loc[kept, ["code_avant", "code_apres"]].reset_index(drop=True)
