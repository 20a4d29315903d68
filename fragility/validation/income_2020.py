"""The file of 2020 beside incomes and census: which way its income axis runs, and what is 0 in it.

The published INTERFACES axis is 100 x/t for a median income x and that of the territory t: it
rises with income, in an index where points mean fragility. A missing income has 0 point, the most
favourable figure there is. All IRIS of a divided commune bear the income of the commune.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from fragility.validation.alignment import MERGED, Alignment
from fragility.validation.counterfactuals import put_right_2020
from fragility.validation.own_classes import Own, read_columns
from fragility.validation.published import Published
from fragility.validation.reproduce import AXES, combine_axes, indicators_2020

# What the edition knows of the indicators below each axis; the file does not name its own.
SHARES = {
    "information": ("personnes_seules_pct", "familles_mono_pct"),
    "administratives": ("jeunes_pct",),
    "numeriques": ("plus_65_15p_pct", "plus_65_pct", "peu_diplomes_pct"),
}
MIN_ROWS = 10


@dataclass(frozen=True)
class Incomes:
    """Our figures on the published IRIS.

    Attributes
    ----------
    frame : by published code: `revenu` (median income, euros a year), `revenu_commune`, the shares
        of `SHARES` that the edition has, `est_part_communale`, `population`,
        `est_petit_effectif`.
    places : reference -> code of its territory, by published code.
    names : reference -> name of each territory.
    year : year of the incomes, as text.
    """

    frame: pd.DataFrame
    places: dict[str, pd.Series]
    names: dict[str, pd.Series]
    year: str


def bring_incomes(published: Published, aligned: Alignment, own: Own) -> Incomes:
    """Read incomes and shares of IRIS (or communes), and the territories that are 100 in the file.

    At other levels there is nothing to bring.
    """
    level = published.level
    if level not in ("iris", "commune"):
        return Incomes(pd.DataFrame(index=published.table.index), {}, {}, "")
    income = read_columns(own.table("core_revenus"), ["niveau", "code", "niveau_vie_median"],
                          ["niveau_vie_annee"])  # fmt: skip
    by_level = {str(name): rows.set_index("code") for name, rows in income.groupby("niveau")}
    codes = aligned.frame.index[aligned.frame["alignement"] != MERGED]
    frame = pd.DataFrame({"revenu": by_level[level]["niveau_vie_median"].reindex(codes)})
    frame["revenu_commune"] = _commune_income(codes, by_level, own)
    frame = frame.join(_census_shares(codes, level, own))
    frame = frame.join(aligned.frame[["population", "est_petit_effectif"]])
    years = pd.Series(by_level[level].get("niveau_vie_annee")).reindex(codes).dropna()
    ours = (own.iris if level == "iris" else own.communes).reindex(published.table.index)
    places, names = {}, {}
    for reference in published.references:
        column = f"code_{reference}"
        given = published.table.get(column, ours.get(column))
        if given is None or given.isna().all():
            continue
        places[reference] = given
        known = own.communes.drop_duplicates(column).set_index(column)
        names[reference] = known[f"nom_{reference}"]
    return Incomes(frame.reindex(published.table.index), places, names,
                   ", ".join(str(int(year)) for year in sorted(years.unique())))  # fmt: skip


def _commune_income(codes: pd.Index, by_level: Mapping[str, pd.DataFrame], own: Own) -> pd.Series:
    """Median income of the commune of each IRIS; of an arrondissement, the mean of its IRIS."""
    prefix = pd.Series(codes.str[:5], index=codes)
    median = by_level["iris"]["niveau_vie_median"].reindex(own.iris.index)
    weight = own.iris["population"].where(median.notna())
    whole = own.iris.index.str[:5]
    mean = (median * weight).groupby(whole).sum() / weight.groupby(whole).sum().replace(0, np.nan)
    return prefix.map(by_level["commune"]["niveau_vie_median"]).fillna(prefix.map(mean))


def _census_shares(codes: pd.Index, level: str, own: Own) -> pd.DataFrame:
    """Shares of `SHARES`; an IRIS without its own has its commune's, and `est_part_communale`."""
    wanted = [name for names in SHARES.values() for name in names]
    census = read_columns(own.table("core_recensement"), ["niveau", "code"], wanted)
    here = census[census["niveau"] == level].set_index("code").reindex(codes)
    communes = census[census["niveau"] == "commune"].set_index("code")
    columns = [name for name in wanted if name in census]
    if level == "commune":
        return here[columns].assign(est_part_communale=False)
    place = own.iris["code_commune"].reindex(codes)
    shares = {c: here[c].fillna(place.map(communes[c])) for c in columns}
    divided = place.map(own.communes["nb_iris"]).gt(1)
    return pd.DataFrame(shares, index=codes).assign(
        est_part_communale=divided & here[columns].isna().any(axis=1)
    )


