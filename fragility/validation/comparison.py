"""Compare a published file with an edition: everything that is measured, in one place.

`differences_page.py` says it in French; what each measure is lies in the module it comes from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from fragility.validation import axes_2020, difference_maps, income_2020
from fragility.validation import counterfactuals as status
from fragility.validation import differences as causes
from fragility.validation.alignment import Alignment, align, read_maps
from fragility.validation.file_order import OBSERVED, summarise_runs
from fragility.validation.own_classes import Own
from fragility.validation.published import IFN_2023, Published, read_published
from fragility.validation.reproduce import Reproduction, reproduce

ORDER_MAP, INCOME_MAP = "ordre_fichier.png", "revenu_inverse.png"


@dataclass(frozen=True)
class Comparison:
    """Everything measured on one published file.

    Attributes
    ----------
    own, published, aligned, reproduction : see their modules.
    differences : what differs and why, one row per code and sub-score or axis.
    effects : fragile status with one defect put right at a time.
    tables : measures by name, as the page shows them.
    figures : drawings by file name.
    """

    own: Own
    published: Published
    aligned: Alignment
    reproduction: Reproduction
    differences: pd.DataFrame
    effects: status.Counterfactuals
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    figures: dict[str, Figure] = field(default_factory=dict)

    @property
    def folder_name(self) -> str:
        """Name of the folder of the report: the edition and the file, with plain characters."""
        stem = re.sub(r"[^\w.-]+", "-", self.published.path.stem).strip("-.") or "fichier"
        return f"{self.own.folder.name}__{stem}"


def compare_published(folder: Path, path: Path, raw: Path | None) -> Comparison:
    """Compare a published file with an edition that was computed.

    Parameters
    ----------
    folder : folder of the edition.
    path : the published file.
    raw : folder of the raw files, for the movements of communes; it may be empty, or None.

    Raises
    ------
    UsageError
        When the edition does not exist.
    MissingFileError
        When the edition was not computed, or the file is not there.
    BadFileError
        When the file is no published index, or a table of the edition cannot be read.
    """
    own = Own.of(folder)
    published = read_published(path)
    reproduction = reproduce(published)
    aligned = align(
        published.table["nom"], published.level, own, cache(lambda: read_maps(own, raw))
    )
    measure = _compare_2023 if published.version == IFN_2023 else _compare_2020
    return measure(own, published, aligned, reproduction)


def _compare_2023(
    own: Own, published: Published, aligned: Alignment, reproduction: Reproduction
) -> Comparison:
    runs, filled = causes.find_filled(published, aligned, own)
    found = causes.list_differences(published, aligned, filled, own)
    tables = {
        "accord": causes.agreement_by_part(published, aligned),
        "causes": causes.count_causes(found),
        "bilan": causes.count_settled(published, aligned, found),
    }
    figures = {}
    if len(runs):
        origin = aligned.frame["pauvrete_origine"]
        tables["ordre_fichier"] = summarise_runs(runs, filled, origin)
        observed = origin.index[origin.isin(OBSERVED)]
        tables["accord_pauvrete"] = causes.agreement_of_poverty(
            published, aligned, {"publiée pour la commune": observed,
                                 "remplie par ordre de fichier": filled.index[filled]},
        )  # fmt: skip
        if (drawn := difference_maps.map_file_order(published, aligned, runs, own)) is not None:
            figures[ORDER_MAP] = drawn
    effects = status.counterfactuals_2023(published, aligned, filled, own)
    return Comparison(
        own, published, aligned, reproduction, found, effects, tables, figures
    )  # fmt: skip


def _compare_2020(
    own: Own, published: Published, aligned: Alignment, reproduction: Reproduction
) -> Comparison:
    incomes = income_2020.bring_incomes(published, aligned, own)
    found = axes_2020.differences_2020(published, incomes)
    slope = income_2020.income_slope(published, incomes)
    tables = {
        "pente": pd.DataFrame({"reference": list(slope), "correlation": list(slope.values())}),
        "axes": axes_2020.compare_axes(published, incomes),
        "zeros": income_2020.count_zeros(published),
        "quintiles": income_2020.quintile_moves(published, incomes.places),
        "communes_plates": income_2020.flat_communes(published),
        "causes": axes_2020.count_causes_2020(found),
        "revenu_annee": pd.DataFrame({"annee": [incomes.year]}),
    }
    for reference in incomes.places:
        tables[f"revenu_{reference}"] = income_2020.income_by_place(published, incomes, reference)
    figures = {}
    if (drawn := difference_maps.map_income(published, aligned, incomes, own)) is not None:
        figures[INCOME_MAP] = drawn
    effects = status.counterfactuals_2020(published, incomes.places, slope)
    return Comparison(
        own, published, aligned, reproduction, found, effects, tables, figures
    )  # fmt: skip
