"""Figures of docs/profils.md: the profiles of 2020 recomputed, beside the published IRIS."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from fragility.errors import FragilityError, MissingFileError
from fragility.export.files import write_text
from fragility.index.composite import group_points
from fragility.index.profiles import load_profile
from fragility.index.scores import Computed, compute_profile
from fragility.validation.published import read_published

PAGE = "profils.md"
PUBLISHED = "ifn_2020_iris_2_regions.csv"
MARK = "<!-- figures -->"
PROFILES = ("ifn-2020-publie", "ifn-2020")
BASES = ("region", "departement", "epci")
INCOME = "interfaces"
# An IRIS whose households are published; the others have those of their commune.
HOUSEHOLDS = "personnes_seules"
_TABLES = ("core_communes", "core_iris", "index_indicateurs", "index_contexte")


def write_profiles(folder: Path, reference: Path | None, docs: Path, date: datetime.date) -> Path:
    """Write the figures of the page, below its mark.

    Parameters
    ----------
    folder : a published edition.
    reference : folder of the published index.
    docs : folder of the page.

    Raises
    ------
    MissingFileError
        When the edition, the published index or the page is not there.
    """
    page, source = docs / PAGE, (reference or Path("data/reference")) / PUBLISHED
    paths = {name: folder / "tables" / f"{name}.parquet" for name in _TABLES}
    for path in (*paths.values(), source, page):
        if not path.is_file():
            raise MissingFileError(
                "Il manque un fichier pour comparer les profils de 2020 à l'indice publié.",
                path=path,
                remedy=f"lancez « fragility run --edition {folder.name} », et donnez avec "
                "--reference le dossier de l'indice publié",
            )
    text = page.read_text(encoding="utf-8")
    if MARK not in text:
        raise FragilityError(
            "La page n'a plus le repère sous lequel écrire.", path=page, expected=MARK
        )
    published = read_published(source).table
    tables = {name: _without_shape(path) for name, path in paths.items()}
    lines = figures(tables, published, folder.name, date)
    return write_text(page, text.split(MARK)[0] + MARK + "\n" + "\n".join(lines) + "\n")


def figures(
    tables: Mapping[str, pd.DataFrame],
    published: pd.DataFrame,
    edition: str,
    date: datetime.date,
) -> list[str]:
    """Lines of the page on the published index of 2020.

    Parameters
    ----------
    tables : `core_communes`, `core_iris`, `index_indicateurs` and `index_contexte`.
    published : `Published.table` of the index of 2020, by IRIS.
    """
    computed = {
        (name, base): compute_profile(
            tables["index_indicateurs"], tables["index_contexte"], tables["core_communes"],
            tables["core_iris"], load_profile(f"{name}:{base}"),
        )
        for name in PROFILES
        for base in BASES
    }  # fmt: skip
    context = tables["index_contexte"]
    rows = context[context["niveau"].eq("iris") & context["indicateur"].eq(HOUSEHOLDS)]
    own = rows.set_index("code")["origine"].eq("observe").reindex(published.index).eq(True)
    names = tables["core_communes"].drop_duplicates("code_region").set_index("code_region")
    lines = [
        f"Edition `{edition}`, {date.isoformat()}; Spearman correlations over the published IRIS.",
        "",
        "| profile | base | région | IRIS | score | with their own households | axis of income |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for (name, base), one in computed.items():
        groups = group_points(one.points["iris"], one.profile).reindex(published.index)
        score = one.score["iris"].reindex(published.index)
        for region in sorted(published["code_region"].dropna().unique()):
            here = published["code_region"].eq(region) & score.notna()
            wanted = published[f"score_{base}"]
            cells = [
                f"`{name}`",
                base,
                str(names["nom_region"].get(region, region)),
                f"{int(here.sum()):,}",
                _rank(score[here], wanted),
                f"{_rank(score[here & own], wanted)} ({int((here & own).sum()):,})",
                _rank(groups.loc[here, INCOME], published[f"{INCOME}_{base}"]),
            ]
            lines.append("| " + " | ".join(cells) + " |")
    return [*lines, "", *_defects(computed, published)]


def _defects(computed: Mapping[tuple[str, str], Computed], published: pd.DataFrame) -> list[str]:
    """What the two defects of the published file change here."""
    defective, mended = (computed[name, BASES[0]] for name in PROFILES)
    income = defective.points["iris"]["niveau_vie"].reindex(published.index)
    zero = published[f"{INCOME}_{BASES[0]}"].eq(0)
    fragile = [
        one.score["commune"].ge(one.fragile_from).fillna(False) for one in (defective, mended)
    ]
    return [
        "IRIS of divided communes without published households have those of their commune here: "
        "nothing tells the IRIS of a town apart but income, age and diplomas where they are read. "
        "The axis of income runs the other way once mended: the inversion is in the published "
        "file.",
        "",
        f"Of the {int(zero.sum()):,} published IRIS with 0 points on that axis, "
        f"{int((zero & income.isna()).sum()):,} have no income of their own here either.",
        "",
        f"Fragile communes: {int(fragile[1].sum()):,} by `ifn-2020`, of which "
        f"{int((fragile[0] & fragile[1]).sum()):,} by `ifn-2020-publie` too (base région).",
    ]


def _rank(values: pd.Series, wanted: pd.Series) -> str:
    both = values.notna() & wanted.reindex(values.index).notna()
    if both.sum() < 3:
        return "–"
    return f"{values[both].corr(wanted.reindex(values.index)[both], method='spearman'):.2f}"


def _without_shape(path: Path) -> pd.DataFrame:
    names = [name for name in pq.read_schema(path).names if name != "geometry"]
    return pd.read_parquet(path, columns=names)
