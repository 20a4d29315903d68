"""Names and shares common to INSEE's census tables, by IRIS and by commune.

A column such as `P18_POP6579` is an exploitation (P main, C complementary), a census and a stem.
Readers keep the stem in lower case; what the stems of each vintage mean is written here once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from fragility.errors import BadFileError
from fragility.sources.readers.common import check_range, to_number
from fragility.sources.readers.intake import Intake

# The columns by which a theme is recognised, whatever the name of its file.
THEME_MARKS = {
    "diplomes-formation": ("nscol15p", "nscol15p_diplmin"),
    "couples-familles-menages": ("men", "menpseul"),
    "activite-residents": ("act1564", "chom1564"),
    "logement": ("log", "logvac"),
    "evol-struct-pop": ("pop",),
}
# Share -> (denominator, numerators by order of preference). Source of the renames: INSEE, notes of
# each release. Up to 2016 DIPLMIN includes the brevet (BEPC), which is apart since 2017.
SHARES: dict[str, tuple[str, tuple[tuple[str, ...], ...]]] = {
    "plus_65_pct": ("pop", (("pop65p",), ("pop6579", "pop80p"))),
    "peu_diplomes_pct": (
        "nscol15p",
        (
            ("nscol15p_diplmin", "nscol15p_bepc", "nscol15p_capbep"),
            ("nscol15p_dipl0", "nscol15p_cep", "nscol15p_bepc", "nscol15p_capbep"),
            ("nscol15p_diplmin", "nscol15p_capbep"),
        ),
    ),
    "personnes_seules_pct": ("men", (("menpseul",),)),
    "familles_mono_pct": ("men", (("menfammono",),)),
    "chomage_pct": ("act1564", (("chom1564",),)),
    "proprietaires_pct": ("rp", (("rp_prop",),)),
    "vacance_pct": ("log", (("logvac",),)),
}
# Shares that only profiles of the user's choice read -> (whole, parts, less) by order of
# preference: parts minus less, over the whole. They set no row aside, since a whole of the
# complementary exploitation may be smaller than a part of the main one.
_AGES_15P_IRIS = ("pop1529", "pop3044", "pop4559", "pop6074", "pop75p")
_AGES_15P_COMMUNE = ("pop1529", "pop3044", "pop4559", "pop6074", "pop7589", "pop90p")
_SCHOOL_15P = ("pop1517", "pop1824", "pop2529", "pop30p")
_Part = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
CONTEXT_SHARES: dict[str, tuple[_Part, ...]] = {
    "plus_65_15p_pct": (
        (_AGES_15P_IRIS, ("pop65p",), ()),
        (_AGES_15P_IRIS, ("pop6579", "pop80p"), ()),
        (_AGES_15P_COMMUNE, ("pop65p",), ()),
        (_AGES_15P_COMMUNE, ("pop6579", "pop80p"), ()),
    ),
    "plus_75_15p_pct": (
        (_AGES_15P_IRIS, ("pop75p",), ()),
        (_AGES_15P_COMMUNE, ("pop7589", "pop90p"), ()),
    ),
    "jeunes_pct": ((_SCHOOL_15P, ("pop1517", "pop1824"), ()),),
    "etrangers_pct": ((("pop",), ("pop_etr",), ()),),
    "ouvriers_pct": (
        (("pop15p",), ("pop15p_cs6",), ()),
        (("pop15p",), ("pop15p_stat_gsec16_26",), ()),
    ),
    "sans_voiture_pct": ((("rp",), ("rp",), ("rp_voit1p",)),),
}


def census_counts(frame: pd.DataFrame, census: str, intake: Intake) -> pd.DataFrame:
    """Keep the numbers of one census and give them their bare names.

    Parameters
    ----------
    frame : text columns in the producer's names, among which `P18_POP`, `C18_MEN` ...
    census : two digits of the census year; other censuses of the same file are left out.
    intake : the file; rows with letters or a negative number are set aside.

    Returns
    -------
    Numbers on the same rows: `P18_POP` -> `pop`. Where both exploitations give one stem, the
    complementary one is `c_<stem>`.

    Raises
    ------
    BadFileError
        When the file has no column of that census.
    """
    wanted = re.compile(rf"^([PC]){re.escape(census)}_(\w+)$")
    found = [(c, m[1], m[2].lower()) for c in frame.columns if (m := wanted.match(str(c)))]
    if not found:
        raise BadFileError(
            f"Le fichier n'a aucune colonne du recensement 20{census}.",
            path=intake.path,
            expected=f"P{census}_…",
            found=", ".join(map(str, frame.columns[:12])),
            remedy="vérifiez que c'est le bon millésime",
        )
    main = {stem for _, kind, stem in found if kind == "P"}
    names = {c: f"c_{stem}" if kind == "C" and stem in main else stem for c, kind, stem in found}
    counts = pd.DataFrame({c: to_number(frame[c], intake) for c in names})
    check_range(counts, list(names), intake)
    _check_parts(counts, {new: old for old, new in names.items()}, intake)
    return counts.rename(columns=names)


def _check_parts(counts: pd.DataFrame, published: Mapping[str, str], intake: Intake) -> None:
    """Set aside rows where a part is more than its whole, rounding of weighted counts apart."""
    for total, numerators in SHARES.values():
        for parts in numerators:
            if total not in published or not set(parts) <= set(published):
                continue
            whole = counts[published[total]]
            part = counts[[published[p] for p in parts]].sum(axis=1, skipna=False)
            intake.set_aside(
                part[part > whole * 1.001 + 0.5].rename(published[parts[0]]),
                "valeur impossible, une partie dépasse le tout",
                expected=f"au plus {published[total]}",
            )


def theme_of(columns: Iterable[str]) -> str | None:
    """Name the theme of a census table by its columns, None if it has none we know."""
    present = set(columns)
    return next((t for t, marks in THEME_MARKS.items() if present.issuperset(marks)), None)


def _find(tables: Sequence[pd.DataFrame], names: tuple[str, ...]) -> pd.DataFrame | None:
    """Columns from the one table that has them all, else gathered from several."""
    for table in tables:
        if set(names) <= set(table.columns):
            return table[list(names)]
    owners = [next((t[n] for t in tables if n in t.columns), None) for n in names]
    if any(owner is None for owner in owners):
        return None
    return pd.concat([o for o in owners if o is not None], axis=1)


def census_shares(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Compute every share that the tables allow.

    Parameters
    ----------
    tables : counts by territory (index), one frame per theme; see `census_counts`.

    Returns
    -------
    Percentages (0-100) on the union of the indexes, one column per share of `SHARES` and
    `CONTEXT_SHARES` that could be computed; missing where nobody is counted.

    Examples
    --------
    >>> old = pd.DataFrame({"pop": [200.0], "pop6579": [30.0], "pop80p": [10.0]}, index=["a"])
    >>> float(census_shares([old]).loc["a", "plus_65_pct"])
    20.0
    """
    shares = {}
    for share, (total, numerators) in SHARES.items():
        for parts in numerators:
            columns = _find(tables, (total, *parts))
            if columns is not None:
                base = columns[total].where(columns[total] > 0)
                value = 100 * columns[list(parts)].sum(axis=1, skipna=False) / base
                shares[share] = value.clip(0, 100)
                break
    for share, ways in CONTEXT_SHARES.items():
        for whole, own, less in ways:
            columns = _find(tables, tuple(dict.fromkeys((*whole, *own, *less))))
            if columns is not None:
                base = columns[list(whole)].sum(axis=1, skipna=False)
                part = columns[list(own)].sum(axis=1, skipna=False)
                part = part - columns[list(less)].sum(axis=1, skipna=False)
                shares[share] = (100 * part / base.where(base > 0)).clip(0, 100)
                break
    return pd.DataFrame(shares)
