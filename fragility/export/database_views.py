"""Ready answers to the usual questions, as views of the DuckDB file.

Each view is (name, what it answers, SQL). They read the marts only, need no extension and name no
database, so that the file can be attached under any name.
"""

from __future__ import annotations

from collections.abc import Collection

from fragility.export.view_parts import FRAGILE_COUNTS
from fragility.export.zoning_view import VIEW_ZONINGS
from fragility.schemas import INDICATORS
from fragility.territory.communes import NO_EPCI

# Columns of the views -> "title — meaning"; the dictionary shows them with those of the tables.
VIEW_COLUMNS = {
    "code_departement": "Code département — Code du département.",
    "nom_departement": "Département — Nom du département.",
    "code_epci": "Code EPCI — Code SIREN de l'intercommunalité.",
    "nom_epci": "EPCI — Nom de l'intercommunalité.",
    "code_region": "Code région — Code de la région.",
    "nom_region": "Région — Nom de la région.",
    "nb_communes": "Communes — Nombre de communes.",
    "nb_communes_fragiles": "Communes fragiles — Nombre de communes fragiles ; vide quand aucune "
    "commune n'a de score.",
    "nb_communes_fragiles_non_couvertes": "Fragiles et non couvertes — Nombre de communes "
    "fragiles et non couvertes.",
    "nb_sans_commune": "Sans conseiller dans la commune — Communes fragiles où aucun conseiller "
    "numérique ne reçoit.",
    "part_sans_commune_pct": "Sans conseiller dans la commune (%) — Part des communes fragiles.",
    "nb_sans_20min": "À plus de 20 min — Communes fragiles dont l'habitant médian est à plus de "
    "20 minutes du conseiller le plus proche.",
    "part_sans_20min_pct": "À plus de 20 min (%) — Part des communes fragiles.",
    "nb_sans_30min": "À plus de 30 min — Communes fragiles dont l'habitant médian est à plus de "
    "30 minutes du conseiller le plus proche.",
    "part_sans_30min_pct": "À plus de 30 min (%) — Part des communes fragiles.",
    "population": "Population — Habitants au recensement.",
    "population_fragile": "Population fragile — Habitants des communes fragiles.",
    "population_fragile_non_couverte": "Habitants des communes fragiles non couvertes — Population "
    "des communes fragiles et non couvertes.",
    "part_population_pct": "Part de la population (%) — Part des habitants de la ligne.",
    "part_communes_pct": "Part des communes (%) — Part des communes pour l'indicateur.",
    "couverture": "Couverture — couverte, incertaine, non_couverte ou non calculée.",
    "indicateur": "Indicateur — Nom de l'indicateur.",
    "zonage": "Zonage — Densité, FRR, ZRR, Action cœur de ville ou QPV.",
    "territoire": "Territoire — Classe de densité, ou dedans et dehors (toute la commune, ou une "
    "partie).",
    "type_fragilite": "Type de fragilité — Communes fragiles qui se ressemblent.",
    "origine": "Origine — observe, commune, iris, impute ou absent.",
    "annee": "Année — Année de la donnée.",
    "code_commune": "Code commune — Code officiel géographique de la commune.",
    "nom": "Nom — Nom du territoire.",
    "profil": "Profil — Définition de l'indice (docs/profils.md).",
    "nb_personnes_en_difficulte": "Personnes en difficulté — Estimation, 15 ans ou plus.",
    "nb_personnes_en_difficulte_bas": "Personnes : borne basse — Intervalle à 90 %.",
    "nb_personnes_en_difficulte_haut": "Personnes : borne haute — Intervalle à 90 %.",
    "est_petit_effectif": "Petit effectif — Moins de 200 habitants : un taux y est très incertain.",
    "difficulte_numerique_pct": "En difficulté numérique (%) — Part des 15 ans ou plus.",
    "difficulte_numerique_bas": "En difficulté : borne basse (%) — Intervalle à 90 %.",
    "difficulte_numerique_haut": "En difficulté : borne haute (%) — Intervalle à 90 %.",
    "score": "Score — Score, sur l'échelle du profil.",
    "rang": "Rang — Rang national, 1 = le plus fragile.",
    "classe": "Classe — 1 = moins fragile, 5 = plus fragile.",
    "est_fragile": "Fragile — Score au moins égal au seuil du profil ; non aussi sans score.",
    "nb_indicateurs": "Indicateurs connus — Indicateurs du profil qui ont servi.",
    "pilier_dominant": "Pilier dominant — Pilier qui a le plus de points.",
    "nb_profils_fragile": "Profils — Nombre de profils où la commune est fragile ; vide sans "
    "score.",
    "points_reseaux": "Réseaux — Points du pilier des réseaux, de 1 à 10.",
    "points_personnes": "Personnes — Points du pilier des personnes, de 1 à 10.",
    "quoi_faire": "Quoi faire — réseaux, personnes, les deux ou rien d'urgent : les piliers dont "
    "les points sont parmi ceux qu'une commune sur cinq atteint au plus.",
    "schema": "Schéma — Schéma de la table.",
    "table": "Table — Nom de la table.",
    "colonne": "Colonne — Nom de la colonne.",
    "type": "Type — Type de la colonne.",
    "libelle": "Libellé — Nom en clair.",
    "description": "Description — Ce que la colonne signifie.",
    "base": "Base — Nom sous lequel le fichier est ouvert.",
}


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _uncovered_by(level: str, what: str) -> tuple[str, str, str]:
    code, name = f"code_{level}", f"nom_{level}"
    return (
        f"v_fragiles_non_couvertes_par_{level}",
        f"Communes fragiles et non couvertes, et habitants concernés, par {what} : d'abord "
        "là où ils sont le plus nombreux.",
        f"""
        SELECT {code}, any_value({name}) AS {name},{FRAGILE_COUNTS}
        FROM marts.communes
        WHERE {code} <> {_quote(NO_EPCI[0])}
        GROUP BY {code}
        ORDER BY population_fragile_non_couverte DESC NULLS LAST, {code}
        """,
    )


