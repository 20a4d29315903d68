"""What a simulation found, in French sentences: printed, and in its LISEZMOI.md."""

from __future__ import annotations

import pandas as pd

from fragility.export.labels import french, plural

_LEVELS = {"region": "région", "departement": "département", "epci": "EPCI"}
NEARLY_ALL = 0.95
NAMED = 10  # communes
SPEED = "la vitesse des trajets, connue à 25 % près"
ORDER = (
    "L'ordre est celui qui atteint le plus de monde le plus tôt : chaque poste est compté pour les "
    "personnes que les précédents n'atteignent pas. Les premiers d'une longue liste ne sont pas la "
    "meilleure liste courte : pour cinq postes, demandez-en cinq."
)
SPARE = (
    "Le lieu de rechange est dans une autre commune, plus peuplée, et dessert au moins la moitié "
    "des mêmes personnes. La perte est celle de la liste entière si ce seul poste y va, les autres "
    "restant : au plus 5 % des personnes comptées pour le poste."
)
HALLS = (
    "Une mairie est mise dans le carré le plus habité de sa commune : aucune source de l'édition "
    "n'en donne l'adresse. Qu'une salle soit libre, ou un conseiller à recruter, reste à demander."
)


def post_words(resume: pd.Series, postes: pd.DataFrame, territoires: pd.DataFrame) -> list[str]:
    """Say what a list of posts brings, and how good and how sure it is.

    Parameters
    ----------
    resume : the row of `simulation_resume`.
    postes, territoires : `simulation_postes`, `simulation_territoires`.
    """
    minutes = french(resume["seuil_min"])
    wanted, gained = resume["nb_personnes_hors_portee"], resume["nb_personnes_gagnees"]
    if not resume["nb_postes"]:
        return [_nothing(resume, minutes)]
    best = (
        f"Optimum prouvé : aucune autre liste de {plural(resume['nb_postes'], 'poste', 'postes')} "
        "de ces lieux n'en atteint plus."
        if resume["est_optimum_prouve"]
        else f"À {french(resume['ecart_max_pct'], 2)} % de l'optimum au plus : la preuve a manqué "
        "de temps (--secondes)."
    )
    return [
        f"{french(gained)} personnes en difficulté numérique mises à portée, sur "
        f"{french(wanted)} qui vivent à plus de {minutes} minutes d'un conseiller dans une "
        f"commune fragile et non couverte ({_share(resume['part_gagnee_pct'])} %).",
        best,
        *_fewer(resume, minutes),
        *_most(postes["cumul_personnes_gagnees"]),
        _communes(resume),
        *_untold(territoires, "population_gagnee", "ce que ces postes leur apporteraient"),
        *_sure(resume),
    ]


def _communes(resume: pd.Series) -> str:
    """How many communes stay fragile and not covered, and how many are only perhaps covered."""
    before, after = resume["nb_communes_avant"], resume["nb_communes_apres"]
    said = f"Communes fragiles et non couvertes : {french(before)} avant, {french(after)} après"
    doubt = resume["nb_communes_incertaines"]
    sure = before - after - doubt
    if not sure and not doubt:
        return f"{said}."
    become = plural(sure, "devient couverte", "deviennent couvertes")
    if not doubt:
        return f"{said} ; {become}."
    return (
        f"{said} ; {become}, {plural(doubt, 'incertaine', 'incertaines')} (à portée ou non selon "
        f"{SPEED}{_or_where(resume['nb_communes_gain_inconnu'])})."
    )


def _or_where(untold: int) -> str:
    """The other reason to doubt of a coverage, where there is one."""
    return ", ou selon l'endroit où l'on y vit" if untold else ""