def correlate(left: pd.Series, right: pd.Series) -> tuple[int, float]:
    """Rows that both have, and Spearman's correlation of them."""
    both = pd.concat([left.rename("l"), right.rename("r")], axis=1).dropna()
    if len(both) < MIN_ROWS or both["l"].nunique() < 2 or both["r"].nunique() < 2:
        return len(both), np.nan
    return len(both), float(spearmanr(both["l"], both["r"]).statistic)


def income_by_place(published: Published, incomes: Incomes, reference: str) -> pd.DataFrame:
    """Correlation of the published income axis with median income in each territory.

    Returns
    -------
    `territoire`, `nom`, `iris` and `correlation` (all IRIS with an income here and in the file),
    `communes` and `correlation_communes` (one row per commune or arrondissement, with its own
    income); territories of ten communes or more, the largest first. Mirrored, every correlation
    changes its sign.
    """
    axis = published.table[f"interfaces_{reference}"].replace(0.0, np.nan)
    rows = []
    for code, members in axis.groupby(incomes.places[reference]):
        ours = incomes.frame.reindex(members.index)
        once = ~members.index.str[:5].duplicated()
        count, rho = correlate(members, ours["revenu"])
        communes, whole = correlate(members[once], ours["revenu_commune"][once])
        if communes >= MIN_ROWS:
            name = str(incomes.names[reference].get(code, code))
            rows.append((str(code), name, count, rho, communes, whole))
    columns = ["territoire", "nom", "iris", "correlation", "communes", "correlation_communes"]
    return pd.DataFrame(rows, columns=columns).sort_values(
        ["iris", "territoire"], ascending=[False, True], ignore_index=True
    )


def income_slope(published: Published, incomes: Incomes) -> dict[str, float]:
    """Correlation of the income axis with income in the median territory of each reference.

    Above 0, the axis rises with income: it runs the wrong way. Missing where the edition has no
    income to tell.
    """
    found = {}
    for reference in incomes.places:
        rows = income_by_place(published, incomes, reference)
        found[reference] = float(rows["correlation_communes"].median()) if len(rows) else np.nan
    return found


def flat_communes(published: Published) -> pd.DataFrame:
    """Communes of several IRIS whose IRIS all have the same income axis.

    Returns
    -------
    `reference`, `communes` (of several IRIS in the file), `plates`.
    """
    rows = []
    for reference in published.references:
        axis = published.table[f"interfaces_{reference}"].replace(0.0, np.nan).dropna()
        values = axis.groupby(axis.index.str[:5]).agg(["size", "nunique"])
        several = values[values["size"] > 1]
        rows.append((reference, len(several), int(several["nunique"].eq(1).sum())))
    return pd.DataFrame(rows, columns=["reference", "communes", "plates"])


def count_zeros(published: Published) -> pd.DataFrame:
    """IRIS at 0 point, by axis and reference: an income of 0 cannot be, it is a missing one."""
    rows = {
        axis: [int(published.table[f"{axis}_{r}"].eq(0).sum()) for r in published.references]
        for axis in AXES
    }
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=list(published.references))
    return frame.rename_axis("axe").reset_index()


def quintile_moves(published: Published, places: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Share of IRIS whose fifth within their territory changes once income is mirrored.

    Returns
    -------
    `reference`, `iris`, `changent_pct`.
    """
    counts, rows = indicators_2020(), []
    for reference, place in places.items():
        axes = published.table[[f"{axis}_{reference}" for axis in AXES]]
        axes = axes.set_axis(list(AXES), axis=1)
        before = published.table[f"score_{reference}"]
        after = combine_axes(put_right_2020(axes)["revenu_inverse"], counts)["score"]
        fifths = [np.ceil(5 * s.groupby(place).rank(method="average", pct=True).round(9))
                  for s in (before, after)]  # fmt: skip
        known = fifths[0].notna() & fifths[1].notna()
        rows.append(
            (reference, int(known.sum()), 100 * float((fifths[0] != fifths[1])[known].mean()))
        )
    return pd.DataFrame(rows, columns=["reference", "iris", "changent_pct"])
