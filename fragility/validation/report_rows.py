"""Lists of rapport.html: communes to act on, rows kept and dropped, rows set aside."""

from __future__ import annotations

import pandas as pd

from fragility.export.labels import french, plural
from fragility.ledger import ENTERED, KEPT
from fragility.sources.quarantine import rows_of
from fragility.validation.blocks import Block
from fragility.validation.report_sections import Tables

URGENT = 50
LISTED = 50


def urgent(tables: Tables) -> Block:
    """The communes to act on first, in the order of the list."""
    found = tables["communes_fragiles_non_couvertes"]
    if found.empty:
        return Block("Communes à voir d'abord", ("Aucune commune fragile et non couverte.",))
    top = found.sort_values("ordre").head(URGENT)
    columns = {
        "N°": top["ordre"],
        "Commune": top["nom"] + " (" + top["code_departement"] + ")",
        "Habitants hors de portée": _whole(top["population_hors_portee"]),
        "Score": [french(v, 2) for v in top["score"]],
        "Fragile (%)": _whole(top["probabilite_fragile_pct"]),
        "Fragile et non couverte (%)": _whole(top["probabilite_fragile_non_couverte_pct"]),
        "Type": top["type_fragilite"].fillna("–"),
        "Conseiller le plus proche": top["conseiller_plus_proche_nom"].fillna("–"),
        "Minutes": _whole(top["conseiller_plus_proche_min"]),
    }
    people = found["population_hors_portee"].sum()
    share = 100 * top["population_hors_portee"].sum() / people if people else 0.0
    words = plural(
        len(found), "commune fragile et non couverte", "communes fragiles et non couvertes"
    )
    shown = (
        f"Sur {words}, voici les {len(top)} premières : {french(share)} % des habitants de ces "
        "communes qui sont à plus de 20 minutes d'un conseiller numérique. La liste entière est "
        "dans communes_fragiles_non_couvertes.csv."
        if len(found) > len(top)
        else f"{words[0].upper()}{words[1:]}. Le motif de chacune est dans "
        "communes_fragiles_non_couvertes.csv."
    )
    return Block(
        f"{len(top)} communes à voir d'abord" if len(found) > len(top) else "Toutes les communes",
        (
            shown,
            "Les deux pourcentages sont des probabilités, sous d'autres choix raisonnables et "
            "d'autres vitesses de trajet. L'ordre est celui des fichiers : le nombre d'habitants "
            "hors de portée, dont chacun compte pour la probabilité que sa commune soit fragile.",
        ),
        table=pd.DataFrame(columns),
        caption="Communes fragiles et non couvertes, dans l'ordre de la liste d'action",
    )


def _whole(values: pd.Series) -> list[str]:
    return ["–" if pd.isna(value) else french(value) for value in values]


def ledger(tables: Tables) -> Block:
    """Rows kept and dropped, one line per step and source."""
    lines = tables["registre"]
    rows = []
    for (step, source), part in lines.groupby(["etape", "source"], sort=False):
        count = part.groupby("motif", sort=False)["lignes"].sum()
        dropped = count.drop([ENTERED, KEPT], errors="ignore")
        reasons = " ; ".join(f"{reason} ({french(n)})" for reason, n in dropped.items())
        rows.append((step, source, int(count.get(ENTERED, 0)), int(count.get(KEPT, 0)), reasons))
    columns = ("Étape", "Source", "Lignes lues", "Gardées", "Écartées ou ajoutées (−), et pourquoi")
    return Block(
        "Registre des lignes",
        ("Chaque ligne lue est gardée, ou écartée pour une raison comptée.",),
        table=pd.DataFrame(rows, columns=columns).replace({"": "–"}),
        caption="Lignes lues, gardées et écartées",
    )


def quarantine(tables: Tables) -> Block:
    """Rows set aside because a cell is impossible."""
    wrong = rows_of(tables["quarantaine"])
    if wrong.empty:
        return Block("Quarantaine", ("Aucune ligne n'a une case impossible.",))
    shown = wrong.head(LISTED)[["source", "fichier", "ligne", "cle", "colonne", "valeur", "motif"]]
    more = f" Les {LISTED} premières :" if len(wrong) > LISTED else ""
    return Block(
        "Quarantaine",
        (
            f"{plural(len(wrong), 'ligne écartée', 'lignes écartées')} parce qu'une case est "
            f"impossible : à corriger dans le fichier, ou dans corrections.csv.{more}",
        ),
        table=shown.rename(
            columns={
                "source": "Source", "fichier": "Fichier", "ligne": "Ligne", "cle": "Clé",
                "colonne": "Colonne", "valeur": "Valeur", "motif": "Motif",
            }
        ),
    )  # fmt: skip
