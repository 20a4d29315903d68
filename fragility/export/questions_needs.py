"""Questions of the planner on needs: where, how many people, and what help there is."""

from __future__ import annotations

from fragility.export.question import Question, sql
from fragility.territory.communes import NO_EPCI

WHERE = Question(
    "ou_et_combien",
    "Où sont les communes fragiles et non couvertes, et combien de personnes y vivent ?",
    sql(f"""
        WITH lignes AS (
            SELECT 'ensemble' AS niveau, '' AS code, '' AS territoire, l.*
            FROM marts.communes_fragiles_non_couvertes l
            UNION ALL SELECT 'région', code_region, nom_region, l.*
            FROM marts.communes_fragiles_non_couvertes l
            UNION ALL SELECT 'département', code_departement, nom_departement, l.*
            FROM marts.communes_fragiles_non_couvertes l
            UNION ALL SELECT 'EPCI', code_epci, nom_epci, l.*
            FROM marts.communes_fragiles_non_couvertes l
            WHERE code_epci <> '{NO_EPCI[0]}'
        )
        SELECT niveau, code, territoire,
               count(*) AS nb_communes,
               sum(population) AS population,
               round(sum(population_hors_portee)) AS population_hors_portee,
               round(sum(nb_personnes_en_difficulte)) AS nb_personnes_en_difficulte
        FROM lignes
        GROUP BY niveau, code, territoire
        -- Les cinq premiers de chaque niveau ; tous, sans la ligne qui suit.
        QUALIFY row_number() OVER (PARTITION BY niveau ORDER BY sum(population) DESC, code) <= 5
        ORDER BY array_position(['ensemble', 'région', 'département', 'EPCI'], niveau),
                 population DESC, code
    """),
    "Une commune entière est comptée dès que plus de la moitié de ses habitants est à plus de 20 "
    "minutes d'un conseiller numérique. Le nombre de personnes en difficulté est estimé d'après "
    "les âges et les diplômes ; rien ne permet de le vérifier sous l'EPCI.",
)

POSTS = Question(
    "ou_placer_des_postes",
    "Où placer d'abord des postes ?",
    sql(f"""
        SELECT nom_epci, any_value(nom_departement) AS nom_departement,
               count(*) AS nb_communes,
               round(sum(population_hors_portee)) AS population_hors_portee,
               round(sum(nb_personnes_en_difficulte
                         * population_hors_portee / nullif(population, 0)))
                   AS nb_personnes_hors_portee,
               count(*) FILTER (nb_france_services > 0) AS nb_communes_france_services,
               arg_max(nom, population_hors_portee) AS premiere_commune,
               round(avg(probabilite_fragile_non_couverte_pct)) AS probabilite_moyenne_pct
        FROM marts.communes_fragiles_non_couvertes
        WHERE code_epci <> '{NO_EPCI[0]}'
        GROUP BY code_epci, nom_epci
        ORDER BY nb_personnes_hors_portee DESC, code_epci
    """),
    "Le besoin n'est pas le lieu : un poste sert aussi les communes voisines, et deux postes "
    "proches servent les mêmes gens. « fragility simulate --posts 20 » choisit les lieux en en "
    "tenant compte, et dit ce que chacun apporte. Les personnes en difficulté sont supposées "
    "réparties comme les habitants de leur commune. probabilite_moyenne_pct : chance moyenne, "
    "parmi ces communes, d'être vraiment fragile et non couverte. Les îles sans EPCI n'y sont "
    "pas.",
)

