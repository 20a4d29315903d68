"""What each defect of a published file does to who is called fragile: one change at a time.

The published scores are taken as they are, one thing is put right, everything else is kept, and
the fragile fifth is drawn again. Two fifths are drawn: within the file's own territory, and at the
bound of our edition for the whole of France, which does not move.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fragility.index.composite import SCORE_DECIMALS, class_bounds
from fragility.schemas import INDICATORS
from fragility.validation.alignment import Alignment
from fragility.validation.differences import shared_parts
from fragility.validation.own_classes import FRAGILE_SHARE_PCT, Own
from fragility.validation.published import Published
from fragility.validation.reproduce import AXES, combine_axes, indicators_2020

# A class that nobody is below, and that this share of the file has, is the top of a tie.
TIED_SHARE = 0.20
# Many places are wholly covered; the other rates are seldom equal in two of them.
CAN_TIE = ("non_thd", "non_4g")
FILE, FRANCE, REFERENCE = "fichier", "france", "territoire"
BASES = {
    FILE: "cinquième le plus fragile du fichier",
    FRANCE: "borne nationale de l'édition",
    REFERENCE: "cinquième le plus fragile de chaque territoire de référence",
}
DEFECTS = {
    "ordre_fichier": (
        "Pauvreté remplie par ordre de fichier",
        "la classe de pauvreté des lignes remplies devient la nôtre (mêmes ex æquo, même "
        "univers) ; les quatre autres restent publiées",
    ),
    "ex_aequo": (
        "Règle des ex æquo",
        "les lignes du plus bas de l'échelle d'un réseau, à égalité, prennent le milieu de "
        "leur intervalle (classe m : ⌈m/2⌉) au lieu du haut ; les autres égalités ne se voient pas "
        "dans le fichier",
    ),
    "univers": (
        "Univers classé",
        "à chaque sous-score s'ajoute ce que notre classe gagne quand les communes sont classées "
        "entre elles, sans les IRIS",
    ),
    "revenu_inverse": (
        "Revenu à l'envers",
        "l'axe des interfaces d'un IRIS dont le revenu est connu devient 200 - x",
    ),
    "revenu_zero": (
        "Revenu manquant compté 0",
        "l'axe des interfaces à 0 point est tenu pour manquant : les moyennes se font sur les "
        "autres indicateurs",
    ),
}  # fmt: skip
SUMMARY = ["defaut", "reference", "base", "lignes", "modifiees", "fragiles_avant",
           "fragiles_apres", "entrent", "sortent", "changent"]  # fmt: skip


@dataclass(frozen=True)
class Counterfactuals:
    """Scores and fragile status, as published and with one thing put right.

    Attributes
    ----------
    summary : one row per defect and base, columns `SUMMARY`.
    status : one row per published row with a score: `code`, `nom`, then for each defect its score
        and its status in each base.
    notes : why something was not computed, French sentences.
    """

    summary: pd.DataFrame
    status: pd.DataFrame
    notes: tuple[str, ...] = ()


def is_fragile(score: pd.Series, group: pd.Series | None = None) -> pd.Series:
    """Tell the fragile fifth, ties beyond it left out, of all rows or within each group.

    Examples
    --------
    >>> is_fragile(pd.Series([1.0, 2, 3, 4, 5])).tolist()
    [False, False, False, False, True]
    """
    if group is None:
        return reaches(score, class_bounds(score, FRAGILE_SHARE_PCT)[-1])
    bounds = {
        code: class_bounds(rows, FRAGILE_SHARE_PCT)[-1] for code, rows in score.groupby(group)
    }
    return reaches(score, group.map(bounds))


def reaches(score: pd.Series, bound: float | pd.Series) -> pd.Series:
    """Tell which scores are at the bound or above; a missing score is not."""
    return score.round(SCORE_DECIMALS).ge(bound)


def tied_floor(classes: pd.Series) -> float | None:
    """Lowest class of an indicator when it is the top of a tie, else None.

    Parameters
    ----------
    classes : published classes of one indicator; fractions are means of several units.

    Examples
    --------
    >>> tied_floor(pd.Series([5.0, 5, 5, 6, 7, 8, 9, 10])), tied_floor(pd.Series([1.0, 1, 2]))
    (5.0, None)
    """
    known = classes.dropna()
    if known.empty or (floor := float(known.min())) < 2 or floor != round(floor):
        return None
    return floor if known.eq(floor).mean() >= TIED_SHARE else None


def put_right_2023(
    published: Published, aligned: Alignment, filled: pd.Series
) -> tuple[dict[str, pd.DataFrame], tuple[str, ...]]:
    """Published sub-scores with one thing put right, by defect; and notes.

    Parameters
    ----------
    filled : rows whose poverty was filled by file order, see `differences.find_filled`.
    """
    parts = published.table[published.parts]
    ours = aligned.frame.reindex(parts.index)
    made, notes = {}, []
    if filled.any():
        replaced = filled & ours["pauvrete_haut"].notna()
        poverty = parts["pauvrete"].where(~replaced, ours["pauvrete_haut"])
        made["ordre_fichier"] = parts.assign(pauvrete=poverty)
    floors = {key: tied_floor(parts[key]) for key in CAN_TIE if key in parts}
    tied = {key: floor for key, floor in floors.items() if floor is not None}
    if tied:
        lower = {
            key: parts[key].where(parts[key] != floor, np.ceil(floor / 2))
            for key, floor in tied.items()
        }
        made["ex_aequo"] = parts.assign(**lower)
        said = ", ".join(f"{key} (classe {floor:g})" for key, floor in tied.items())
        notes.append(f"Égalités vues dans le fichier, en bas de l'échelle : {said}.")
    else:
        notes.append("Aucune égalité ne se voit en bas de l'échelle d'un réseau du fichier.")
    if published.level == "commune" and len(aligned.frame):
        shifted = {}
        for key in shared_parts(published):
            shift = (ours[f"{key}_seules_haut"] - ours[f"{key}_haut"]).fillna(0)
            shifted[key] = (parts[key] + shift).clip(1, 10)
        made["univers"] = parts.assign(**shifted)
    else:
        notes.append("L'univers classé ne se change que pour des communes de l'édition.")
    return made, tuple(notes)


def counterfactuals_2023(
    published: Published, aligned: Alignment, filled: pd.Series, own: Own
) -> Counterfactuals:
    """Status of each row of a file of 2023 with one defect put right at a time."""
    made, notes = put_right_2023(published, aligned, filled)
    complete = published.table[[*published.parts, "total"]].notna().all(axis=1)
    before = published.table.loc[complete, "total"]
    scores = {name: frame[complete].mean(axis=1) for name, frame in made.items()}
    changed = {
        name: frame[complete].ne(published.table.loc[complete, published.parts]).any(axis=1)
        for name, frame in made.items()
    }
    bounds: dict[str, float | None] = {FILE: None}
    alike = set(published.parts) == set(INDICATORS) and len(aligned.frame) > 0
    if alike and np.isfinite(own.fragile_from):
        bounds[FRANCE] = own.fragile_from
    else:
        notes = (*notes, "L'édition n'a pas ces territoires ou ces sous-scores : pas de borne "
                 "nationale.")  # fmt: skip
    status = _start(published, before)
    rows = []
    for base, bound in bounds.items():
        was = is_fragile(before) if bound is None else reaches(before, bound)
        status[f"est_fragile_publie_{base}"] = was
        for name, score in scores.items():
            now = is_fragile(score) if bound is None else reaches(score, bound)
            status[f"score_{name}"] = score
            status[f"est_fragile_{name}_{base}"] = now
            rows.append(_row(name, "", base, changed[name], was, now))
    return Counterfactuals(pd.DataFrame(rows, columns=SUMMARY), status.reset_index(), notes)


def put_right_2020(axes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Published axes of one reference with one thing put right, by defect.

    Parameters
    ----------
    axes : one column per axis, in points; an income that is missing has 0 on `interfaces`.
    """
    known = axes["interfaces"] != 0
    mirrored = axes["interfaces"].where(~known, 200 - axes["interfaces"])
    return {
        "revenu_inverse": axes.assign(interfaces=mirrored),
        "revenu_zero": axes.assign(interfaces=axes["interfaces"].where(known)),
    }


