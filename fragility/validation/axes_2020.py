"""The axes of the file of 2020 beside ours, and why they differ."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fragility.validation.income_2020 import SHARES, Incomes, correlate
from fragility.validation.published import Published
from fragility.validation.published_forms import AXES

# Below this share of its inhabitants, the mean of a territory is not known.
MIN_KNOWN = 0.8
FAR_POINTS = 20.0
CAUSES_2020 = {
    "revenu_zero": "revenu manquant compté 0 point",
    "revenu_inverse": "revenu à l'envers : à vingt points près une fois retourné (200 - x)",
    "revenu_communal": "revenu de la commune donné à tous ses IRIS : à vingt points près avec le "
    "revenu communal, une fois retourné",
    "part_communale": "notre part est celle de la commune : l'édition n'en a pas pour l'IRIS",
    "petit_effectif": "moins de 200 habitants",
    "inexplique": "aucune des règles ci-dessus",
}


def our_axes(incomes: Incomes, reference: str, income: str = "revenu") -> pd.DataFrame:
    """Our points of each axis in base 100 of the reference, as the method says they should be.

    Returns
    -------
    One column per axis of which the edition knows an indicator: mean of 100 x/t, with income
    mirrored (200 - 100 x/t); t is the population-weighted mean of the territory's IRIS, missing
    where too few of its inhabitants are known.
    """
    frame, place = incomes.frame, incomes.places[reference]
    weight = frame["population"].astype(float).fillna(0)

    def base_100(shares: pd.Series) -> pd.Series:
        values = shares.astype(float)
        known = weight.where(values.notna(), 0)
        total = (values.fillna(0) * known).groupby(place).transform("sum")
        people = known.groupby(place).transform("sum")
        mean = total / people.where(people >= MIN_KNOWN * weight.groupby(place).transform("sum"))
        return 100 * values / mean.replace(0, np.nan)

    found = {"interfaces": 200 - base_100(frame[income])}
    for axis, columns in SHARES.items():
        there = [c for c in columns if c in frame]
        if axis == "numeriques" and {"plus_65_15p_pct", "plus_65_pct"} <= set(there):
            there.remove("plus_65_pct")
        if there:
            found[axis] = pd.concat([base_100(frame[c]) for c in there], axis=1).mean(
                axis=1, skipna=False
            )
    return pd.DataFrame({axis: found[axis] for axis in AXES if axis in found})


def compare_axes(published: Published, incomes: Incomes) -> pd.DataFrame:
    """Each published axis, and the income axis mirrored, beside ours.

    Returns
    -------
    `reference`, `axe`, `iris`, `correlation`, `ecart_moyen` (ours - published, in points),
    `a_vingt_points_pct`.
    """
    rows = []
    for reference in incomes.places:
        ours = our_axes(incomes, reference)
        for axis in ours.columns:
            theirs = published.table[f"{axis}_{reference}"]
            views = {axis: theirs}
            if axis == "interfaces":
                known = theirs.replace(0.0, np.nan)
                views = {axis: known, "interfaces, retourné (200 - x)": 200 - known}
            for words, values in views.items():
                gap = (ours[axis] - values).dropna()
                rows.append((reference, words, *correlate(values, ours[axis]), gap.mean(),
                             100 * gap.abs().le(FAR_POINTS).mean()))  # fmt: skip
    columns = ["reference", "axe", "iris", "correlation", "ecart_moyen", "a_vingt_points_pct"]
    return pd.DataFrame(rows, columns=columns)


def differences_2020(published: Published, incomes: Incomes) -> pd.DataFrame:
    """Every axis that is more than twenty points from ours, and why.

    Returns
    -------
    `reference`, `axe`, `code`, `nom`, `population`, `publie`, `ici`, `ecart`, `revenu`, `cause`,
    the widest gap first; `cause` is the first of `CAUSES_2020` that holds.
    """
    frames = []
    for reference in incomes.places:
        ours = our_axes(incomes, reference)
        whole = our_axes(incomes, reference, "revenu_commune")["interfaces"]
        for axis in ours.columns:
            theirs = published.table[f"{axis}_{reference}"]
            gap = ours[axis] - theirs
            far = gap.abs() > FAR_POINTS
            income = axis == "interfaces"
            mirrored = (ours[axis] - (200 - theirs)).abs() <= FAR_POINTS
            communal = (whole - (200 - theirs)).abs() <= FAR_POINTS
            small = incomes.frame["est_petit_effectif"].eq(True)
            inherited = incomes.frame["est_part_communale"].eq(True) & (not income)
            holds = [theirs.eq(0) & income, mirrored & income, communal & income, inherited, small]
            cause = np.select(holds, list(CAUSES_2020)[: len(holds)], "inexplique")
            frames.append(pd.DataFrame({
                "reference": reference, "axe": axis, "code": theirs.index,
                "nom": published.table["nom"].to_numpy(),
                "population": incomes.frame["population"].to_numpy(),
                "publie": theirs.to_numpy(), "ici": ours[axis].to_numpy(), "ecart": gap.to_numpy(),
                "revenu": incomes.frame["revenu"].to_numpy(), "cause": cause,
            })[far.to_numpy()])  # fmt: skip
    if not frames:
        return pd.DataFrame()
    found = pd.concat(frames, ignore_index=True)
    return found.assign(order=found["ecart"].abs()).sort_values(
        ["reference", "axe", "order", "code"], ascending=[True, True, False, True],
        ignore_index=True,
    ).drop(columns="order")  # fmt: skip


def count_causes_2020(differences: pd.DataFrame) -> pd.DataFrame:
    """Rows by reference, axis and cause: `reference`, `axe`, `cause`, `premiere`."""
    if differences.empty:
        return pd.DataFrame(columns=["reference", "axe", "cause", "premiere"])
    order = pd.Categorical(differences["cause"], categories=list(CAUSES_2020), ordered=True)
    counts = differences.assign(cause=order).groupby(
        ["reference", "axe", "cause"], observed=True
    ).size()  # fmt: skip
    return counts.rename("premiere").reset_index().astype({"cause": "str"})