def _untold(territoires: pd.DataFrame, column: str, what: str) -> list[str]:
    """Name the communes of which nothing tells where people live: they are in no sum."""
    names = territoires.loc[territoires[column].isna(), "nom"].tolist()
    if not names:
        return []
    more = len(names) - NAMED
    listed = ", ".join(names[:NAMED]) + (f" et {plural(more, 'autre', 'autres')}" * (more > 0))
    of = "d'une commune" if len(names) == 1 else f"de {french(len(names))} communes"
    return [
        f"Rien ne dit où vivent les habitants {of} ({listed}), "
        f"{'connue' if len(names) == 1 else 'connues'} par un seul point : {what} n'est pas compté."
    ]


def _share(percent: float) -> str:
    """Write a share so that only the whole is said to be 100 %."""
    return "plus de 99" if 99 < percent < 100 - 1e-6 else french(percent)


def _nothing(resume: pd.Series, minutes: str) -> str:
    """Why no post is proposed."""
    people = resume["nb_personnes_hors_portee"]
    if people > 0:
        return (
            f"Aucun poste à placer : aucun lieu candidat n'est à {minutes} minutes des "
            f"{french(people)} personnes hors de portée (--candidats, --minutes)."
        )
    return (
        "Aucun poste à placer : personne n'y vit hors de portée dans une commune fragile et "
        "non couverte."
    )


def _fewer(resume: pd.Series, minutes: str) -> list[str]:
    """Why fewer posts than asked for, if so."""
    why = resume["raison_postes_en_moins"]
    if pd.isna(why):
        return []
    asked, given = resume["nb_postes_demandes"], resume["nb_postes"]
    said = f"{french(asked)} postes demandés, {french(given)} utiles : "
    left = resume["nb_personnes_hors_portee"] - resume["nb_personnes_atteignables"]
    if why == "tous_atteints":
        rest = (
            f" {french(left)} personnes restent hors de portée : aucun lieu candidat n'est à "
            f"{minutes} minutes d'elles."
        )
        return [
            f"{said}ils atteignent toutes les personnes à servir qu'un lieu candidat peut "
            f"atteindre, un de plus n'en gagnerait aucune.{rest if left >= 1 else ''}"
        ]
    if why == "quota":
        more = resume["nb_personnes_atteignables"] - resume["nb_personnes_gagnees"]
        return [
            f"{said}le quota ({french(resume['quota'])} par {_LEVELS[resume['quota_niveau']]}) ne "
            f"laisse de place nulle part où en gagner d'autres ; {french(more)} personnes que des "
            "lieux candidats ont à portée restent à servir."
        ]
    return [f"{said}la recherche s'est arrêtée avant d'en placer plus (--secondes)."]


def _most(reached: pd.Series) -> list[str]:
    """How many of the posts bring nearly all, where the last ones bring little."""
    first = int((reached < NEARLY_ALL * reached.iloc[-1]).sum()) + 1
    if len(reached) - first < 2:
        return []
    last = reached.iloc[-1] - reached.iloc[-2]
    some = plural(last, "personne", "personnes") if last >= 1 else "moins d'une personne"
    those = "Le premier poste fait" if first == 1 else f"Les {french(first)} premiers postes font"
    return [f"{those} {french(100 * NEARLY_ALL)} % du gain ; le dernier de la liste gagne {some}."]


def _sure(resume: pd.Series) -> list[str]:
    """How sure the gain is, where it is known."""
    if pd.isna(resume["part_robuste_pct"]):
        return []
    return [
        f"Cette liste est celle du plus grand nombre estimé, pas la plus probable : "
        f"{french(resume['part_robuste_pct'])} % du gain vient de communes au verdict robuste "
        "(« gain sûr » : fragiles et hors de portée à 90 % de probabilité au moins, au pour-cent "
        f"près) ; la probabilité moyenne est de {french(resume['probabilite_moyenne_pct'])} %."
    ]