def counterfactuals_2020(
    published: Published, places: Mapping[str, pd.Series], slope: Mapping[str, float]
) -> Counterfactuals:
    """Status of each IRIS of a file of 2020 with one defect put right at a time.

    Parameters
    ----------
    places : reference -> its territory, by published code.
    slope : see `income_2020.income_slope`; income is mirrored only where the file has it rise.
    """
    counts = indicators_2020()
    rows, status = [], _start(published, None)
    notes = [
        "Les points de 2020 sont relatifs à un territoire : aucune borne nationale ne s'y lit."
    ]
    straight = [r for r in published.references if not slope.get(r, np.nan) > 0]
    if straight:
        notes.append(
            f"Le revenu n'est pas retourné ({', '.join(straight)}) : rien ne montre que l'axe y "
            "monte avec lui, ou l'édition n'a pas de revenus."
        )
    for reference in published.references:
        axes = published.table[[f"{axis}_{reference}" for axis in AXES]]
        axes = axes.set_axis(list(AXES), axis=1)
        before = published.table[f"score_{reference}"]
        place = places.get(reference)
        bases = {FILE: None} if place is None else {FILE: None, REFERENCE: place}
        for name, right in put_right_2020(axes).items():
            if name == "revenu_inverse" and reference in straight:
                continue
            after = combine_axes(right, counts)["score"]
            moved = right["interfaces"].ne(axes["interfaces"])
            status[f"score_{reference}"] = before
            status[f"score_{name}_{reference}"] = after
            for base, group in bases.items():
                was, now = is_fragile(before, group), is_fragile(after, group)
                if base == FILE:
                    status[f"est_fragile_publie_{reference}"] = was
                    status[f"est_fragile_{name}_{reference}"] = now
                rows.append(_row(name, reference, base, moved, was, now))
    frame = pd.DataFrame(rows, columns=SUMMARY)
    return Counterfactuals(frame, status.reset_index(), tuple(notes))


def _start(published: Published, total: pd.Series | None) -> pd.DataFrame:
    """Names, and the published total, of the rows that are kept."""
    names = published.table[["nom"]].rename_axis("code")
    return names if total is None else names.loc[total.index].assign(score_publie=total)


def _row(
    name: str, reference: str, base: str, changed: pd.Series, was: pd.Series, now: pd.Series
) -> tuple[object, ...]:
    enter, leave = int((now & ~was).sum()), int((was & ~now).sum())
    return (name, reference, base, len(was), int(changed.sum()), int(was.sum()), int(now.sum()),
            enter, leave, enter + leave)  # fmt: skip
