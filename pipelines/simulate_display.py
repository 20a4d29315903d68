"""What `fragility simulate` prints: a table of posts or of closures, and sentences."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any

from rich.table import Table

from fragility.export.labels import french
from fragility.export.simulation_words import closure_words, post_words

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

SHOWN = 20


def show_posts(
    screen: Console, postes: pd.DataFrame, territoires: pd.DataFrame, resume: pd.Series
) -> None:
    """Print the first posts, and what all of them bring."""
    if len(postes):
        table = Table(
            title=f"Où placer {french(resume['nb_postes'])} postes ({resume['nom_zone']})",
            caption="gain sûr : part du gain qui vient de communes fragiles et hors de portée à "
            "90 % de probabilité au moins, au pour-cent près",
        )
        for name in ("rang", "lieu", "commune", "dép.", "personnes gagnées", "gain sûr",
                     "rechange, commune plus peuplée (perte)"):  # fmt: skip
            right = name in ("rang", "personnes gagnées", "gain sûr")
            table.add_column(name, justify="right" if right else "left")
        for row in postes.head(SHOWN).to_dict("records"):
            table.add_row(
                str(row["rang"]), str(row["nom"]), str(row["nom_commune"]),
                str(row["code_departement"]), french(row["nb_personnes_gagnees"]),
                _percent(row["part_robuste_pct"]), _spare(row),
            )  # fmt: skip
        screen.print(table)
    if len(postes) > SHOWN:
        screen.print(f"… et {french(len(postes) - SHOWN)} autres dans simulation_postes.csv.")
    for line in post_words(resume, postes, territoires):
        screen.print(line)


def _percent(value: float) -> str:
    return "" if value != value else f"{french(value)} %"


def _people(value: float) -> str:
    return "inconnu" if value != value else french(value)


def _spare(row: dict[Hashable, Any]) -> str:
    """The place in a larger commune, and what the list loses with it."""
    lost = float(row["nb_personnes_perdues_centre"])
    if lost != lost:
        return ""
    return f"{row['nom_commune_centre']} ({row['nom_centre']}) : {french(round(lost))}"


def show_closures(
    screen: Console, lieux: pd.DataFrame, territoires: pd.DataFrame, resume: pd.Series
) -> None:
    """Print the places whose end costs most, and what all of them cost."""
    table = Table(title="Ce que coûte chaque fermeture")
    for name in ("lieu", "commune"):
        table.add_column(name)
    for name in ("habitants servis", "hors de portée", "dont en difficulté"):
        table.add_column(name, justify="right")
    for row in lieux.head(SHOWN).to_dict("records"):
        table.add_row(
            str(row["nom"]), str(row["nom_commune"]), _people(row["population_servie"]),
            _people(row["population_perdue"]), _people(row["nb_personnes_perdues"]),
        )  # fmt: skip
    screen.print(table)
    if len(lieux) > SHOWN:
        screen.print(f"… et {french(len(lieux) - SHOWN)} autres dans fermetures_lieux.csv.")
    for line in closure_words(resume, lieux, territoires):
        screen.print(line)
