"""Write docs/comparaison.md: how change is measured, on the two national editions.

Its sentences are here, its figures come from the published editions.
"""

from __future__ import annotations

import datetime
from pathlib import Path

import pandas as pd

from fragility.export.files import publishing, write_text
from fragility.validation.evolution import Evolution, compare_published
from fragility.validation.evolution_errors import check_model_change
from fragility.validation.evolution_map import draw_change, png_of
from fragility.validation.evolution_noise import DRAWS, FALSE_DISCOVERY_RATE
from fragility.validation.evolution_tables import class_changes, compared_share, count_facts
from fragility.validation.evolution_words import name_both

BEFORE, AFTER = "france-2021", "france-2025"
PAGE = "comparaison.md"
PICTURE = "evolution.png"
_STATES = {
    "mesure": "measured again",
    "inchange": "same files, same years: zero",
    "revise": "same years, other files: a correction",
    "redefini": "another definition: left out",
    "absent": "missing on one side: left out",
}
_HEAD = """# Change between editions, and the score of a new place

Figures generated on {date} by `make evolution` (`fragility validation --evolution`) from the
editions `{before}` and `{after}`. Do not edit by hand.

## How change is measured

    fragility compare {before} {after}

writes `comparaisons/{before}__{after}/` beside the editions: `evolution.parquet`, `evolution.csv`
and `rapport.html`. The editions themselves are not touched. With an edition of your own, add
`--raw DIR`, the folder of raw files that declares it. An edition that follows a published one has
the same table as `marts.evolution` in its DuckDB file and as `tables/evolution.parquet`.

- **Fixed goalposts.** Both editions are read on the goalposts of the first one (`index_reperes`),
  and classed on its bounds (`index_bornes`). Ranks of each edition on its own would show no change:
  a tenth of the territories is in the last tenth every year.
- **What is not measured in the same way is left out of both sides.** Each row names the indicators
  compared. The class bounds are then set again by the same rule on the first edition's communes,
  for a mean of four indicators is not on the scale of a mean of five. The published scores stand
  beside (`score_publie_avant`, `score_publie_apres`) and must not be subtracted.
- **Same files and same years: exactly zero.** A census that both editions read says nothing of a
  change. Where a figure of the same year is computed from other files, the difference is a
  correction: it counts in the scores, with an uncertainty as large as itself, so that it is never
  called significant alone.
- **The map.** A commune put together since has, before, the mean of the values of its parts
  weighted by inhabitants, scored once; it is scored in the same way after. A commune created again
  or divided has no before, and says why. A divided commune is the mean of its IRIS, as in the
  index, where both editions have the same ones; an IRIS with its own figure in one edition and its
  commune's in the other is left out of that indicator on both sides. Where the division changed, or
  less than half of the people would be described, it is scored once, from its own value.
- **The interval** (90 %) draws the errors of both editions together, {draws} times, and the
  weights once for both sides: the poverty model, the noise of counts of few people, rates published
  in whole points. A shared figure has one error, which cancels out. Errors of the model in two
  editions go together; their correlation is measured.
- **Significant** means that the interval leaves out zero, and that the change is among those kept
  by Benjamini and Hochberg's control: at most {fdr:.0f} % of the changes called significant are
  expected to be noise, over all communes tested. The test uses the errors with the profile's own
  weights. A divided commune whose own published figure went the other way than those of its IRIS,
  which are of other years, is never called significant, nor is a change of less than a tenth of the
  width of a class.
- Points climb by steps: a value that crosses a step moves the score at once, one that stays on its
  step does not move it. Read `evolution` with the values beside it.
- Nothing here says *why* a commune changed, and errors that both editions share are not seen.
"""
_TAIL = """
## Which editions can be compared

Those of one map; an edition and the one that it follows, in either order (the goalposts are those
of the first one given); two editions that follow the same one. Otherwise the map cannot be followed
with what the editions keep, and the command says so. Both must have the same profile.

## The score of a new place

An edition keeps what gives its points to a value, so that a place can be scored alone: a commune
created since, an IRIS measured by hand, a place imagined for a study.

    fragility score lieux.csv --edition {before} --vers scores.csv

`lieux.csv` is what a spreadsheet writes (semicolon and decimal comma, or comma and point): `code`
and `nom` if wanted, one column per indicator of the edition's profile (`non_thd_pct`, `non_4g_pct`,
`plus_65_pct`, `peu_diplomes_pct`, `pauvrete_pct` for `ifn-2023`), `territoire` for a profile whose
base is not France. A cell that is not known stays empty, and counts as the profile says; a column
that is missing is refused, for it may be misspelt. In Python: `fragility.index.place_score`.

Every IRIS and every undivided commune scored in this way finds its published sub-scores and score
again; a divided commune is the mean of its IRIS, so score them.
"""


