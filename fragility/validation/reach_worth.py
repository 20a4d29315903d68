"""What the places are worth that reach rests on, and how a tie is counted."""

from __future__ import annotations

import pandas as pd

from fragility.access.coverage import HALF, TIE
from fragility.access.places import old_places_of, places_of
from fragility.access.travel import ANY_HELP
from fragility.export.labels import french
from fragility.validation.blocks import Block

KINDS = {
    "conseiller_numerique": "Conseiller numérique",
    "france_services": "France services",
    "mediation": "N'importe quel lieu de médiation",
}


def worth_block(lieux: pd.DataFrame, communes: pd.DataFrame) -> Block:
    """Say what the places that reach rests on are worth: known when, and there every day?"""
    kept = lieux.assign(statut="retenu")  # the mart holds no other
    rows = []
    for kind, words in KINDS.items():
        own = lieux[places_of(kept, *(() if kind == ANY_HELP else (kind,)))]
        rows.append(
            {
                "Dispositif": words,
                "Lieux": len(own),
                "Fiche de plus de 18 mois (%)": _percent(
                    old_places_of(own, *(() if kind == ANY_HELP else (kind,)))
                ),
                "Itinérants (%)": _percent(own["itinerance"]),
            }
        )
    near = communes["couverture"].isin(["couverte", "incertaine"])
    covered = communes[communes["couverture"].eq("couverte")]
    old = covered["conseiller_plus_proche_ancien"].fillna(False).astype(bool)
    relies = communes[near & communes["est_couverture_itinerante"]]
    sure = relies["couverture"].eq("couverte")
    return Block(
        "Ce que valent les lieux",
        (
            f"{french(_percent(old))} % des communes couvertes le sont d'abord par un lieu dont la "
            "fiche a plus de 18 mois au jour de l'édition : il a pu fermer, ou le conseiller le "
            "quitter, et la phrase de la commune (motif) dit de quelle année il est connu."
            if old.any()
            else "Aucune commune couverte ne l'est d'abord par un lieu dont la fiche a plus de 18 "
            "mois au jour de l'édition.",
            f"{french(len(relies))} communes seraient moins bien classées sans les lieux "
            f"itinérants, dont {french(sure.sum())} couvertes. Un lieu est dit itinérant dès que "
            "l'une de ses fiches le dit ; il compte ici comme s'il était là tous les jours, et la "
            "phrase de la commune le dit (colonne est_couverture_itinerante).",
        ),
        table=pd.DataFrame(rows),
        caption="Âge et itinérance des lieux, par dispositif",
    )


def _percent(flags: pd.Series) -> float:
    """Share that is true, in percent; 0 of nothing."""
    return round(100 * float(flags.astype(bool).mean()), 1) if len(flags) else 0.0


def tie_words(communes: pd.DataFrame) -> str:
    """Say how exactly half is counted, and which communes of the edition it is the case of."""
    share = communes["population_hors_portee_pct"]
    even = communes[(share - 100 * HALF).abs() <= 100 * TIE]
    named = [
        f"{name} ({code})" for name, code in zip(even["nom"], even["code_commune"], strict=True)
    ]
    return (
        "À égalité, quand la moitié juste des habitants est à plus de 20 minutes, le territoire "
        "n'est pas hors de portée (il y faut plus de la moitié) : ses minutes sont celles de la "
        "moitié la plus proche, ses conseillers comptés ceux de la moitié qui en a le moins. "
        + (
            f"C'est le cas ici de {', '.join(named)}."
            if named
            else "Ce n'est le cas d'aucune commune de cette édition."
        )
    )