def _without(beyond: str, reading: str) -> str:
    """Count of the fragile communes that a reading says without a conseiller, and their share."""
    return f"""
        count(*) FILTER ({beyond}) AS nb_sans_{reading},
        round(100 * count(*) FILTER ({beyond}) / count(*), 1) AS part_sans_{reading}_pct"""


def _readings(name: str, among: str, where: str) -> tuple[str, str, str]:
    return (
        name,
        f"{among} sans conseiller numérique, par région et pour la France, selon ce que l'on "
        "entend par là : aucun dans la commune, à plus de 20 minutes, à plus de 30 minutes de "
        "l'habitant médian.",
        f"""
        SELECT coalesce(code_region, 'FRANCE') AS code_region,
               CASE WHEN grouping(code_region) = 1 THEN 'France' ELSE any_value(nom_region) END
                   AS nom_region,
               count(*) AS nb_communes,
               {_without("NOT est_conseiller_dans_commune", "commune")},
               {_without("coalesce(conseiller_plus_proche_min, 999) > 20", "20min")},
               {_without("coalesce(conseiller_plus_proche_min, 999) > 30", "30min")}
        FROM marts.communes
        WHERE {where} AND couverture IS NOT NULL
        GROUP BY GROUPING SETS ((code_region), ())
        ORDER BY code_region = 'FRANCE', part_sans_20min_pct DESC, code_region
        """,
    )


_ORIGINS = " UNION ALL ".join(
    f"SELECT '{key}' AS indicateur, {key}_origine AS origine, {key}_annee AS annee "
    "FROM marts.communes"
    for key in INDICATORS
)

