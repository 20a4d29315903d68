"""The rows of a comparison of editions: every commune of either map, once."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fragility.index.composite import aggregate
from fragility.schemas import INDICATORS
from fragility.validation.evolution_codes import FOLLOWED, MERGED
from fragility.validation.evolution_sides import SAME, Side

COMPARED, NO_BEFORE, NO_SCORE, GONE = STATUSES = ("comparee", "sans_avant", "sans_score", "sortie")
UP, DOWN, STILL = "hausse", "baisse", "stable"
STILL_UNDER = 1e-9
# A recomputed figure of the same files moves by less than the last digit shown.
VISIBLE = 0.05


def list_names(known: pd.DataFrame) -> pd.Series:
    """Names of the columns that are true, row by row."""
    words = np.array([f"{name}, " for name in known.columns], dtype=object)
    text = pd.Series((known.to_numpy().astype(object) * words).sum(axis=1), index=known.index)
    return text.astype("str").str.removesuffix(", ")


def build_rows(
    before: Side, after: Side, towns: pd.DataFrame, ways: pd.DataFrame, found: pd.DataFrame
) -> pd.DataFrame:
    """Every commune of the later map, then those of the earlier one that are nowhere on it."""
    codes = after.codes
    table = after.index.places.join(towns[["nature", "communes_avant"]])
    table["population"] = after.index.cells["commune"]["population"]
    table = table.join(found)
    reached = pd.Index(ways["code_avant"].unique())
    told = ", ".join(towns.loc[~towns["nature"].isin(FOLLOWED), "communes_avant"])
    gone = before.codes.difference(reached).difference(pd.Index(told.split(", ")))
    left = before.index.places.loc[gone.difference(codes)].assign(
        nature="sans_successeur", communes_avant=lambda t: t.index.astype("str")
    )
    left["population"] = before.index.cells["commune"]["population"].reindex(left.index)
    table["statut"] = np.select(
        [~table["nature"].isin(FOLLOWED), table["evolution"].notna()], [NO_BEFORE, COMPARED],
        NO_SCORE,
    )  # fmt: skip
    table = pd.concat([table, left.assign(statut=GONE)]).sort_index()
    published: dict[str, pd.Series] = {
        name: side.scores[side.scores["niveau"] == "commune"].set_index("code")["score"]
        for name, side in (("avant", before), ("apres", after))
    }
    single = table["communes_avant"].where(~table["nature"].eq(MERGED))
    table["score_publie_avant"] = published["avant"].reindex(single).to_numpy()
    table["score_publie_apres"] = published["apres"].reindex(table.index).to_numpy()
    table["edition_avant"], table["edition_apres"] = before.edition.name, after.edition.name
    change = table["evolution"]
    table["sens"] = pd.Series(
        np.select([change > STILL_UNDER, change < -STILL_UNDER], [UP, DOWN], STILL),
        index=table.index, dtype="str",
    ).where(change.notna())  # fmt: skip
    _add_values(table, before, after, ways)
    table["est_significatif"] = table["est_significatif"].eq(True) & ~contradicted(table)
    for name in ("est_significatif", "est_fragile_avant", "est_fragile_apres"):
        table[name] = table[name].eq(True).fillna(False).astype(bool)
    table["indicateurs_compares"] = table["indicateurs_compares"].fillna("")
    for side in ("avant", "apres"):
        table[f"classe_{side}"] = table[f"classe_{side}"].astype("Int64")
    return table.rename_axis("code_commune").reset_index()


def contradicted(table: pd.DataFrame) -> pd.Series:
    """Communes whose own figure went visibly the other way than those of their IRIS.

    Both are published, for years of their own: nobody would call such a change sure.
    """
    parts = table[[f"contribution_{key}" for key in INDICATORS]].to_numpy(float)
    moved = [table[f"{key}_apres_pct"] - table[f"{key}_avant_pct"] for key in INDICATORS]
    push = np.nan_to_num(parts * np.sign(table["evolution"].to_numpy(float))[:, None])
    against = np.nan_to_num(np.column_stack([m.round(1) for m in moved]) * np.sign(parts)) < 0
    first = push.argmax(axis=1)[:, None]
    leads = np.take_along_axis(push, first, axis=1)[:, 0] > 0
    opposed = np.take_along_axis(against, first, axis=1)[:, 0]
    return pd.Series(leads & opposed, index=table.index)


def _add_values(table: pd.DataFrame, before: Side, after: Side, ways: pd.DataFrame) -> None:
    """Value of each of the five indicators on either side, a mean for communes put together."""
    old = before.index.values["commune"]
    people = before.index.cells["commune"]["population"]
    at = ways["code_avant"].to_numpy()
    for key in INDICATORS:
        if key not in old:
            table[f"{key}_avant_pct"] = table[f"{key}_apres_pct"] = np.nan
            continue
        means = aggregate(
            old[[key]].reindex(at).reset_index(drop=True),
            people.reindex(at).reset_index(drop=True),
            ways["code_apres"],
        )[key]
        table[f"{key}_avant_pct"] = means.reindex(table.index)
        table[f"{key}_apres_pct"] = after.index.values["commune"][key].reindex(table.index)


def measure_indicators(
    indicators: pd.DataFrame,
    before: Side,
    after: Side,
    table: pd.DataFrame,
    towns: pd.Index,
    moved: pd.DataFrame,
) -> pd.DataFrame:
    """Add to each indicator how far it moved on the communes compared.

    `nb_communes` compared; `moyenne_avant`, `moyenne_apres` of their values and
    `contribution_moyenne` to the change, weighted by population; `nb_hausses`, `nb_baisses` of its
    points; `nb_recalculees`: communes whose value differs though files and years are the same;
    `nb_modelisees`: communes compared where the figure is modelled on both sides.
    """
    kept = table[table["statut"] == COMPARED].set_index("code_commune")
    rows = []
    here = kept.index.get_indexer(towns) >= 0
    for row in indicators.to_dict("records"):
        key = row["indicateur"]
        part = moved.loc[here, key] if key in moved else pd.Series(dtype=float)
        part = part.dropna()
        people = kept["population"].reindex(part.index)
        if key in INDICATORS:
            old, new = (kept[f"{key}_{side}_pct"] for side in ("avant", "apres"))
        else:
            old, new = (
                side.index.values["commune"][key].reindex(kept.index) for side in (before, after)
            )
        both = old.notna() & new.notna()
        weight = kept["population"]
        differs = both & ((new - old).abs() > VISIBLE)
        rows.append({
            **row,
            "nb_communes": len(part),
            "moyenne_avant": _mean(old[both], weight[both]),
            "moyenne_apres": _mean(new[both], weight[both]),
            "contribution_moyenne": _mean(part, people),
            "nb_hausses": int((part > STILL_UNDER).sum()),
            "nb_baisses": int((part < -STILL_UNDER).sum()),
            "nb_recalculees": int(differs.sum()) if row["etat"] == SAME else 0,
            "nb_modelisees": int((_modelled_in(before, key, part.index)
                                  & _modelled_in(after, key, part.index)).sum()),
        })  # fmt: skip
    return pd.DataFrame(rows)


def _modelled_in(side: Side, key: str, codes: pd.Index) -> pd.Series:
    """Tell the communes whose figure of an indicator is modelled; a former code tells nothing."""
    origin = side.index.cells["commune"].get(f"{key}_origine")
    if origin is None:
        return pd.Series(False, index=codes)
    return origin.reindex(codes).eq("impute").fillna(False).astype(bool)


def _mean(values: pd.Series, weight: pd.Series) -> float:
    people = weight.fillna(0)
    if values.empty or people.sum() <= 0:
        return float(values.mean()) if len(values) else float("nan")
    return float((values * people).sum() / people.sum())


def count_fates(before: Side, towns: pd.DataFrame, ways: pd.DataFrame) -> dict[str, int]:
    """What becomes of the communes of the older edition: every one is counted once."""
    nature = towns["nature"].reindex(pd.Index(ways["code_apres"]))
    by = pd.Series(nature.to_numpy(), index=pd.Index(ways["code_avant"])).groupby(level=0).first()
    counts = by.value_counts()
    found = {name: int(counts.get(name, 0)) for name in FOLLOWED}
    lost = before.codes.difference(by.index)
    listed = pd.Series(", ".join(towns.loc[~towns["nature"].isin(FOLLOWED), "communes_avant"])
                       .split(", "))  # fmt: skip
    divided = lost.intersection(pd.Index(listed))
    return found | {"divisee": len(divided), "sortie": len(lost) - len(divided)}
