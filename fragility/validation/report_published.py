"""Section of docs/validation.md on the published files: what follows from them, what is wrong."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from fragility.validation.blocks import markdown_table
from fragility.validation.causes import CAUSES
from fragility.validation.comparison import Comparison, compare_published
from fragility.validation.pictures import save
from fragility.validation.published import IFN_2023

FILES = ("ifn_2023_communes_4_regions.csv", "ifn_2020_iris_2_regions.csv")
_DEFECTS = {
    "ordre_fichier": "poverty filled by file order, replaced by ours",
    "ex_aequo": "ties of full coverage in the middle of their range",
    "univers": "communes ranked among themselves, without IRIS",
    "revenu_inverse": "income the right way round",
    "revenu_zero": "missing income left out instead of 0",
}
_BASES = {
    "fichier": "top fifth of the file",
    "france": "bound of this edition, France",
    "territoire": "top fifth of each reference territory",
}


def published_section(folder: Path, reference: Path | None, images: Path) -> str:
    """Write the section and its maps, when both published files are there.

    Parameters
    ----------
    folder : outputs of one edition.
    reference : folder of published values, or None.
    images : folder of the maps; the page sees it as `images`.
    """
    title = "## Reproduction of the published files\n\n"
    if reference is None or not all((reference / name).is_file() for name in FILES):
        return title + "Not measured: the published files are not all there.\n"
    found = [compare_published(folder, reference / name, None) for name in FILES]
    parts = [title + _RULES, markdown_table(_exact(found)), _broken(found)]
    first, second = found
    parts += [
        "Why classes differ from those of 2023 by more than one: the first cause that holds. "
        f"{_settled(first)} is settled: a computation shows its cause and no other holds. The "
        "rest is compatible with the figures, and nothing public settles it.",
        markdown_table(_causes(first)),
        _income(second),
        "## What each defect changes\n\nOne thing is put right in the published file, all else is "
        "kept, and the fragile fifth is drawn again.",
        markdown_table(_effects(found)),
    ]
    for comparison in found:
        for name, figure in comparison.figures.items():
            picture = save(figure, images / f"validation-{name.replace('_', '-')}")
            parts.append(f"![{_ALTS[name]}](images/{picture.name})")
    return "\n\n".join(part for part in parts if part) + "\n"


_RULES = (
    "The index of 2023 is the plain mean of five classes; in that of 2020 an axis, a pillar and "
    "the score are plain means of all the indicators below (two, one, one and two). Every complete "
    "row is recomputed from its own parts (`fragility compare --published`)."
)
_ALTS = {
    "ordre_fichier.png": "Published poverty, ours, and runs of equal classes in the order of codes",
    "revenu_inverse.png": "Published income axis beside median income",
}


def _exact(found: list[Comparison]) -> pd.DataFrame:
    rows = []
    for one in found:
        for row in one.reproduction.summary.to_dict("records"):
            rows.append((one.published.version, row["reference"] or "—", row["agregat"],
                         row["lignes"], row["exactes"], f"{row['ecart_max']:.1e}"))  # fmt: skip
    columns = ["index", "base", "aggregate", "complete rows", "exact", "largest gap"]
    return pd.DataFrame(rows, columns=columns)


def _broken(found: list[Comparison]) -> str:
    lines = []
    for one in found:
        broken, holes = one.reproduction.broken, one.reproduction.incomplete
        codes = ", ".join(broken["code"].unique()[:20])
        lines.append(
            f"{one.published.version}: {len(broken):,} aggregates break the rule"
            + (f" ({codes})" if codes else "")
            + f", {holes['code'].nunique():,} rows are incomplete, {len(one.aligned.lost):,} are "
            "not in the edition."
        )
    return " ".join(lines)


def _settled(comparison: Comparison) -> str:
    """How many of the differences have a cause that is settled, by sub-score."""
    balance = comparison.tables["bilan"]
    return "Of each sub-score, " + ", ".join(
        f"{row['etablie']:,} of {row['differents']:,} (`{row['indicateur']}`)"
        for row in balance.to_dict("records")
    )


def _causes(comparison: Comparison) -> pd.DataFrame:
    """Cause by sub-score, in the order in which causes are taken."""
    table = comparison.tables["causes"]
    order = [cause.id for cause in CAUSES]
    wide = table.pivot(index="cause", columns="indicateur", values="premiere")
    wide = wide.reindex(order)[comparison.published.parts].fillna(0).astype("int64")
    return wide[wide.sum(axis=1) > 0].rename_axis("cause").reset_index()


def _income(comparison: Comparison) -> str:
    slopes = ", ".join(
        f"{row['correlation']:.2f} ({row['reference']})"
        for row in comparison.tables["pente"].to_dict("records")
    )
    flat = comparison.tables["communes_plates"].iloc[0]
    zeros = comparison.tables["zeros"].set_index("axe").loc["interfaces"].max()
    return (
        "In the file of 2020 the income axis rises with median income where it should fall: "
        f"correlation in the median territory, commune by commune, {slopes}. All IRIS have the "
        f"same income in {flat['plates']:,} of {flat['communes']:,} communes of several IRIS: it "
        f"is that of the commune. {zeros:,} IRIS have 0 points, that is no income."
    )


def _effects(found: list[Comparison]) -> pd.DataFrame:
    frame = pd.concat([
        one.effects.summary.assign(index=one.published.version) for one in found
    ])  # fmt: skip
    unit = frame["index"].map({IFN_2023: "communes"}).fillna("IRIS")
    return pd.DataFrame({
        "index": frame["index"], "put right": frame["defaut"].map(_DEFECTS),
        "base": frame["reference"].replace("", "—"), "fragile means": frame["base"].map(_BASES),
        "unit": unit, "rows": frame["lignes"], "values changed": frame["modifiees"],
        "fragile before": frame["fragiles_avant"], "enter": frame["entrent"],
        "leave": frame["sortent"], "change status": frame["changent"],
    })  # fmt: skip