# What to do, from the profile of two pillars; only where that profile was computed.
TWO_PILLARS = "deux-piliers"
_VIEW_TWO_PILLARS = (
    "v_deux_piliers",
    "Ce dont chaque commune manque d'abord : réseaux, aide aux personnes, les deux ou rien "
    "d'urgent (profil deux-piliers).",
    f"""
    SELECT c.code_commune, c.nom, c.nom_departement, c.population,
           any_value(g.points) FILTER (g.groupe = 'reseaux') AS points_reseaux,
           any_value(g.points) FILTER (g.groupe = 'personnes') AS points_personnes,
           CASE WHEN bool_and(g.est_eleve) THEN 'les deux'
                WHEN bool_or(g.est_eleve AND g.groupe = 'reseaux') THEN 'réseaux'
                WHEN bool_or(g.est_eleve) THEN 'personnes'
                ELSE 'rien d''urgent' END AS quoi_faire
    FROM science.index_piliers g
    JOIN marts.communes c ON c.code_commune = g.code
    WHERE g.profil = {_quote(TWO_PILLARS)} AND g.niveau = 'commune' AND g.nature = 'pilier'
          AND g.points IS NOT NULL
    GROUP BY ALL
    HAVING count(*) = 2
    ORDER BY c.code_commune
    """,
)
VIEWS: tuple[tuple[str, str, str], ...] = (
    _uncovered_by("departement", "département"),
    _uncovered_by("epci", "intercommunalité"),
    _uncovered_by("region", "région"),
    VIEW_ZONINGS,
    _readings("v_fragiles_sans_conseiller_par_region", "Communes fragiles", "est_fragile"),
    _readings(
        "v_cinquieme_sans_conseiller_par_region",
        "Cinquième des communes le plus fragile de chaque région",
        "quintile_region = 5",
    ),
    (
        "v_population_par_couverture",
        "Communes et habitants selon la couverture, dont ceux des communes fragiles.",
        """
        SELECT coalesce(couverture, 'non calculée') AS couverture,
               count(*) AS nb_communes,
               sum(population) AS population,
               round(100 * sum(population) / nullif(sum(sum(population)) OVER (), 0), 1)
                   AS part_population_pct,
               count(*) FILTER (est_fragile) AS nb_communes_fragiles,
               coalesce(sum(population) FILTER (est_fragile), 0) AS population_fragile
        FROM marts.communes
        GROUP BY 1
        ORDER BY 3 DESC NULLS LAST, 1
        """,
    ),
    (
        "v_communes_fragiles_par_type",
        "Communes fragiles par type, et habitants de celles qui ne sont pas couvertes : par quoi "
        "commencer dépend du type (science.index_typologie_classes).",
        """
        SELECT type_fragilite, count(*) AS nb_communes, sum(population) AS population,
               count(*) FILTER (est_fragile_non_couverte) AS nb_communes_fragiles_non_couvertes,
               coalesce(sum(population) FILTER (est_fragile_non_couverte), 0)
                   AS population_fragile_non_couverte
        FROM marts.communes
        WHERE est_fragile AND type_fragilite IS NOT NULL
        GROUP BY type_fragilite
        ORDER BY population DESC, type_fragilite
        """,
    ),
    (
        "v_personnes_en_difficulte",
        "Où vivent les personnes en difficulté numérique : le nombre, puis le taux et la "
        "fragilité, qui font une autre carte (science.competences_concentration).",
        """
        SELECT code_commune, nom, nom_departement, population, nb_personnes_en_difficulte,
               nb_personnes_en_difficulte_bas, nb_personnes_en_difficulte_haut,
               difficulte_numerique_pct, difficulte_numerique_bas, difficulte_numerique_haut,
               est_petit_effectif, est_fragile
        FROM marts.communes
        WHERE nb_personnes_en_difficulte IS NOT NULL
        ORDER BY nb_personnes_en_difficulte DESC, code_commune
        """,
    ),
    (
        "v_profils",
        "Les communes selon chaque profil de ce calcul, et dans combien d'entre eux chacune est "
        "fragile.",
        """
        SELECT c.code_commune, c.nom, c.nom_departement, c.population, p.profil, p.score, p.rang,
               p.classe, p.est_fragile, p.nb_indicateurs, p.pilier_dominant,
               CASE WHEN count(p.score) OVER own > 0
                    THEN count(*) FILTER (p.est_fragile) OVER own END AS nb_profils_fragile
        FROM science.index_profils p
        JOIN marts.communes c ON c.code_commune = p.code
        WHERE p.niveau = 'commune'
        WINDOW own AS (PARTITION BY p.code)
        ORDER BY c.code_commune, p.profil
        """,
    ),
    (
        "v_origine_des_donnees",
        "D'où vient chaque indicateur des communes : publié, hérité, agrégé, modélisé ou absent.",
        f"""
        SELECT indicateur, origine, annee, count(*) AS nb_communes,
               round(100 * count(*) / sum(count(*)) OVER (PARTITION BY indicateur), 1)
                   AS part_communes_pct
        FROM ({_ORIGINS})
        GROUP BY indicateur, origine, annee
        ORDER BY indicateur, nb_communes DESC, origine, annee
        """,
    ),
    (
        "dictionnaire",
        "Dictionnaire des données : chaque colonne, son type, son libellé et sa description.",
        """
        SELECT schema_name AS schema, table_name AS "table", column_name AS colonne,
               data_type AS type, split_part(comment, ' — ', 1) AS libelle,
               substr(comment, length(split_part(comment, ' — ', 1)) + 4) AS description,
               database_name AS base
        FROM duckdb_columns()
        WHERE schema_name IN ('marts', 'core', 'science') AND comment IS NOT NULL
        ORDER BY base, schema, "table", column_index
        """,
    ),
)


def views_of(profiles: Collection[str]) -> tuple[tuple[str, str, str], ...]:
    """Views of a file that has these profiles, the dictionary last."""
    if TWO_PILLARS not in profiles:
        return VIEWS
    return (*VIEWS[:-1], _VIEW_TWO_PILLARS, VIEWS[-1])
