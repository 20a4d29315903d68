"""The ten questions of a planner, each with the SQL that answers it from `fragilite.duckdb`.

They read the published file only, with a plain DuckDB client: no extension, no network. Every
query returns all its rows, the most pressing first; whoever shows them says how many are left.
Those on needs are in `questions_needs.py`; here are those on what the figures are worth.
"""

from __future__ import annotations

from fragility.export.question import Question, sql
from fragility.export.questions_needs import CAPACITY, ENDING, FRANCE_SERVICES, POSTS, WHERE
from fragility.export.view_parts import where_known
from fragility.schemas import INDICATORS

# Inhabitants from which a commune is a city whose quarters differ, for the question on IRIS.
CITY = 20_000
_ORIGINS = "\n    UNION ALL\n".join(
    f"    SELECT '{key}' AS indicateur, {key}_origine AS origine, population,\n"
    "           est_fragile_non_couverte\n"
    "    FROM marts.communes"
    for key in INDICATORS
)
_ABSENT = " ||\n              ".join(
    f"CASE WHEN bool_and({key}_origine = 'absent') THEN '{key} ' ELSE '' END" for key in INDICATORS
)

CHANGE = Question(
    "ce_qui_change",
    "Qu'est-ce qui a changé depuis l'édition précédente ?",
    sql("""
        SELECT edition_avant, edition_apres,
               CASE WHEN statut <> 'comparee' THEN 'non comparée'
                    WHEN NOT est_significatif THEN 'pas de changement sûr'
                    WHEN sens = 'hausse' THEN 'plus fragile' ELSE 'moins fragile' END
                   AS changement,
               count(*) AS nb_communes,
               sum(population) AS population,
               round(median(evolution), 2) AS evolution_mediane,
               count(*) FILTER (est_fragile_apres AND NOT est_fragile_avant)
                   AS nb_devenues_fragiles,
               count(*) FILTER (est_fragile_avant AND NOT est_fragile_apres)
                   AS nb_qui_ne_le_sont_plus
        FROM marts.evolution
        GROUP BY edition_avant, edition_apres, changement
        ORDER BY array_position(['plus fragile', 'moins fragile', 'pas de changement sûr',
                                 'non comparée'], changement)
    """),
    "Les deux éditions ne mesurent pas tout de la même façon. Le score comparé ne réunit que les "
    "indicateurs mesurés pareillement, sur l'échelle de la première : ses communes fragiles ne "
    "sont donc pas exactement celles que chaque édition publie. Un changement est sûr quand il "
    "dépasse l'erreur des chiffres (5 % de faux au plus) ; une commune proche du seuil peut le "
    "franchir par un écart plus petit que cette erreur. Le trajet jusqu'à un conseiller n'est pas "
    "comparé : les deux listes de lieux n'ont pas été faites de la même façon.",
    follows=True,
)

ESTIMATED = Question(
    "chiffres_estimes",
    "Quels chiffres sont publiés, lesquels sont estimés ?",
    sql("""
        SELECT indicateur, origine, count(*) AS nb_communes,
               round(100 * count(*) / sum(count(*)) OVER (PARTITION BY indicateur), 1)
                   AS part_communes_pct,
               round(100 * coalesce(sum(population), 0)
                     / nullif(sum(sum(population)) OVER (PARTITION BY indicateur), 0), 1)
                   AS part_habitants_pct,
               round(100 * count(*) FILTER (est_fragile_non_couverte)
                     / nullif(sum(count(*) FILTER (est_fragile_non_couverte))
                              OVER (PARTITION BY indicateur), 0), 1) AS part_de_la_liste_pct
        FROM (
        """)
    + f"\n{_ORIGINS}\n"
    + sql("""
        )
        GROUP BY indicateur, origine
        ORDER BY indicateur, nb_communes DESC, origine
        """),
    "observe : publié à la commune, ou calculé sans modèle ; iris : somme des IRIS ; commune : "
    "hérité ; impute : modélisé ; absent : inconnu. « La liste » : les communes fragiles et non "
    "couvertes. Un chiffre observé peut être une "
    "approximation : « loin d'un site 4G » est une distance, non une couverture mesurée. Le "
    "nombre de personnes en difficulté est toujours estimé.",
)

