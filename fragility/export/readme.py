"""LISEZMOI.md: what the folder holds, how to read the figures and how not to."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from fragility.access.coverage import THRESHOLD_MIN
from fragility.access.places import STALE_MONTHS
from fragility.export.facts import RunFacts
from fragility.export.files import write_text
from fragility.export.gpkg_shared import DUCKDB_SETTING
from fragility.export.labels import (
    CLASS_LABELS,
    CONFIDENCE_SENTENCES,
    COVERAGE_LABELS,
    COVERAGE_SENTENCES,
    french,
    plural,
)
from fragility.export.origins import context_shares, origin_shares, years_of
from fragility.export.spans import at_least
from fragility.export.zoning_view import not_given
from fragility.index.redrawn import DRAWS
from fragility.schemas import INDICATOR_LABELS

# A verdict that nine calculations in ten give is robust (`index.uncertainty`); half is a coin.
SURE_PCT, EVEN_PCT = 90, 50
FILES = (
    (
        "`carte.qgz`",
        "la carte prête, légendes comprises (gardez-la près du .gpkg)",
        "QGIS, double-clic",
    ),
    (
        "`fragilite.gpkg`",
        "les couches : communes, IRIS, EPCI, départements, lieux, communes "
        "fragiles et non couvertes, foyers de fragilité (communes et IRIS sont des vues, à lire "
        "sans les modifier)",
        "QGIS, R, Python ; DuckDB : voir plus bas",
    ),
    ("`fragilite.xlsx`", "l'essentiel, à filtrer", "Excel, LibreOffice"),
    ("`communes_fragiles_non_couvertes.csv`", "la liste d'action", "tableur"),
    (
        "`communes.csv`, `iris.csv`, `epci.csv`, `departements.csv`",
        "toutes les colonnes ; les `.csvt` donnent les types à QGIS",
        "tableur, QGIS",
    ),
    (
        "`fragilite.duckdb`",
        "toutes les tables, décrites, et des vues prêtes (schéma `marts`)",
        "DuckDB 1.5 ou plus récent, sans extension ni internet",
    ),
    (
        "`temps_acces.tif`",
        "minutes jusqu'au conseiller le plus proche, par carré de 500 m, sans réseau routier (même "
        "si un extrait OpenStreetMap a servi pour les logements)",
        "QGIS, R, Python",
    ),
    ("`tables/`", "les mêmes tables en (Geo)Parquet", "Python, R, DuckDB"),
    ("`dictionnaire.csv`", "ce que signifie chaque colonne", "tableur"),
    (
        "`site/`",
        "la carte à explorer et le détail de chaque territoire : un dossier à poser sur "
        "un serveur web",
        "`fragility serve` l'ouvre dans un navigateur",
    ),
    (
        "`fiches/`",
        "s'il existe, ce que « fragility fiche » a écrit ; un nouveau calcul le garde sans le "
        "refaire : chaque fiche porte la date du calcul dont elle vient",
        "navigateur, imprimable",
    ),
    (
        "`rapport.html`",
        "le rapport du calcul : carte, communes à voir d'abord, à quel point c'est sûr, sources, "
        "temps et mémoire de chaque étape",
        "navigateur, imprimable",
    ),
    (
        "`derive.html`",
        "ce qui a changé depuis la publication précédente, et ce qu'il faut vérifier",
        "navigateur",
    ),
)


INTERVALS = (
    f"L'indice est recalculé {french(DRAWS)} fois avec d'autres choix raisonnables (poids des "
    "indicateurs, façon de les ramener à une même échelle) et d'autres valeurs possibles des "
    "chiffres estimés ou fondés sur peu d'habitants. Neuf fois sur dix, le score est entre "
    "« score_bas » et « score_haut », et le numéro de rang entre « rang_bas » (le plus petit, donc "
    "le cas le plus fragile) et « rang_haut ». « probabilite_fragile_pct » est la part de ces "
    "calculs où le territoire est parmi les plus fragiles. Deux communes dont les intervalles se "
    "recouvrent largement ne se départagent pas."
)
TIES = (
    "Beaucoup de communes ont la même part (0 % {}, par exemple) : elles partagent le milieu de "
    "leurs rangs, si bien que leur sous-score n'est pas 1."
)


def _fragile(facts: RunFacts) -> str:
    """From which score a commune is fragile."""
    if math.isinf(facts.threshold):
        return (
            "Aucune commune n'est dite fragile : le score le plus élevé est commun à plus de "
            f"{facts.words.share} % des communes de l'édition."
        )
    return (
        f"Une commune est dite fragile quand son score est de {at_least(facts.threshold, 2)} "
        f"(au plus {facts.words.share} % des communes de l'édition)."
    )


def how_to_read(facts: RunFacts) -> list[str]:
    """Return the sentences that explain the score, the class and the coverage."""
    classes = " ; ".join(f"{rank} = {label.lower()}" for rank, label in CLASS_LABELS.items())
    coverage = [f"« {COVERAGE_LABELS[key]} » : {text}." for key, text in COVERAGE_SENTENCES.items()]
    mobile = facts.indicators["non_4g"][0]
    return [
        *facts.words.how_to_read({key: title for key, (title, _) in facts.indicators.items()}),
        f"{facts.words.classes} : {classes}.",
        _fragile(facts),
        INTERVALS,
        "La « confiance » qualifie le verdict publié, fragile ou non — "
        + " ; ".join(f"« {word} » : {text}" for word, text in CONFIDENCE_SENTENCES.items())
        + ".",
        f"« À portée » : à {french(THRESHOLD_MIN)} minutes de trajet au plus.",
        *coverage,
        *([TIES.format(mobile[0].lower() + mobile[1:])] if facts.words.shares_ranks else []),
        "Une case vide, ou grise sur la carte, veut dire « non calculé », jamais zéro.",
        "Les colonnes « origine » disent si le chiffre est publié, hérité de la commune, agrégé "
        "des IRIS ou estimé par un modèle ; les colonnes « année », de quand il date.",
    ]


def how_not_to_use() -> list[str]:
    """Return the readings that the figures do not allow."""
    return [
        "Ne lisez pas un rang nu : lisez son intervalle, la confiance et l'origine des chiffres.",
        "La liste des communes fragiles et non couvertes est celle du calcul publié, pas celle "
        "des communes les plus probables : d'autres, hors de la liste, peuvent avoir plus d'une "
        "chance sur deux de l'être. Voyez « probabilite_fragile_non_couverte_pct » avant "
        "d'écarter une commune.",
        "Le score décrit un territoire, pas ses habitants : il ne dit rien d'une personne.",
        "Une part élevée n'est pas un grand nombre : les communes les plus fragiles sont souvent "
        "petites. Regardez aussi la population, et le nombre de personnes en difficulté.",
        "Le nombre de personnes en difficulté est une estimation, vérifiable à l'EPCI tout au "
        "plus : lisez-le avec ses bornes.",
        "Sous 200 habitants (« petit effectif »), les taux du recensement sont très incertains.",
        "Ne comparez pas les scores de deux éditions, dont chacune a sa propre échelle : "
        "« fragility compare » les met sur la même et dit ce qui a vraiment changé.",
        "N'en faites pas le seul critère d'un financement : demandez d'abord aux acteurs du "
        "terrain ce que la carte ne voit pas.",
    ]


# Départements named in a sentence; more would hide it.
FEW = 5
PROXY_4G = (
    "« Loin d'un site 4G » est une approximation (plus de 4 km d'un site), pas une couverture "
    "mesurée."
)
ESTIMATED_AGES = (
    "La part des 65 ans ou plus est publiée parmi les 15 ans ou plus ; la ramener à toute la "
    "population demande une estimation des moins de 15 ans, d'où l'origine « estimé »."
)
NO_INCOMES = ("971", "973", "976")
NO_INCOME = (
    "Là où aucun revenu n'est publié (Guadeloupe, Guyane, Mayotte), la pauvreté reste absente."
)
LIMITS = (
    "Le temps de trajet est estimé par la terre, à une vitesse qui dépend de la densité : il "
    "ignore le relief, les ferrys et les routes de l'étranger, et ne suit les routes que si un "
    "extrait OpenStreetMap a été fourni. La bande de ± 25 % donne la couverture « incertaine ».",
    "Les listes comptent un poste par lieu de permanence : un conseiller qui reçoit en cinq lieux "
    "peut y être compté cinq fois.",
    "Les listes peuvent avoir vieilli ou être incomplètes : un conseiller qui n'y est pas ne "
    "compte pas. D'une grande commune « non couverte », vérifiez d'abord cela.",
    ESTIMATED_AGES,
    "La pauvreté est masquée par le secret statistique dans la plupart des petites communes : "
    "elle y est estimée par un modèle.",
    NO_INCOME,
    "Un lieu recensé n'est ni un horaire ni une place libre ; la date de sa fiche est donnée quand "
    "le producteur la publie. Seuls les lieux des conseillers numériques, itinérants compris, "
    "comptent pour la portée ; « motif » dit quand le lieu est itinérant ou sa fiche ancienne.",
    "Les contours de la carte sont simplifiés à 300 m (100 m pour les IRIS) : ne mesurez pas de "
    "surface sur la carte. Les nombres y sont arrondis comme dans les CSV ; les valeurs exactes "
    "sont dans « fragilite.duckdb » et « tables/ ».",
)
DUCKDB = (
    "Avec DuckDB, ouvrez `fragilite.duckdb`, qui a tout, contours compris. Si vous tenez à lire "
    "`fragilite.gpkg` avec `ST_Read`, lancez d'abord DuckDB (ou Python, ou R) avec la variable "
    f"d'environnement `{DUCKDB_SETTING}` : sans elle, un défaut de la bibliothèque GDAL d'avant la "
    "version 3.11.4, que DuckDB contient, interrompt ou fausse la lecture des couches `communes` "
    "et `iris`, qui sont des vues ; les autres couches se lisent sans précaution."
)


def limits(communes: pd.DataFrame, facts: RunFacts) -> list[str]:
    """Return what the figures of this edition cannot tell; nothing of what it does not hold."""
    other = [
        f"« {title} » : {definition[0].lower()}{definition[1:]}"
        for key, (title, definition) in facts.indicators.items()
        if title != INDICATOR_LABELS[key][0]
    ]
    usual = facts.indicators["non_4g"] == INDICATOR_LABELS["non_4g"]
    holds = {
        ESTIMATED_AGES: facts.estimates_ages and communes["plus_65_origine"].eq("impute").any(),
        NO_INCOME: communes["code_departement"].isin(NO_INCOMES).any(),
    }
    own = [line for line in LIMITS if holds.get(line, True)]
    return [*other, *([PROXY_4G] if usual else []), *own]


def undrawn(iris: pd.DataFrame) -> list[str]:
    """Return how many IRIS have figures and no contour, so that no map shows them."""
    absent = iris[iris["contour_origine"].eq("absent")]
    if absent.empty:
        return []
    return [
        f"{plural(len(absent), 'IRIS', 'IRIS')} sans contour publié{_where(absent)}, "
        f"{french(absent['population'].sum())} habitants : leurs chiffres sont dans « iris.csv » "
        "et « fragilite.duckdb » ; sur les cartes, seule leur commune est dessinée."
    ]


def _years(years: pd.Series) -> str:
    """Write the years of a column in a sentence."""
    return " et ".join(years_of(years).rsplit(", ", 1))


def _where(communes: pd.DataFrame) -> str:
    """Name the départements of some communes, if they are few."""
    names = communes["nom_departement"].dropna().unique()
    return f" ({', '.join(sorted(names))})" if 0 < len(names) <= FEW else ""


def _difficulty(communes: pd.DataFrame) -> list[str]:
    """Return how many people are in digital difficulty, and where, if it is estimated."""
    people = communes["nb_personnes_en_difficulte"]
    total = people.sum()
    if not total:
        return []
    held = 100 * people[communes["est_fragile"]].sum() / total
    return [
        f"Environ {french(round(total, -3))} personnes de 15 ans ou plus seraient en difficulté "
        f"numérique (estimation) ; {french(held)} % d'entre elles vivent dans les communes "
        "fragiles."
    ]


def _places(communes: pd.DataFrame, facts: RunFacts) -> list[str]:
    """Return how many communes owe their coverage to a place that may have closed, or that moves.

    None of what the edition does not have.
    """
    covered = communes[communes["couverture"].eq("couverte")]
    old = covered["conseiller_plus_proche_ancien"].fillna(False).astype(bool)
    moving = communes.loc[communes["est_couverture_itinerante"], "couverture"]
    lines = []
    if old.any():
        day = facts.places_day
        when = f"{day:%d/%m/%Y}" if day else "jour de l'édition"
        lines.append(
            f"{french(100 * old.mean())} % des communes couvertes le sont d'abord par un lieu dont "
            f"la fiche avait plus de {STALE_MONTHS} mois au {when} : il a pu fermer, "
            "ou le conseiller le quitter. Leur « motif » dit « lieu connu en … », sauf si un autre "
            "conseiller de la commune est plus récent."
        )
    if len(moving):
        lines.append(
            plural(len(moving), "commune serait moins bien classée",
                   "communes seraient moins bien classées")
            + " sans les lieux itinérants, qui comptent comme s'ils étaient là tous les jours "
            f"(dont {french(moving.eq('couverte').sum())} dites couvertes). Leur « motif » le dit."
        )  # fmt: skip
    return lines


def _doubt(communes: pd.DataFrame) -> list[str]:
    """How sure the list to act on is, and what it leaves out that is likely.

    A commune whose coverage is uncertain is not listed, however likely.
    """
    likely = communes["probabilite_fragile_non_couverte_pct"].round()
    listed = communes["est_fragile_non_couverte"]
    if likely.isna().all() or not listed.any():
        return []
    sure, less = int(likely[listed].ge(SURE_PCT).sum()), int(likely[listed].lt(EVEN_PCT).sum())
    beyond = int(likely[~listed].ge(EVEN_PCT).sum())
    return [
        "Cette liste est un choix, non un constat. Probabilité d'être fragile et non couverte "
        f"(« probabilite_fragile_non_couverte_pct ») : {SURE_PCT} % ou plus pour {french(sure)} "
        f"des {french(listed.sum())}, moins de {EVEN_PCT} % pour {french(less)} ; et {EVEN_PCT} % "
        f"ou plus pour {french(beyond)} qui n'y sont pas, faute d'un verdict net (couverture "
        "incertaine, ou score près du seuil)."
    ]


def headline(communes: pd.DataFrame, facts: RunFacts) -> list[str]:
    """Return the main figures of the edition, one French sentence each."""
    fragile, uncovered = communes["est_fragile"], communes["est_fragile_non_couverte"]
    people = communes["population"]
    total, reached = people.sum(), people[uncovered].sum()
    share = 100 * reached / total if total else 0.0
    lines = [
        f"{plural(len(communes), 'commune', 'communes')}, {french(total)} habitants (recensement "
        f"de {_years(communes['population_annee'])}).",
        *([facts.words.compared] if facts.words.compared else []),
        f"{plural(fragile.sum(), 'commune fragile', 'communes fragiles')} : "
        f"{french(people[fragile].sum())} habitants.",
        plural(
            uncovered.sum(), "commune fragile et non couverte", "communes fragiles et non couvertes"
        )
        + f" : {french(reached)} habitants ({french(share, 1)} % de la population).",
        *_doubt(communes),
        "Âge des chiffres : "
        + ", ".join(
            f"{title[0].lower() + title[1:]} ({_years(communes[f'{key}_annee'])})"
            for key, (title, _) in facts.indicators.items()
        )
        + ".",
    ]
    lines += _difficulty(communes)
    if facts.places:
        lines.append("Listes de lieux : " + " ; ".join(facts.places) + ".")
    empty = int((communes["score"].isna() & people.eq(0)).sum())
    unscored = int(communes["score"].isna().sum()) - empty
    if unscored:
        lines.append(
            f"{plural(unscored, 'commune', 'communes')} sans score, faute de données"
            f"{_where(communes[communes['score'].isna() & people.ne(0)])}."
        )
    if empty:
        lines.append(f"{plural(empty, 'commune', 'communes')} sans score, faute d'habitants.")
    shared = int(communes["population_origine"].eq("impute").sum())
    if shared:
        lines.append(
            f"{plural(shared, 'commune', 'communes')} séparées d'une autre depuis le recensement : "
            "leur population en est une part estimée, leurs taux sont ceux de l'ancienne."
        )
    unknown = int(people.isna().sum())
    if unknown:
        lines.append(
            f"{plural(unknown, 'commune', 'communes')} sans population connue : "
            "les totaux ne les comptent pas."
        )
    return [*lines, *_places(communes, facts)]


def _others(facts: RunFacts) -> str:
    """Name the other profiles of the run."""
    names = ", ".join(f"`{name}`" for name in facts.others)
    return f" (aussi calculés, table `index_profils` : {names})" if names else ""


def _cell(value: object) -> str:
    text = french(value, 1) if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")


def _table(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> list[str]:
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return [*lines, *("| " + " | ".join(_cell(v) for v in row) + " |" for row in rows), ""]


def _bullets(lines: Iterable[str]) -> list[str]:
    return [*(f"- {line}" for line in lines), ""]


def lisezmoi(tables: dict[str, pd.DataFrame], facts: RunFacts) -> str:
    """Return the text of LISEZMOI.md.

    Parameters
    ----------
    tables : by name: the marts `communes` and `iris`, and `index_contexte` where the profile
        reads it.
    facts : edition, sources, warnings.
    """
    communes = pd.DataFrame(tables["communes"])
    shares = origin_shares(communes, facts)
    if facts.words.known and "index_contexte" in tables:
        own = context_shares(tables["index_contexte"], len(communes), facts)
        shares = pd.concat([shares, own], ignore_index=True)
    columns = (
        "Indicateur",
        "Observé (%)",
        "Hérité ou agrégé (%)",
        "Estimé (%)",
        "Absent (%)",
        "Années",
    )
    lines = [f"# {facts.heading}", ""]
    if facts.banner:
        lines += [f"> **{facts.banner}** : ces chiffres ne décrivent aucun lieu réel.", ""]
    lines += [
        f"Édition `{facts.edition}`, code officiel géographique {facts.cog_year}, calcul du "
        f"{facts.date:%d/%m/%Y}, version {facts.version}, profil `{facts.profile}`"
        f"{_others(facts)}.",
        "",
        "## En bref",
        "",
        *_bullets(headline(communes, facts)),
    ]
    if facts.warnings:
        lines += ["## Avertissements", "", *_bullets(facts.warnings)]
    lines += [
        "## Les fichiers",
        "",
        *_table(("Fichier", "Contenu", "S'ouvre avec"), FILES),
        "Les codes des communes ont cinq caractères (01001, 2A004). Dans un tableur, ouvrez le "
        "`.xlsx` ; pour un `.csv`, importez-le (séparateur « ; », UTF-8) et déclarez les colonnes "
        "de codes en texte — dans LibreOffice, cochez « Formater les champs entre guillemets "
        "comme texte » — sinon le tableur efface le zéro de 01001. Dans les `.csv`, une apostrophe "
        "en tête d'un texte empêche le tableur de l'exécuter comme une formule.",
        "",
        DUCKDB,
        "",
        "## Comment lire",
        "",
        *_bullets(how_to_read(facts)),
        "## Comment ne pas s'en servir",
        "",
        *_bullets(how_not_to_use()),
        "## Limites",
        "",
        *_bullets(
            [
                *limits(communes, facts),
                *undrawn(pd.DataFrame(tables["iris"])),
                *not_given(communes, facts.edition),
            ]
        ),
        "## D'où vient chaque chiffre (communes)",
        "",
        *_table(columns, shares.itertuples(index=False, name=None)),
        "## Sources",
        "",
        *_table(
            ("Source", "Producteur", "Année", "Licence", "Citation", "Page"),
            (
                (s.title, s.producer, s.year, s.licence, s.citation, s.landing)
                for s in facts.sources
            ),
        ),
    ]
    return "\n".join(lines).rstrip() + "\n"


def write_lisezmoi(path: Path, tables: dict[str, pd.DataFrame], facts: RunFacts) -> Path:
    """Write LISEZMOI.md from the tables and the facts of the run."""
    return write_text(path, lisezmoi(tables, facts))