def aim_words(resume: pd.Series) -> list[str]:
    """Say what a list of posts makes greatest, and what it does not."""
    minutes = french(resume["seuil_min"])
    return [
        "Ce que le choix rend le plus grand : le nombre estimé de personnes en difficulté "
        f"numérique qui auraient un conseiller à {minutes} minutes au plus, parmi celles qui n'en "
        "ont pas et vivent dans une commune fragile et non couverte. Ni la distance en deçà de "
        "ce seuil, ni le nombre de rendez-vous possibles, ni le coût n'entrent en compte.",
        "Ce qu'il n'est pas : la liste la plus probable. Le verdict de chaque commune est pris au "
        "mot ; sa probabilité est donnée, mais ne pèse pas. Les nombres de personnes sont des "
        "estimations, les minutes sont connues à 25 % près, et d'autres listes gagnent presque "
        "autant : c'est un point de départ pour en parler sur place.",
        ORDER,
        SPARE + f" En prenant partout le lieu de rechange : "
        f"{french(resume['nb_personnes_gagnees_centre'])} personnes au lieu de "
        f"{french(resume['nb_personnes_gagnees'])}.",
        HALLS,
    ]


def closure_words(resume: pd.Series, lieux: pd.DataFrame, territoires: pd.DataFrame) -> list[str]:
    """Say what closures cost.

    Parameters
    ----------
    resume : the row of `fermetures_resume`.
    lieux, territoires : `fermetures_lieux`, `fermetures_territoires`.
    """
    cost = "ce que la fermeture leur coûterait"
    if len(lieux) > 1:
        cost = "ce que les fermetures leur coûteraient"
    untold = _untold(territoires, "population_perdue", cost)
    new = resume["nb_communes_devenues_fragiles_non_couvertes"]
    minutes = f"conseiller à {french(resume['seuil_min'])} minutes"
    lost = round(resume["population_perdue"])
    people = (
        f"{plural(lost, 'habitant', 'habitants')}, dont "
        f"{french(resume['nb_personnes_perdues'])} en difficulté numérique, n'"
        f"{'auraient' if lost > 1 else 'aurait'} plus de {minutes} ; "
        if lost
        else f"Aucun habitant ne perdrait son {minutes} ; "
    )
    if untold:
        people = f"Ailleurs, {people[0].lower()}{people[1:]}"
    become = plural(
        new,
        "commune deviendrait fragile et non couverte.",
        "communes deviendraient fragiles et non couvertes.",
    )
    if not new:
        become = "aucune commune ne deviendrait fragile et non couverte."
    if untold:
        # What changes of verdict may be one of those.
        people = people.removesuffix(" ; ") + ". "
        become = become[0].upper() + become[1:]
    lines = [*untold, people + become]
    if doubt := resume["nb_communes_devenues_incertaines"]:
        lines.append(
            "En outre, "
            + plural(doubt, "commune fragile aujourd'hui couverte ne le serait",
                     "communes fragiles aujourd'hui couvertes ne le seraient")
            + f" plus à coup sûr : couverture incertaine, selon {SPEED}{_or_where(len(untold))}."
        )  # fmt: skip
    kept = int((~lieux["est_adresse_perdue"]).sum())
    if kept:
        lines.append(
            plural(kept, "lieu ferme", "lieux ferment")
            + " sans que l'adresse se vide : un autre lieu de conseiller y reste, personne n'y "
            "sort de portée."
        )
    return lines


def engine_words(engines: pd.DataFrame, extracts: bool, edition: str) -> str:
    """Say how the travel times of the edition were made.

    Parameters
    ----------
    engines : `access_moteur`.
    extracts : whether OpenStreetMap extracts are there now.
    edition : name of the edition.
    """
    road = float(engines.loc[engines["moteur"] == "route", "part_population_pct"].sum())
    if engines["moteur"].eq("route").any():
        return (
            f"Temps de trajet : comme dans l'édition, par la route pour {french(road, 1)} % des "
            "habitants, par la terre selon la densité pour les autres."
        )
    said = "Temps de trajet : comme dans l'édition, par la terre selon la densité, sans route."
    if not extracts:
        return said
    return (
        f"{said} Les extraits OpenStreetMap présents n'y ont donné aucun temps ; s'ils sont plus "
        f"récents qu'elle, relancez « fragility run --edition {edition} »."
    )