SURE = Question(
    "ce_qui_est_sur",
    "De quoi peut-on être sûr, et de quoi non ?",
    sql("""
        SELECT CASE WHEN est_fragile_non_couverte THEN 'sur la liste'
                    WHEN est_fragile AND couverture = 'incertaine'
                        THEN 'fragile, couverture incertaine'
                    WHEN est_fragile THEN 'fragile et couverte'
                    WHEN score IS NULL THEN 'sans score'
                    WHEN couverture = 'couverte' THEN 'ni fragile, ni loin'
                    ELSE 'non fragile, loin ou incertaine' END AS situation,
               count(*) AS nb_communes,
               sum(population) AS population,
               count(*) FILTER (round(probabilite_fragile_non_couverte_pct) >= 90)
                   AS nb_90_et_plus,
               count(*) FILTER (round(probabilite_fragile_non_couverte_pct) >= 50
                                AND round(probabilite_fragile_non_couverte_pct) < 90)
                   AS nb_50_a_90,
               count(*) FILTER (round(probabilite_fragile_non_couverte_pct) < 50)
                   AS nb_moins_de_50,
               round(sum(probabilite_fragile_non_couverte_pct) / 100) AS nb_attendu
        FROM marts.communes
        GROUP BY situation
        ORDER BY nb_attendu DESC NULLS LAST, situation
    """),
    "nb_90_et_plus, nb_50_a_90 et nb_moins_de_50 comptent les communes selon leur probabilité, en "
    "%, d'être fragiles et non couvertes ; nb_attendu est la somme de ces probabilités. "
    "La probabilité tient compte de l'erreur des chiffres, d'autres choix de calcul de l'indice et "
    "de vitesses de trajet connues à 25 % près. Elle ne tient pas compte d'un lieu absent des "
    "listes, ou fermé depuis.",
)

QUARTERS = Question(
    "quartiers_caches",
    "Quels quartiers la moyenne d'une grande commune cache-t-elle ?",
    sql(f"""
        WITH seuil AS (
            SELECT quantile_cont(pauvrete_pct, 0.9) AS pauvrete FROM marts.iris
            WHERE pauvrete_origine = 'observe' AND type_iris = 'H'
        )
        SELECT c.code_commune, c.nom, c.nom_departement, c.population,
               round(c.score, 1) AS score_commune, c.pauvrete_pct AS pauvrete_commune_pct,
               count(*) AS nb_iris,
               round(sum(i.population)) AS population_des_iris,
               count(*) FILTER (i.est_fragile) AS nb_iris_fragiles,
               arg_max(i.nom, i.pauvrete_pct) AS iris_le_plus_pauvre,
               max(i.pauvrete_pct) AS pauvrete_iris_pct,
               round(seuil.pauvrete, 1) AS seuil_pauvrete_pct
        FROM marts.iris i
        JOIN marts.communes c USING (code_commune)
        JOIN seuil ON i.pauvrete_pct >= seuil.pauvrete
        WHERE c.population >= {CITY} AND NOT c.est_fragile
              AND i.type_iris = 'H' AND NOT i.est_petit_effectif
              AND i.pauvrete_origine = 'observe'
        GROUP BY ALL
        ORDER BY population_des_iris DESC, c.code_commune
    """),
    "Les IRIS d'habitat comptés sont du dixième le plus pauvre de ceux dont la pauvreté est "
    "publiée ; ceux du secret statistique ne le sont pas, et ce sont parfois les plus pauvres. Le "
    "score ne les dit presque jamais fragiles : les réseaux y sont bons. Le besoin d'aide s'y lit "
    "dans la pauvreté, non dans le score.",
)

OVERSEAS = Question(
    "outre_mer",
    "Que sait-on de l'outre-mer ?",
    sql(f"""
        SELECT code_departement, any_value(nom_departement) AS nom_departement,
               count(*) AS nb_communes, count(score) AS nb_communes_avec_score,
               {where_known("count(*) FILTER (est_fragile)")} AS nb_fragiles,
               {where_known("count(*) FILTER (couverture = 'non_couverte')", "couverture")}
                   AS nb_non_couvertes,
               sum(population) AS population,
               (SELECT round(d.nb_personnes_en_difficulte_bas) FROM marts.departements d
                WHERE d.code_departement = communes.code_departement) AS nb_personnes_bas,
               (SELECT round(d.nb_personnes_en_difficulte_haut) FROM marts.departements d
                WHERE d.code_departement = communes.code_departement) AS nb_personnes_haut,
               trim({_ABSENT}) AS indicateurs_absents
        FROM marts.communes
        WHERE code_departement LIKE '97%'
        GROUP BY code_departement
        ORDER BY code_departement
    """),
    "Une commune sans score n'est jamais dite fragile : son absence de la liste n'est pas une "
    "bonne nouvelle. L'enquête sur les usages n'interroge personne outre-mer : les nombres y sont "
    "ceux que donneraient les âges et les diplômes si les usages étaient ceux de la métropole.",
)

QUESTIONS = (
    WHERE, POSTS, FRANCE_SERVICES, CAPACITY, ENDING, CHANGE, ESTIMATED, SURE, QUARTERS, OVERSEAS,
)  # fmt: skip