def write_change_page(out: Path, docs: Path, date: datetime.date) -> Path:
    """Write the page and its map.

    Parameters
    ----------
    out : folder of the published editions.
    docs : folder of the page.
    """
    evolution = compare_published(out, BEFORE, AFTER)
    figure = draw_change(evolution)
    if figure is not None:
        path = docs / "images" / PICTURE
        path.parent.mkdir(parents=True, exist_ok=True)
        with publishing(path) as draft:
            draft.write_bytes(png_of(figure))
    return write_text(docs / PAGE, render(evolution, date))


def render(evolution: Evolution, date: datetime.date) -> str:
    """Return the page as Markdown."""
    names = {"before": evolution.before.edition.name, "after": evolution.after.edition.name}
    return "\n".join(
        [
            _HEAD.format(
                date=date.isoformat(), draws=DRAWS, fdr=100 * FALSE_DISCOVERY_RATE, **names
            ),
            *_figures(evolution),
            _TAIL.format(**names),
        ]
    )


def _figures(evolution: Evolution) -> list[str]:
    facts = count_facts(evolution)
    before, after = evolution.before.edition.name, evolution.after.edition.name
    low, fragile = evolution.bounds
    lines = [
        f"## From {before} to {after}",
        "",
        f"![Communes whose score changed, surely or not](images/{PICTURE})",
        "",
        f"{facts['comparees']:,} communes of {facts['communes']:,} are compared "
        f"({compared_share(evolution):.1f} % of the inhabitants), on "
        f"{len(evolution.common.ids)} of {len(evolution.profile.ids)} indicators. "
        "Bounds of the classes on these: "
        f"{', '.join(f'{bound:.2f}' for bound in low)}; fragile from {fragile:.2f}. "
        f"A change of less than {evolution.least:.3f} is negligible.",
        "",
        "| communes | number | inhabitants |",
        "|---|---|---|",
        f"| significant rise of fragility | {facts['hausses']:,} | "
        f"{facts['habitants_hausses']:,.0f} |",
        f"| significant fall | {facts['baisses']:,} | {facts['habitants_baisses']:,.0f} |",
        f"| change within the margin of error, or negligible | {facts['marge']:,} | |",
        f"| same score | {facts['inchangees']:,} | |",
        f"| become fragile on the fixed bound | {facts['entrees']:,} | |",
        f"| no longer fragile | {facts['sorties']:,} | |",
        f"| another class | {facts['classes']:,} | |",
        "",
        f"Mean change by inhabitant: {facts['moyenne']:+.3f} point of score.",
        "",
        "| indicator | compared as | years | mean before (%) | mean after (%) | contribution | "
        "communes up | down |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name_both(row)} | {_STATES[row['etat']]} | "
        f"{row['annees_avant']} → {row['annees_apres']} | "
        f"{row['moyenne_avant']:.2f} | {row['moyenne_apres']:.2f} | "
        + ("–" if pd.isna(row["contribution_moyenne"]) else f"{row['contribution_moyenne']:+.3f}")
        + f" | {row['nb_hausses']:,} | {row['nb_baisses']:,} |"
        for row in evolution.indicators.to_dict("records")
    ]
    counts = class_changes(evolution)
    lines += ["", "| class before \\ after | " + " | ".join(map(str, counts.columns)) + " |",
              "|---|" + "---|" * len(counts.columns)]  # fmt: skip
    lines += [f"| {name} | " + " | ".join(f"{n:,}" for n in row) + " |"
              for name, row in zip(counts.index, counts.to_numpy(), strict=True)]  # fmt: skip
    words = {"inchange": "same", "changement_code": "another code", "fusion": "put together",
             "divisee": "divided or created again", "sortie": "left the map"}  # fmt: skip
    total = sum(evolution.codes.values())
    fates = ", ".join(f"{words[name]} {count:,}" for name, count in evolution.codes.items())
    lines += ["", f"The {total:,} communes of {before}: {fates}.", *_model(evolution)]
    return lines


def _model(evolution: Evolution) -> list[str]:
    """What a modelled change is worth, in figures."""
    found = check_model_change(evolution.before, evolution.after)
    if not found:
        return []
    return [
        "",
        f"Why so few are sure: poverty is modelled for most communes. On the {found['nb']:,.0f} "
        "communes published in both editions, each predicted without its département, the "
        f"published rate changed by {found['ecart_type']:.2f} points (standard deviation) and the "
        f"modelled change misses it by {found['erreur']:.2f} points in mean. Errors of the two "
        f"editions have a correlation of {evolution.sureness.link:.2f}. The 90 % interval of the "
        f"modelled change holds the published one for {found['couverture_pct']:.1f} %; of the "
        f"{found['nb_nets']:,.0f} whose modelled change is beyond two standard deviations, "
        f"{found['bon_sens_pct']:.0f} % moved that way or not at all.",
    ]
