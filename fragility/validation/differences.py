"""Where our classes differ from those published in 2023, and why, by rules.

A difference is large beyond one class. A cause is settled when a computation shows it (the class
agrees once one thing is changed) and no other holds; the others are only compatible (another year,
a modelled value, or several causes at once): nothing public says which year the file is of. What no
rule explains stays unexplained.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fragility.schemas import INDICATORS
from fragility.validation.agreement import agreement
from fragility.validation.alignment import MERGED, Alignment
from fragility.validation.causes import (
    ABSENT,
    CAUSES,
    LARGE,
    LATEST_YEARS,
    MEASURES,
    POINTS_A_YEAR,
    UNEXPLAINED,
    is_redefined,
    needed_change,
)
from fragility.validation.file_order import is_filled, is_repeated, runs_of
from fragility.validation.own_classes import Own
from fragility.validation.published import Published

_WORDS = ["indicateur", "code", "nom", "population", "publie", "ici", "ecart", "ici_ex_aequo_haut",
          "ici_communes_seules", "valeur_pct", "ecart_necessaire_pct", "origine", "annee",
          "alignement", "cause", "causes_possibles"]  # fmt: skip


def shared_parts(published: Published) -> list[str]:
    """Sub-scores of the file that an edition has too."""
    return [key for key in published.parts if key in INDICATORS]


def agreement_by_part(published: Published, aligned: Alignment) -> pd.DataFrame:
    """Agreement of each sub-score, under both tie rules, then of the total.

    Returns
    -------
    `indicateur`, `ex_aequo`, and the measures of `agreement.agreement`.
    """
    ours, rows = aligned.frame, []
    for key in shared_parts(published):
        theirs = published.table[key].reindex(ours.index)
        for kind, words in (("milieu", "au milieu"), ("haut", "en haut")):
            measured = agreement(ours[f"{key}_{kind}"], ours[f"{key}_pct"], theirs)
            rows.append({"indicateur": key, "ex_aequo": words, **measured})
    if set(published.parts) == set(INDICATORS):
        theirs = published.table["total"].reindex(ours.index)
        rows.append({"indicateur": "total", "ex_aequo": "au milieu",
                     **agreement(ours["score"], ours["score"], theirs)})  # fmt: skip
    return pd.DataFrame(rows)


def agreement_of_poverty(
    published: Published, aligned: Alignment, groups: Mapping[str, pd.Index]
) -> pd.DataFrame:
    """Agreement of poverty, with the published tie rule, on several groups of codes."""
    rows = []
    for words, codes in groups.items():
        ours, theirs = aligned.frame.reindex(codes), published.table["pauvrete"].reindex(codes)
        rows.append({"groupe": words,
                     **agreement(ours["pauvrete_haut"], ours["pauvrete_pct"], theirs)})  # fmt: skip
    return pd.DataFrame(rows)


def find_filled(
    published: Published, aligned: Alignment, own: Own
) -> tuple[pd.DataFrame, pd.Series]:
    """Find the runs of published poverty and the classes filled by file order.

    Returns
    -------
    See `file_order.runs_of` (empty at other levels than communes and IRIS), and true by published
    code where the class was filled: nowhere, when the file as a whole shows no fill.
    """
    none = pd.Series(False, index=published.table.index)
    if "pauvrete" not in published.table or published.level not in ("commune", "iris"):
        return pd.DataFrame(), none
    # The file may be of a few régions: two codes follow each other in the list of all of them.
    codes = own.communes.index if published.level == "commune" else own.iris.index
    runs = runs_of(published.table["pauvrete"], codes)
    origin = aligned.frame["pauvrete_origine"]
    if not is_repeated(runs, origin):
        return runs, none
    filled = is_filled(runs, origin)
    return runs, filled.reindex(published.table.index, fill_value=False)


def list_differences(
    published: Published, aligned: Alignment, filled: pd.Series, own: Own
) -> pd.DataFrame:
    """Every class that differs by more than one, and every one that we lack, with its cause.

    Parameters
    ----------
    filled : see `find_filled`.
    own : the edition.

    Returns
    -------
    One row per code and sub-score, the widest gap first: `cause` is the first of `CAUSES` that
    holds, `causes_possibles` all of them.
    """
    frames = [
        _differences_of(key, published, aligned, filled, own) for key in shared_parts(published)
    ]
    if not frames:
        return pd.DataFrame(columns=_WORDS)
    found = pd.concat(frames, ignore_index=True)
    order = found["ecart"].abs().fillna(-1)
    rank = found["indicateur"].map({key: n for n, key in enumerate(published.parts)})
    return found.assign(rank=rank, order=order).sort_values(
        ["rank", "order", "code"], ascending=[True, False, True], ignore_index=True
    )[_WORDS]


def _differences_of(
    key: str, published: Published, aligned: Alignment, filled: pd.Series, own: Own
) -> pd.DataFrame:
    theirs = published.table[key].dropna()
    ours = aligned.frame.reindex(theirs.index)
    gap = ours[f"{key}_milieu"] - theirs
    chosen = gap.abs().gt(LARGE + 1e-9) | gap.isna()
    theirs, ours, gap = theirs[chosen], ours[chosen], gap[chosen]
    year = pd.to_numeric(ours[f"{key}_annee"], errors="coerce")
    years = (LATEST_YEARS[key] - year).abs()
    change = needed_change(ours[f"{key}_pct"], theirs, own.limits_of(key))
    holds = pd.DataFrame({
        ABSENT: gap.isna(),
        "definition": pd.Series(is_redefined(key, own.sources), index=theirs.index),
        "fusion": ours["alignement"].eq(MERGED),
        "artefact": filled.reindex(theirs.index, fill_value=False) & (key == "pauvrete"),
        "ex_aequo": (ours[f"{key}_haut"] - theirs).abs().le(LARGE + 1e-9),
        "univers": (ours[f"{key}_seules"] - theirs).abs().le(LARGE + 1e-9),
        "petit_effectif": ours["est_petit_effectif"].eq(True) & (key not in MEASURES),
        "imputation": ours[f"{key}_origine"].eq("impute") & change.le(own.model_error),
        "millesime": years.gt(0) & change.le(years * POINTS_A_YEAR[key]),
    }).astype(bool)  # fmt: skip
    holds.loc[holds[ABSENT], holds.columns != ABSENT] = False
    holds[UNEXPLAINED] = ~holds.any(axis=1)
    values, names = holds.to_numpy(), np.array(holds.columns, dtype=object)
    first = names[values.argmax(axis=1)] if len(values) else names[:0]
    lost = aligned.lost.set_index("code")["motif"]
    return pd.DataFrame({
        "indicateur": key, "code": theirs.index,
        "nom": published.table["nom"].reindex(theirs.index).to_numpy(),
        "population": ours["population"].to_numpy(), "publie": theirs.to_numpy(),
        "ici": ours[f"{key}_milieu"].to_numpy(), "ecart": gap.to_numpy(),
        "ici_ex_aequo_haut": ours[f"{key}_haut"].to_numpy(),
        "ici_communes_seules": ours[f"{key}_seules"].to_numpy(),
        "valeur_pct": ours[f"{key}_pct"].to_numpy(),
        "ecart_necessaire_pct": change.to_numpy(),
        "origine": ours[f"{key}_origine"].to_numpy(), "annee": year.to_numpy(),
        "alignement": ours["alignement"].fillna(
            lost.reindex(theirs.index)).to_numpy(),
        "cause": first, "causes_possibles": [", ".join(names[line]) for line in values],
    })  # fmt: skip


def count_causes(differences: pd.DataFrame) -> pd.DataFrame:
    """Table cause -> rows, by sub-score.

    Returns
    -------
    `indicateur`, `cause`, `premiere` (rows of which it is the first cause), `possible` (rows in
    which it holds), `seule` (rows that nothing else explains).
    """
    rows = []
    for key, group in differences.groupby("indicateur", sort=False):
        every = group["causes_possibles"].str.split(", ")
        exploded = every.explode()
        for cause in CAUSES:
            first = int(group["cause"].eq(cause.id).sum())
            possible = int(exploded.eq(cause.id).sum())
            if first or possible or cause.id == UNEXPLAINED:
                only = int(group["causes_possibles"].eq(cause.id).sum())
                rows.append((key, cause.id, first, possible, only))
    return pd.DataFrame(rows, columns=["indicateur", "cause", "premiere", "possible", "seule"])


def count_settled(
    published: Published, aligned: Alignment, differences: pd.DataFrame
) -> pd.DataFrame:
    """How much of the differences is settled, compatible or unexplained, by sub-score.

    Returns
    -------
    `indicateur`, `compares` (rows that the file and the edition both have), `absents` (rows that
    the edition lacks), `differents`, `etablie` (rows that one computation explains, and nothing
    else), `compatible`, `inexplique`.
    """
    settled = [c.id for c in CAUSES if c.settled and c.id not in (ABSENT, UNEXPLAINED)]
    rows = []
    for key in shared_parts(published):
        theirs = published.table[key].dropna()
        both = int(aligned.frame[f"{key}_milieu"].reindex(theirs.index).notna().sum())
        cause = differences.loc[differences["indicateur"] == key, "causes_possibles"]
        cause = cause[cause != ABSENT]
        # A list of several is no name in `settled`.
        proven, none = int(cause.isin(settled).sum()), int(cause.eq(UNEXPLAINED).sum())
        rows.append((key, both, len(theirs) - both, len(cause), proven,
                     len(cause) - proven - none, none))  # fmt: skip
    columns = ["indicateur", "compares", "absents", "differents", "etablie", "compatible",
               "inexplique"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
