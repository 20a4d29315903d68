"""Model of the table that says how each commune has changed since an older edition."""

from __future__ import annotations

import pandera.pandas as pa

from fragility.schemas.columns import (
    CODE_COMMUNE,
    INDICATORS,
    MEMBERSHIP,
    NAME,
    PASSAGES,
    POPULATION,
)
from fragility.schemas.kinds import count, flag, number, share, table, text

# Said without the name of a measure: it may differ between the two editions.
_SUBJECTS = {
    "non_thd": "internet fixe",
    "non_4g": "réseau mobile",
    "plus_65": "âge",
    "peu_diplomes": "diplômes",
    "pauvrete": "niveau de vie",
}


def _changes(key: str) -> list[pa.Column]:
    """Value, points and contribution to the change of one indicator."""
    subject = _SUBJECTS[key]
    sides = (("avant", "avant"), ("apres", "après"))
    return [
        *[
            share(
                f"{key}_{side}_pct",
                f"Valeur {word} : {subject} (%)",
                "Valeur dans l'édition ; moyenne pondérée des communes réunies depuis.",
            )
            for side, word in sides
        ],
        *[
            number(
                f"score_{key}_{side}",
                f"Points {word} : {subject}",
                "Sous-score sur les repères d'avant ; vide s'il n'est pas comparé.",
                low=None,
            )
            for side, word in sides
        ],
        number(
            f"contribution_{key}",
            f"Contribution : {subject}",
            "Part de l'évolution qui lui est due, en points de score.",
            low=None,
        ),
    ]


EVOLUTION = table(
    "evolution",
    "Évolution",
    "Changement du score de chaque commune depuis une édition plus ancienne, sur les repères "
    "de celle-ci ; vide quand l'édition n'en suit aucune qui soit publiée. Ce qui n'est pas "
    "mesuré de la même façon des deux côtés n'est pas compté.",
    [
        CODE_COMMUNE,
        NAME,
        *MEMBERSHIP,
        POPULATION,
        text("edition_avant", "Édition d'avant", "Celle dont les repères servent."),
        text("edition_apres", "Édition d'après", "Celle dont la carte sert."),
        text(
            "statut",
            "Statut",
            "comparee ; sans_avant : territoire recréé, divisé ou nouveau ; sans_score : trop "
            "peu d'indicateurs d'un côté ; sortie : commune d'avant qui n'est plus sur la "
            "carte.",
            among=("comparee", "sans_avant", "sans_score", "sortie"),
        ),
        text(
            "nature",
            "Territoire",
            "Ce qu'est devenu le territoire d'une édition à l'autre.",
            among=(*PASSAGES, "inconnu"),
        ),
        text("communes_avant", "Communes d'avant", "Codes des communes dont elle est faite."),
        text(
            "indicateurs_compares",
            "Indicateurs comparés",
            "Ceux qui font le score d'avant et d'après ; les autres sont laissés des deux côtés.",
        ),
        number(
            "score_publie_avant",
            "Score publié avant",
            "Score de l'édition d'avant, tous ses indicateurs ; vide pour une fusion.",
            low=None,
        ),
        number(
            "score_publie_apres",
            "Score publié après",
            "Score de l'édition d'après, sur ses propres repères : il ne se compare pas au "
            "précédent.",
            low=None,
        ),
        number(
            "score_avant",
            "Score comparable avant",
            "Score sur les indicateurs comparés, repères de l'édition d'avant.",
            low=None,
        ),
        number(
            "score_apres",
            "Score comparable après",
            "Score sur les mêmes indicateurs et les mêmes repères.",
            low=None,
        ),
        number(
            "evolution",
            "Évolution",
            "Score comparable après moins avant ; positif : plus fragile. Somme des contributions.",
            low=None,
        ),
        number(
            "evolution_bas",
            "Évolution : bas",
            "Borne basse de l'intervalle à 90 % (erreurs des deux éditions, poids).",
            low=None,
        ),
        number(
            "evolution_haut",
            "Évolution : haut",
            "Borne haute de l'intervalle à 90 %.",
            low=None,
        ),
        flag(
            "est_significatif",
            "Significatif",
            "L'intervalle exclut zéro et le test tient compte du nombre de communes : 5 % au "
            "plus des changements dits significatifs sont attendus faux (Benjamini-Hochberg) ; "
            "jamais si le chiffre de la commune va à l'inverse de ceux de ses IRIS, ni pour moins "
            "d'un dixième de classe.",
        ),
        number(
            "valeur_p",
            "Valeur p",
            "Probabilité d'un changement aussi grand par les seules erreurs.",
            high=1,
        ),
        text(
            "sens",
            "Sens",
            "hausse (plus fragile), baisse ou stable ; à lire avec est_significatif.",
            among=("hausse", "baisse", "stable"),
            nullable=True,
        ),
        *[
            count(
                f"classe_{side}",
                f"Classe {word} (1-5)",
                "Classe du score comparable, bornes fixées sur l'édition d'avant.",
                nullable=True,
            )
            for side, word in (("avant", "avant"), ("apres", "après"))
        ],
        *[
            flag(
                f"est_fragile_{side}",
                f"Fragile {word}",
                "Score comparable au moins égal au seuil fixé sur l'édition d'avant.",
            )
            for side, word in (("avant", "avant"), ("apres", "après"))
        ],
        *[column for key in INDICATORS for column in _changes(key)],
        number(
            "contribution_autres",
            "Contribution : autres",
            "Part de l'évolution due aux indicateurs du profil qui n'ont pas de colonne ici.",
            low=None,
        ),
        text("motif", "Motif", "Une phrase qui dit le changement et d'où il vient."),
    ],
    unique=["code_commune"],
)