FRANCE_SERVICES = Question(
    "france_services_sans_conseiller",
    "Où y a-t-il une France services à portée, mais pas de conseiller numérique ?",
    sql("""
        SELECT l.code_commune, l.nom, l.nom_departement,
               l.nb_france_services > 0 AS est_dans_la_commune,
               round(f.plus_proche_min) AS france_services_min,
               f.plus_proche_nom AS france_services_nom,
               round(l.conseiller_plus_proche_min) AS conseiller_min,
               round(l.population_hors_portee) AS population_hors_portee
        FROM marts.communes_fragiles_non_couvertes l
        JOIN science.access_dispositifs f
          ON f.code = l.code_commune AND f.niveau = 'commune'
             AND f.dispositif = 'france_services'
        WHERE f.couverture = 'couverte' OR l.nb_france_services > 0
        ORDER BY l.nb_france_services > 0 DESC, population_hors_portee DESC, l.code_commune
    """),
    "Les minutes sont celles de l'habitant médian. "
    "Une France services aide aux démarches en ligne ; elle n'apprend pas à les faire seul. C'est "
    "souvent le lieu le plus simple où ouvrir une permanence. Celle où un conseiller numérique "
    "reçoit déjà compte comme conseiller. À portée : une France services est dans la commune, ou "
    "à 20 minutes au plus de la moitié des habitants au moins, même à des vitesses 25 % plus "
    "faibles.",
)

CAPACITY = Question(
    "capacite",
    "Où y a-t-il le moins de conseillers pour les personnes en difficulté ?",
    sql("""
        SELECT c.code_departement, any_value(c.nom_departement) AS nom_departement,
               round(sum(c.capacite_pour_10000 * c.nb_personnes_en_difficulte)
                     / nullif(sum(c.nb_personnes_en_difficulte)
                              FILTER (c.capacite_pour_10000 IS NOT NULL), 0), 2)
                   AS capacite_pour_10000,
               round(sum(c.nb_personnes_en_difficulte)) AS nb_personnes_en_difficulte,
               round(100 * sum(c.nb_personnes_en_difficulte_servies)
                     / nullif(sum(c.nb_personnes_en_difficulte)
                              FILTER (c.nb_personnes_en_difficulte_servies IS NOT NULL), 0), 1)
                   AS part_a_portee_pct,
               any_value(d.nb_lieux_conseillers) AS nb_lieux_conseillers
        FROM marts.communes c
        JOIN marts.departements d USING (code_departement)
        GROUP BY c.code_departement
        HAVING sum(c.nb_personnes_en_difficulte) > 0
        ORDER BY capacite_pour_10000 NULLS LAST, c.code_departement
    """),
    "Un poste est partagé entre tous ceux qui peuvent l'atteindre, d'autant moins qu'ils sont loin "
    "(méthode E2SFCA) ; c'est une moyenne, qui cache des communes sans rien. Un conseiller "
    "déclaré dans plusieurs lieux compte dans chacun, et le temps de travail n'est pas publié.",
)

ENDING = Question(
    "postes_qui_finissent",
    "Quels postes, s'ils finissent, laissent des communes fragiles sans conseiller ?",
    sql("""
        WITH lieux AS (
            SELECT l.nom || ' (' || c.nom || ')' AS lieu, string_agg(l.id, ' ') AS id,
                   max(l.date_maj) AS date_maj, bool_or(l.est_ancien) AS est_ancien
            FROM marts.lieux l
            JOIN marts.communes c USING (code_commune)
            WHERE contains(l.dispositifs, 'conseiller_numerique')
            GROUP BY lieu
        )
        SELECT c.conseiller_plus_proche_nom AS lieu, l.id, l.date_maj, l.est_ancien,
               count(*) AS nb_communes_fragiles,
               sum(c.population) AS population,
               round(sum(c.nb_personnes_en_difficulte)) AS nb_personnes_en_difficulte
        FROM marts.communes c
        LEFT JOIN lieux l ON l.lieu = c.conseiller_plus_proche_nom
        WHERE c.est_fragile AND c.nb_conseillers_20min = 1
        GROUP BY ALL
        ORDER BY nb_personnes_en_difficulte DESC NULLS LAST, c.conseiller_plus_proche_nom
    """),
    "Aucune liste publiée ne dit quand un poste finit : date_maj est le jour où la fiche fut "
    "écrite. L'habitant médian de ces communes n'a qu'un poste à 20 minutes ; le lieu nommé est "
    "le plus proche du plus grand nombre d'habitants, et une commune peut se partager entre deux "
    "lieux. Avec votre liste d'échéances, « fragility simulate --close-file postes.csv "
    "--ended-before 2026-12-31 » dit qui se retrouverait sans personne.",
)
