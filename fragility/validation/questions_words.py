"""One sentence per question of the planner, that reads its answer."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

import pandas as pd

from fragility.export.labels import INDICATOR_TITLES, about, french, plural
from fragility.export.questions import CITY

FIRST = 10
Reading = Callable[[pd.DataFrame], str]


def _where(frame: pd.DataFrame) -> str:
    whole = frame[frame["niveau"] == "ensemble"].iloc[0]
    tops = frame[frame["niveau"] != "ensemble"].drop_duplicates("niveau")
    firsts = ", ".join(
        f"{row['territoire']} ({row['niveau']}, {french(row['population'])} habitants)"
        for row in tops.to_dict("records")
    )
    return (
        f"{plural(whole['nb_communes'], 'commune', 'communes')}, {french(whole['population'])} "
        f"habitants, dont {french(whole['population_hors_portee'])} à plus de 20 minutes d'un "
        f"conseiller ; {about(whole['nb_personnes_en_difficulte'])} personnes en difficulté "
        f"numérique y vivent. En tête de chaque niveau : {firsts}."
    )


def _posts(frame: pd.DataFrame) -> str:
    people = frame["nb_personnes_hors_portee"]
    first, share = frame.iloc[0], 100 * people.head(FIRST).sum() / people.sum()
    return (
        f"{first['nom_epci']} ({first['nom_departement']}) vient en tête : "
        f"{about(first['nb_personnes_hors_portee'])} personnes en difficulté y vivent hors de "
        f"portée, dans {plural(first['nb_communes'], 'commune', 'communes')}. Les "
        f"{min(FIRST, len(frame))} premiers EPCI sur {french(len(frame))} réunissent "
        f"{french(share)} % de ces personnes."
    )


def _france_services(frame: pd.DataFrame) -> str:
    here = int(frame["est_dans_la_commune"].sum())
    return (
        f"{french(len(frame))} des communes fragiles et non couvertes ont une France services à "
        f"portée, dont {french(here)} sur place ; "
        f"{french(frame['population_hors_portee'].sum())} de leurs habitants sont à plus de 20 "
        "minutes d'un conseiller."
    )


def _capacity(frame: pd.DataFrame) -> str:
    known = frame[frame["capacite_pour_10000"].notna()]
    if known.empty:
        return "Aucun département n'a de capacité calculée."
    low, high = known.iloc[0], known.iloc[-1]
    said = (
        f"{low['nom_departement']} : {french(low['capacite_pour_10000'], 1)} postes pour 10 000 "
        f"personnes en difficulté numérique, dont {french(low['part_a_portee_pct'])} % sont à "
        "portée d'un poste"
    )
    if len(known) == 1:
        return said + "."
    return (
        f"Le moins, {said}. Le plus, {high['nom_departement']} : "
        f"{french(high['capacite_pour_10000'], 1)}. La moitié des départements en ont moins de "
        f"{french(known['capacite_pour_10000'].median(), 1)}. Là où beaucoup de personnes sont à "
        "portée de peu de postes, c'est leur nombre qui manque, plus que leur proximité."
    )


def _ending(frame: pd.DataFrame) -> str:
    first, old = frame.iloc[0], int(frame["est_ancien"].fillna(False).astype(bool).sum())
    aged = f", dont {french(old)} connus par une fiche ancienne" if old else ""
    return (
        f"{plural(frame['nb_communes_fragiles'].sum(), 'commune fragile', 'communes fragiles')}, "
        f"{french(frame['population'].sum())} habitants, n'ont qu'un poste à 20 minutes, tenu dans "
        f"{plural(len(frame), 'lieu', 'lieux')}{aged}. Le premier à ne pas perdre : "
        f"{first['lieu']}, pour "
        f"{plural(first['nb_communes_fragiles'], 'commune', 'communes')} et "
        f"{about(first['nb_personnes_en_difficulte'])} personnes en difficulté."
    )


def _change(frame: pd.DataFrame) -> str:
    rows = frame.set_index("changement")
    count = rows["nb_communes"].reindex(["plus fragile", "moins fragile"]).fillna(0)
    compared = rows.drop(index="non comparée", errors="ignore")
    crossed = rows[["nb_devenues_fragiles", "nb_qui_ne_le_sont_plus"]].sum()
    sure = rows.reindex(["plus fragile", "moins fragile"]).fillna(0)
    return (
        f"De {frame['edition_avant'].iloc[0]} à {frame['edition_apres'].iloc[0]}, sur "
        f"{french(compared['nb_communes'].sum())} communes comparées, "
        f"{french(count['plus fragile'])} sont plus fragiles et "
        f"{french(count['moins fragile'])} moins fragiles, de façon sûre ; pour les autres, "
        "l'écart ne dépasse pas l'erreur des chiffres. Le seuil de fragilité est franchi vers le "
        "haut par "
        f"{_crossing(crossed['nb_devenues_fragiles'], sure['nb_devenues_fragiles'].sum())}, et "
        "vers le bas par "
        f"{_crossing(crossed['nb_qui_ne_le_sont_plus'], sure['nb_qui_ne_le_sont_plus'].sum())}."
    )


def _crossing(count: float, sure: float) -> str:
    """Say how many communes cross the threshold, and how many of them surely."""
    if not count:
        return "aucune commune"
    surely = f"dont {french(sure)}" if sure else "mais aucune"
    return f"{plural(count, 'commune', 'communes')}, {surely} par un changement sûr"


def _estimated(frame: pd.DataFrame) -> str:
    made = frame[frame["origine"].eq("impute") & frame["part_communes_pct"].ge(1)]
    if made.empty:
        return "Aucun indicateur des communes n'est estimé par un modèle, ou presque."
    said = " ; ".join(_share(row) for row in made.to_dict("records"))
    return (
        f"Estimé par un modèle : {said}. Le score d'une petite commune doit beaucoup à ces "
        "modèles ; les autres indicateurs sont publiés, ou calculés sans modèle."
    )


def _share(row: dict[Hashable, Any]) -> str:
    """Say how much of an indicator has one origin."""
    listed = row["part_de_la_liste_pct"]
    return (
        f"« {INDICATOR_TITLES[row['indicateur']]} » dans {french(row['part_communes_pct'])} % des "
        f"communes ({french(row['part_habitants_pct'])} % des habitants"
        + ("" if pd.isna(listed) else f", {french(listed)} % des communes de la liste")
        + ")"
    )


def _sure(frame: pd.DataFrame) -> str:
    rows = frame.set_index("situation")
    if "sur la liste" not in rows.index:
        return "Aucune commune n'est à la fois fragile et non couverte."
    own, others = rows.loc[["sur la liste"]].iloc[0], rows.drop(index="sur la liste")
    likely = others["nb_90_et_plus"] + others["nb_50_a_90"]
    unsure = likely.get("fragile, couverture incertaine", 0)
    return (
        f"Sur les {french(own['nb_communes'])} communes de la liste, "
        f"{french(own['nb_90_et_plus'])} y sont à 90 % de probabilité au moins, et "
        f"{french(own['nb_moins_de_50'])} à moins de 50 % ; la somme des probabilités en donne "
        f"{french(own['nb_attendu'])}. La liste ne dit pas tout : hors d'elle, "
        f"{french(likely.sum())} communes ont une chance sur deux ou plus d'être fragiles et loin "
        "d'un conseiller, dont "
        f"{french(unsure)} fragiles à la couverture incertaine ; la somme des probabilités y donne "
        f"{french(others['nb_attendu'].sum())} communes de plus."
    )


def _quarters(frame: pd.DataFrame) -> str:
    first = frame.iloc[0]
    fragile = int(frame["nb_iris_fragiles"].sum())
    said = f"dit fragiles {french(fragile)}" if fragile else "ne dit fragile aucun"
    return (
        f"{french(len(frame))} communes de {french(CITY)} habitants ou plus, non fragiles, ont des "
        f"IRIS du dixième le plus pauvre : {french(frame['population_des_iris'].sum())} habitants. "
        f"Le score {said} de ces {french(frame['nb_iris'].sum())} IRIS. "
        f"À {first['nom']}, {french(first['nb_iris'])} IRIS et "
        f"{french(first['population_des_iris'])} habitants, jusqu'à "
        f"{french(first['pauvrete_iris_pct'], 1)} % de pauvreté pour "
        f"{french(first['pauvrete_commune_pct'], 1)} % dans la commune."
    )


def _overseas(frame: pd.DataFrame) -> str:
    without = frame[frame["nb_communes_avec_score"] == 0]
    if without.empty:
        return f"Les {french(len(frame))} départements ont des communes classées.{_widest(frame)}"
    return (
        f"Aucune commune n'a de score dans {plural(len(without), 'département', 'départements')} "
        f"sur {french(len(frame))} ({', '.join(without['nom_departement'])}), faute "
        "d'indicateurs : "
        f"{french(without['nb_non_couvertes'].sum())} de leurs communes sont pourtant loin d'un "
        f"conseiller.{_widest(frame)}"
    )


def _widest(frame: pd.DataFrame) -> str:
    """Say how little is known of the number of people, by the widest interval."""
    known = frame[frame["nb_personnes_bas"] > 0]
    if known.empty:
        return ""
    row = known.iloc[int((known["nb_personnes_haut"] / known["nb_personnes_bas"]).argmax())]
    return (
        " Le nombre de personnes en difficulté y est mal connu "
        f"({row['nom_departement']} : de {about(row['nb_personnes_bas']).removeprefix('environ ')} "
        f"à {about(row['nb_personnes_haut']).removeprefix('environ ')}, neuf fois sur dix)."
    )


def _unless_empty(nothing: str, say: Reading) -> Reading:
    """Say `nothing` of an answer without rows."""
    return lambda frame: nothing if frame.empty else say(frame)


READINGS: dict[str, Reading] = {
    "ou_et_combien": _unless_empty(
        "Aucune commune n'est à la fois fragile et non couverte.", _where
    ),
    "ou_placer_des_postes": _unless_empty(
        "Aucun EPCI n'a de commune fragile et non couverte.", _posts
    ),
    "france_services_sans_conseiller": _unless_empty(
        "Aucune commune fragile et non couverte n'a de France services à portée.", _france_services
    ),
    "capacite": _capacity,
    "postes_qui_finissent": _unless_empty(
        "Aucune commune fragile ne dépend d'un seul poste.", _ending
    ),
    "ce_qui_change": _unless_empty(
        "Cette édition n'en suit aucune qui soit calculée : la réponse est vide, et se remplit "
        "avec l'édition suivante (« fragility run --edition france-2025 » après france-2021).",
        _change,
    ),
    "chiffres_estimes": _estimated,
    "ce_qui_est_sur": _sure,
    "quartiers_caches": _unless_empty(
        f"Aucune commune de {french(CITY)} habitants n'est dans ce cas.", _quarters
    ),
    "outre_mer": _unless_empty("Cette édition n'a pas d'outre-mer.", _overseas),
}
