"""Questions that a fiche invites to ask on the spot: each from a fact of the place.

A score says where to look; these say what to ask, and to whom. They are ordered by what can be
acted upon, and few enough to be asked.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from fragility.export.explanation_words import Words
from fragility.export.fiche_html import minutes_of
from fragility.export.fiche_store import Store
from fragility.export.labels import about, french, plural
from fragility.index.explanation_model import Explanation, Figure

MOST = 6
# Share of the inhabitants, in percent, from which a part is worth a question: those beyond reach
# in a covered commune, those of one commune in a group.
_BEYOND = 20.0
# Inhabitants from which a commune without a conseiller is first asked whether the list forgets one:
# a small town.
_TOWN = 5000
_HARD = 7.0  # points from which an indicator is among the three worst tenths of France
_OF_INDICATOR = {
    "non_4g": "« {label} » : {value}. Quels hameaux captent mal, et un site est-il prévu ici par "
    "le « New Deal mobile » (dispositif de couverture ciblée, suivi par la préfecture) ?",
    "non_thd": "« {label} » : {value} ({year}). Où en est la fibre depuis, et à quelle date "
    "toutes les adresses seront-elles raccordables (à demander au syndicat numérique ou au "
    "département) ?",
    "plus_65": "« {label} » : {value}. Qui aide déjà les plus âgés dans leurs démarches (CCAS, "
    "aide à domicile, clubs, proches), et savent-ils à qui les adresser ?",
    "peu_diplomes": "« {label} » : {value}. Les démarches en ligne de la mairie et des partenaires "
    "ont-elles une voie simple, au guichet ou au téléphone, et des mots que chacun comprend ?",
    "pauvrete": "« {label} » : {value}. Les foyers modestes ont-ils un ordinateur et un abonnement "
    "(matériel reconditionné, offre sociale), ou seulement un téléphone ?",
}
_OTHER = "« {label} » : {value}. Que savent de ce point ceux qui reçoivent les habitants ?"


def questions_of(
    told: Explanation,
    words: Words,
    access: Mapping[str, Mapping[str, object]],
    row: Mapping[str, object],
) -> list[str]:
    """Ask what the figures of a commune leave open, the most urgent first.

    Parameters
    ----------
    access : rows of `access_dispositifs`, by dispositif.
    row : the commune's row of `Store.communes`.
    """
    if told.population is not None and not told.population:
        return [
            "La commune n'a pas d'habitant au recensement : qui la fréquente ou y travaille, et "
            "une commune voisine suffit-elle à les accueillir ?"
        ]
    found = [*_of_reach(told, access, row), *_of_trust(told, words)]
    found[2:2] = _of_indicators(told, words)
    scores = [unit.score for unit in told.iris if unit.score is not None]
    if len(scores) > 1 and max(scores) - min(scores) >= 1:
        worst = next(unit for unit in told.iris if unit.score == max(scores))
        found.insert(
            1,
            f"Du quartier le moins fragile au plus fragile (« {worst.nom} »), le score va de "
            f"{french(min(scores), 2)} à {french(max(scores), 2)} : l'accueil est-il près de ceux "
            "qui en ont besoin ?",
        )
    return found[:MOST]


def _of_reach(
    told: Explanation, access: Mapping[str, Mapping[str, object]], row: Mapping[str, object]
) -> list[str]:
    """What to ask of the places that help."""
    reach = told.portee
    if reach is None or reach.couverture is None:
        return ["Où les habitants vont-ils aujourd'hui pour une démarche en ligne ?"]
    if reach.conseiller_plus_proche_min is None:
        return [
            "Aucun conseiller ne se rejoint par la terre : peut-il en venir un, à quel rythme, et "
            "que peut-on faire à distance ?"
        ]
    far = minutes_of(reach.conseiller_plus_proche_min)
    name = reach.conseiller_plus_proche_nom
    found = []
    if reach.couverture == "non_couverte":
        if (told.population or 0) >= _TOWN:
            found.append(
                "Une commune de cette taille sans conseiller à portée : les listes, qui ont pu "
                "vieillir ou l'oublier, disent-elles vrai ?"
            )
        found.append(
            f"Le conseiller le plus proche ({name}) est à {far} : peut-il tenir une permanence "
            "ici, à quel rythme, et dans quel local connecté (mairie, bibliothèque, école) ?"
        )
        services = access.get("france_services", {})
        near = services.get("plus_proche_min")
        if services.get("couverture") == "couverte" and isinstance(near, float):
            found.append(
                f"Un lieu France services est à {minutes_of(near)} "
                f"({services['plus_proche_nom']}) : prend-il aussi le temps d'apprendre aux "
                "habitants à se débrouiller seuls ?"
            )
        else:
            found.append(
                "Comment viennent ceux qui ne conduisent pas : transport à la demande, "
                "covoiturage, visite à domicile ?"
            )
    elif reach.population_hors_portee_pct is None and reach.est_conseiller_dans_commune:
        found.append(
            "Un conseiller reçoit dans la commune, mais rien ne dit ici où vivent ses habitants : "
            "quels quartiers ou villages en sont à plus de 20 min ?"
        )
    elif reach.couverture == "incertaine":
        found.append(
            f"Le verdict dépend de la vitesse des trajets : le conseiller le plus proche ({name}) "
            f"est-il vraiment à {far} aux heures où l'on s'y rend, en hiver, sans voiture ?"
        )
    elif (reach.population_hors_portee_pct or 0.0) >= _BEYOND:
        found.append(
            f"{french(reach.population_hors_portee_pct or 0.0)} % des habitants sont à plus de "
            f"20 min de {name} : quels hameaux, et une permanence itinérante y passe-t-elle ?"
        )
    elif reach.est_conseiller_dans_commune:
        found.append(
            "Un conseiller reçoit dans la commune : le poste est-il encore pourvu, jusqu'à quand "
            "est-il financé, et qui le sait parmi les habitants ?"
        )
    else:
        found.append(
            f"Les habitants connaissent-ils {name}, à {far}, ses horaires, et le poste est-il "
            "encore pourvu ?"
        )
    people = told.difficulte.nb_personnes_en_difficulte if told.difficulte else None
    posts = row.get("nb_conseillers_20min")
    if reach.couverture != "non_couverte" and people and isinstance(posts, float) and posts >= 1:
        found.append(
            f"{plural(posts, 'conseiller', 'conseillers')} à moins de 20 min de l'habitant médian, "
            f"pour plusieurs communes, et {about(people, 3)} "
            f"{'personne' if round(people) < 2 else 'personnes'} en difficulté ici : combien de "
            "temps attend-on un rendez-vous ?"
        )
    return found


def _of_indicators(told: Explanation, words: Words) -> list[str]:
    """What to ask of the indicators that weigh more than on average, at most two."""
    high = sorted(
        (
            figure
            for figure in told.indicateurs
            if (figure.ecart or 0) > 0.1 and figure.valeur is not None
            and (figure.points or 0) >= min(_HARD, told.score or 0)
        ),
        key=lambda figure: -(figure.ecart or 0),
    )  # fmt: skip
    return [_asked(figure, words) for figure in high[:2]]


def _asked(figure: Figure, words: Words) -> str:
    value = words.value(figure.indicateur, figure.valeur or 0.0)
    return _OF_INDICATOR.get(figure.indicateur, _OTHER).format(
        label=words.label(figure.indicateur), value=value, year=figure.annee or "année inconnue"
    )


def _of_trust(told: Explanation, words: Words) -> list[str]:
    """What to ask where the figures are weak."""
    found = []
    modelled = [f for f in told.indicateurs if f.origine == "impute" and f.erreur is not None]
    absent = [f"« {words.label(f.indicateur)} »" for f in told.indicateurs if f.points is None]
    if absent:
        found.append(
            f"Il manque un chiffre pour {', '.join(absent)} : qui le sait sur place (opérateurs et "
            "Arcep pour les réseaux, CAF et CCAS pour les revenus) ?"
        )
    sure = told.certitude
    if sure is not None and sure.confiance == "incertain":
        found.append(
            "Un autre choix raisonnable de calcul changerait le verdict : ce que vous voyez sur "
            "le terrain le confirme-t-il ?"
        )
    if told.est_petit_effectif:
        found.append(
            "Avec si peu d'habitants, le secrétariat de mairie en sait plus que le calcul : "
            "combien ont besoin d'aide, et pour quelles démarches ?"
        )
    elif modelled:
        found.append(
            f"« {words.label(modelled[0].indicateur)} » est estimé par un modèle : la CAF ou le "
            "CCAS ont-ils un chiffre pour la commune ?"
        )
    if told.est_douteux:
        found.append(
            "Aucune adresse à très haut débit dans le fichier : est-ce vrai, ou le fichier est-il "
            "incomplet (à vérifier sur cartefibre.arcep.fr) ?"
        )
    return found


def group_questions(told: Explanation, store: Store, members: pd.DataFrame) -> list[str]:
    """Ask what the figures of an EPCI or a département leave open."""
    zone = f"{told.niveau}:{told.code}"
    bare = members[members["est_fragile_non_couverte"].fillna(False).astype(bool)]
    found = []
    if len(bare):
        largest = bare.sort_values("population", ascending=False).iloc[0]
        found.append(
            f"Où tenir des permanences pour les {french(bare['population'].sum())} habitants des "
            f"communes fragiles non couvertes, à commencer par {largest['nom']} ? Les meilleurs "
            "lieux se calculent (à faire par le service qui tient l'outil : « fragility simulate "
            f"--edition {store.words.edition} --posts 2 --zone {zone} »)."
        )
    unsure = members["couverture"].eq("incertaine").sum()
    if unsure:
        found.append(
            f"{plural(unsure, 'commune a', 'communes ont')} une couverture incertaine : les "
            "trajets y sont-ils plus longs qu'on ne le calcule (relief, saison, transports) ?"
        )
    people = members.dropna(subset=["nb_personnes_en_difficulte"])
    most = people.nlargest(1, "nb_personnes_en_difficulte")
    share = (
        100
        * most["nb_personnes_en_difficulte"].sum()
        / max(people["nb_personnes_en_difficulte"].sum(), 1.0)
    )
    if len(people) > 1 and share >= _BEYOND:
        town = most["nom"].iloc[0]
        found.append(
            f"{town} compte {french(share)} % des personnes en difficulté du territoire, quel que "
            "soit son score : l'effort suit-il le nombre autant que le rang ?"
        )
    found.append(
        "Qui fait quoi : postes de conseillers, France services, bibliothèques, CCAS et "
        "associations se parlent-ils, et se renvoient-ils les habitants ?"
    )
    own = store.places.loc[store.places["code_commune"].isin(members.index), "dispositifs_anciens"]
    old, every = int(own.notna().sum()), len(own)
    if old:
        found.append(
            f"Dans {french(old)} des {french(every)} lieux, un service au moins n'est connu que "
            "par des fiches de plus de 18 mois : lesquels ont fermé ou l'ont perdu, lesquels ont "
            "ouvert ?"
        )
    return found[:MOST]
