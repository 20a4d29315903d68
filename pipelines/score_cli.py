"""`fragility score`: score places of one's own on the goalposts of an edition."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from pipelines.folders import default_out
from pipelines.options import EditionOption, OutOption, RawOption, console, require_writable

if TYPE_CHECKING:
    from fragility.index.profile_model import Profile

SHOWN = 20


def score(
    places: Annotated[
        Path,
        typer.Argument(
            metavar="FICHIER",
            dir_okay=False,
            help="Tableau CSV : code et nom (facultatifs), puis une colonne par indicateur "
            "(non_thd_pct…), vide s'il n'est pas connu.",
        ),
    ],
    edition: EditionOption = "demo",
    out: OutOption = None,
    to: Annotated[
        Path | None,
        typer.Option(
            "--vers", metavar="FICHIER", help="Écrire aussi un tableau CSV.", dir_okay=False
        ),
    ] = None,
    raw: RawOption = None,
) -> None:
    """Noter des lieux nouveaux sur les repères fixes d'une édition, sans le reste."""
    from fragility.export.labels import class_label, french
    from fragility.sources.catalogue import find_edition
    from fragility.validation.new_places import score_file, write_scores
    from pipelines.display import table

    definition = find_edition(edition)
    if to is not None:
        require_writable(to.absolute().parent, "--vers")
    scored = score_file(places, (out or default_out()) / edition, edition)
    shown = table(None, "lieu", "score", "classe", "fragile", "indicateurs", right=("score",))
    for row in scored.table.head(SHOWN).to_dict("records"):
        known = row["classe"] == row["classe"] and row["classe"] is not None
        shown.add_row(
            escape(" ".join(part for part in (row["code"], row["nom"]) if part) or "–"),
            french(row["score"], 2) if known else "–",
            class_label(int(row["classe"])) if known else "trop peu d'indicateurs connus",
            ("oui" if row["est_fragile"] else "non") if known else "–",
            escape(_counted(row["nb_indicateurs"], row["indicateurs_manquants"], scored.profile)),
        )
    screen = console()
    if definition.banner:
        screen.print(escape(f"{edition} : {definition.banner}."))
    screen.print(shown)
    count = len(scored.table)
    if count > SHOWN:
        screen.print(f"{french(count - SHOWN)} lieux de plus, à lire avec --vers.")
    low, high = scored.profile.bounds
    screen.print(
        f"{french(count)} lieu{'x' if count > 1 else ''} noté{'s' if count > 1 else ''} sur les "
        f"repères de {edition} (profil {scored.profile.id}, de {low:g} à {high:g}) ; fragile à "
        f"partir de {french(scored.fragile_from, 2)}."
    )
    lacking = int(scored.table["indicateurs_manquants"].ne("").sum())
    if lacking:
        screen.print(
            f"Il manque des indicateurs à {french(lacking)} lieu{'x' if lacking > 1 else ''} : "
            + _without(scored.profile)
        )
    if to is not None:
        screen.print(escape(str(write_scores(to, scored))))


def _counted(number: int, missing: str, profile: Profile) -> str:
    """Say how many indicators count, and which do not."""
    from fragility.index.profile_words import label_of

    whole = f"{number} sur {len(profile.ids)}"
    names = [label_of(profile, key) for key in missing.split(", ") if key]
    return f"{whole}, sans « {' », « '.join(names)} »" if names else whole


def _without(profile: Profile) -> str:
    """Say what becomes of a score that lacks an indicator."""
    if profile.missing == "zero":
        return "chacun compte pour 0 point, ce qui change le score."
    return (
        "leur score est la moyenne des autres, qui peut être plus haute ou plus basse ; ne le "
        "comparez pas sans y penser à un score complet."
    )
