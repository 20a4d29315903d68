"""Sentences of docs/competences.md that need more than a figure: what adds what, and the limits."""

from __future__ import annotations

import pandas as pd

from fragility.export.labels import french
from fragility.validation.blocks import Block

TRIED_WORDS = {
    "connexion_domicile": "connexion au domicile",
    "ordinateur_domicile": "ordinateur au domicile",
}


def measure(model: pd.DataFrame, name: str) -> float:
    """Value of one measure of `competences_modele` that is of no model in particular."""
    return float(model.loc[model["mesure"].eq(name) & model["modele"].eq(""), "valeur"].iloc[0])


def what_adds(error: pd.Series) -> str:
    """Say by how much each fact lowers the error once age is known."""
    both = error["age_diplome"]
    gained = 100 * (1 - both / error["age"])
    size, sex, town = (
        100 * (1 - error[f"age_diplome_{name}"] / both)
        for name in ("taille_menage", "sexe", "agglomeration")
    )
    return (
        f"Connaître le diplôme en plus de l'âge réduit l'erreur de {french(gained)} % ; y ajouter "
        f"la taille du ménage, de {french(size, 1)} % ; le sexe, de {french(sex, 1)} % ; la taille "
        f"de l'agglomération, de {french(town, 1)} % (un nombre négatif l'augmente)."
    )


def tried_words(quality: pd.DataFrame) -> str:
    """Say what the same model is worth for the targets that are not published by commune."""
    value = quality[["brier", "pente"]].astype(float).T.to_dict()
    said = [
        f"{words} : {french(value[f'{name}_age_diplome']['brier'], 3)}, contre "
        f"{french(value[f'{name}_constante']['brier'], 3)} pour un même taux partout (pente "
        f"{french(value[f'{name}_age_diplome']['pente'], 2)})"
        for name, words in TRIED_WORDS.items()
        if f"{name}_age_diplome" in value
    ]
    if not said:
        return "Aucune autre question n'a assez de réponses pour être essayée."
    return (
        "La même méthode, essayée sur d'autres questions (erreur de Brier sur des zones tenues à "
        "l'écart) – " + " ; ".join(said) + ". Aucun chiffre local publié ne permet de vérifier "
        "ces estimations : elles ne sont pas publiées par commune."
    )


def limits(competences: pd.DataFrame, model: pd.DataFrame) -> Block:
    """Say what the estimate does not know."""
    units = competences[competences["niveau"] == "iris"]
    inherited = int(units["difficulte_origine"].eq("commune").sum())
    oldest = measure(model, "part_75_connue_pct")
    far = competences[
        competences["niveau"].eq("commune") & competences["est_difficulte_extrapolee"]
    ]
    return Block(
        "Limites",
        (
            "Rien n'est vérifiable sous l'EPCI avec des données publiques ; à l'EPCI même, "
            "l'accord avec l'INSEE est en partie celui d'un modèle avec un autre "
            "(docs/competences.md).",
            f"L'enquête n'interroge personne outre-mer : les {french(len(far))} communes qui y "
            "sont estimées le sont avec les taux de la métropole, et marquées "
            "(`est_difficulte_extrapolee`). L'INSEE y trouvait en 2017 environ 30 % de personnes "
            "n'allant jamais sur internet en Guadeloupe, en Martinique et à La Réunion, contre 19 "
            "% en métropole (chiffres relevés dans la presse) : l'estimation y est sans doute trop "
            "basse, et l'intervalle est élargi d'autant.",
            f"{french(inherited)} IRIS, parties d'une commune, en prennent le taux "
            "(`difficulte_origine` = commune), faute d'âges et de diplômes publiés ensemble. Leur "
            "intervalle suppose qu'ils diffèrent entre eux comme les communes d'une même "
            "intercommunalité.",
            "Le recensement a ses propres années, et le niveau national date de "
            f"{int(competences['difficulte_annee'].iloc[0])} : la difficulté a pu reculer depuis. "
            "Les mesures de 2019 et de 2021 n'ont pas la même définition : leur écart n'est pas "
            "une évolution. L'INSEE mesure les ménages ordinaires ; le nombre de personnes compte "
            "tous les habitants de 15 ans ou plus.",
            f"Le recensement de l'édition donne les 75 ans ou plus de {french(oldest)} % des "
            "communes ; ailleurs les 65 ans ou plus se partagent comme dans l'enquête, qui "
            "rencontre mal les plus âgés. Le diplôme est celui des adultes de 25 ans ou plus.",
            "L'aisance et les démarches en ligne dépendent de l'âge et du diplôme, mais rien de "
            "local ne permet d'en vérifier une estimation ; le besoin d'aide en dépend peu, et n'a "
            "été demandé qu'en ligne et par téléphone. Ils n'ont que des nombres nationaux et "
            "régionaux (table `competences_effectifs`), jamais de carte.",
        ),
    )
