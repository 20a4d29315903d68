"""What the list beside the map and the legend show, row by row, against the database."""

import itertools

import pytest

from fragility.export.labels import (
    CLASS_COLOURS,
    CLASS_LABELS,
    COVERAGE_LABELS,
    NOT_COMPUTED_COLOUR,
    NOT_COMPUTED_LABEL,
)
from fragility.export.spans import spans
from tests.class_words import ends_of, holds
from tests.site_pages import counted, plain, rows_of, said

pytest_plugins = ["tests.site_fixtures"]

GROUP = """SELECT {code} AS code, nom_{level} AS nom, g.population, FALSE AS nue, g.score,
  s.classe, g.difficulte_numerique_pct,
  (SELECT sum(c.population * c.population_hors_portee_pct) / sum(c.population)
   FROM marts.communes c WHERE c.{code} = g.{code} AND c.population_hors_portee_pct IS NOT NULL)
  AS population_hors_portee_pct
  FROM marts.{table} g JOIN science.index_scores s ON s.niveau = '{level}' AND s.code = g.{code}"""
QUERIES = {
    "commune": """SELECT c.code_commune AS code, c.*,
      c.couverture = 'non_couverte' AND c.population > 0 AS nue,
      a.plus_proche_min AS france_services_min, score_haut - score_bas AS amplitude
      FROM marts.communes c LEFT JOIN science.access_dispositifs a
      ON a.niveau = 'commune' AND a.code = c.code_commune AND a.dispositif = 'france_services'""",
    "epci": GROUP.format(level="epci", table="epci", code="code_epci"),
    "departement": GROUP.format(level="departement", table="departements", code="code_departement"),
}
ORDERS = {
    "fort": "{0} DESC NULLS LAST, population DESC NULLS LAST, code",
    "faible": "{0} NULLS LAST, population DESC NULLS LAST, code",
    "population": "population DESC NULLS LAST, code",
}
# Theme, its column, digits and unit.
THEMES = {
    "score:ifn-2023": ("score", 2, ""),
    "pauvrete_pct": ("pauvrete_pct", 1, " %"),
    "difficulte_numerique_pct": ("difficulte_numerique_pct", 1, " %"),
    "population_hors_portee_pct": ("population_hors_portee_pct", 0, " %"),
    "france_services_min": ("france_services_min", 0, " min"),
    "capacite_pour_10000": ("capacite_pour_10000", 1, ""),
    "amplitude": ("amplitude", 2, ""),
    "probabilite_fragile_pct": ("probabilite_fragile_pct", 0, ""),
}
READ = """() => [...document.getElementById('lignes').rows].map((row) => ({
  code: row.dataset.cle, nom: row.querySelector('button').textContent,
  notes: row.querySelector('small').textContent, valeur: row.cells[1].textContent,
  classe: row.cells[2].textContent,
  couleur: getComputedStyle(row.querySelector('.pastille')).backgroundColor }))"""
LEGEND = """() => [...document.querySelectorAll('#classes li')].map((line) => ({
  couleur: getComputedStyle(line.querySelector('.pastille')).backgroundColor,
  mots: line.children[1].textContent, nombre: line.children[2].textContent }))"""


def show(reader, theme, niveau, ordre="fort", more=""):
    """Ask for a view; what it lists, plainly."""
    reader.evaluate(
        "link => { location.hash = link; }", f"theme={theme}&niveau={niveau}&ordre={ordre}{more}"
    )
    zone, action = ("zone=00" in more) * "00", str("action=oui" in more).lower()
    asked = f"{niveau} {theme} {ordre} {zone} {action}"
    reader.wait_for_selector(f'#lignes[data-montre="{asked}"]', state="attached")
    reader.wait_for_selector(f'#classes[data-montre="{niveau} {theme}"]', state="attached")
    return read(reader, READ)


def read(reader, script):
    return [{key: plain(text) for key, text in row.items()} for row in reader.evaluate(script)]


def rgb(colour):
    return f"rgb({', '.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))})"


def expected(row, niveau, theme):
    """Code, name, notes and value of a row of the list, from the database."""
    column, decimals, unit = THEMES[theme]
    value = said(row[column], decimals, unit)
    if theme == "probabilite_fragile_pct" and row[column] is not None:
        share = round(row[column])
        agree, word = (share, "fragile") if share >= 50 else (100 - share, "non fragile")
        value = "moins de 1" if agree < 1 else "plus de 99" if agree > 99 else str(agree)
        value = f"{word} dans {value} % des calculs"
    known = row["population"] is not None
    people = counted(row["population"], "habitant", "habitants") if known else None
    notes = [row["code"], people, "non couverte" if row["nue"] else None]
    return {
        "code": f"{niveau}:{row['code']}",
        "nom": plain(row["nom"]),
        "notes": " · ".join(filter(None, notes)),
        "valeur": value,
    }


@pytest.mark.parametrize(
    ("theme", "niveau", "ordre"),
    [
        *(("score:ifn-2023", "commune", ordre) for ordre in ORDERS),
        ("score:ifn-2023", "epci", "fort"),
        ("score:ifn-2023", "epci", "faible"),
        ("score:ifn-2023", "departement", "fort"),
        ("pauvrete_pct", "commune", "faible"),
        ("difficulte_numerique_pct", "epci", "fort"),
        ("population_hors_portee_pct", "epci", "fort"),
        ("population_hors_portee_pct", "departement", "fort"),
        ("france_services_min", "commune", "fort"),
        ("probabilite_fragile_pct", "commune", "fort"),
        ("amplitude", "commune", "population"),
    ],
)
def test_the_list_has_the_figures_and_the_order_of_the_database(
    reader, database, theme, niveau, ordre
):
    column, decimals, _ = THEMES[theme]
    # The site keeps the digits that it shows: equal ones are ordered by population.
    by = ORDERS[ordre].format(f"round({column}, {decimals})")
    stored = rows_of(database, f"SELECT * FROM ({QUERIES[niveau]}) ORDER BY {by} LIMIT 50")
    shown = show(reader, theme, niveau, ordre)
    assert [
        {key: row[key] for key in ("code", "nom", "notes", "valeur")} for row in shown
    ] == [expected(row, niveau, theme) for row in stored]  # fmt: skip
    if theme.startswith("score"):
        for row, kept in zip(shown, stored, strict=True):
            assert row["classe"] == CLASS_LABELS.get(kept["classe"], NOT_COMPUTED_LABEL)
            assert row["couleur"] == rgb(CLASS_COLOURS.get(kept["classe"], NOT_COMPUTED_COLOUR))


def test_a_theme_where_little_is_bad_starts_with_the_least(reader, database):
    query = f"SELECT * FROM ({QUERIES['commune']}) ORDER BY "
    for ordre, sign in (("fort", ""), ("faible", "DESC")):
        by = f"round(capacite_pour_10000, 1) {sign} NULLS LAST, population DESC, code LIMIT 50"
        stored = rows_of(database, query + by)
        shown = show(reader, "capacite_pour_10000", "commune", ordre)
        assert [row["code"] for row in shown] == [f"commune:{row['code']}" for row in stored]
        assert [row["valeur"] for row in shown] == [
            said(row["capacite_pour_10000"], 1) for row in stored
        ]
    # From the most exposed: the fewest posts, the darkest.
    legend = read(reader, LEGEND)[:-1]
    assert legend[0]["mots"].startswith("moins de")
    assert legend[0]["couleur"] == rgb(CLASS_COLOURS[5])
    assert legend[-1]["couleur"] == rgb(CLASS_COLOURS[1])


def test_a_theme_of_words_lists_the_worst_first(reader, database):
    rank = "CASE couverture WHEN 'non_couverte' THEN 3 WHEN 'incertaine' THEN 2 ELSE 1 END"
    stored = rows_of(
        database,
        f"""SELECT code_commune AS code, couverture FROM
        (SELECT * REPLACE (if(population > 0, couverture, NULL) AS couverture) FROM marts.communes)
        ORDER BY couverture IS NULL, {rank} DESC, population DESC NULLS LAST, code LIMIT 50""",
    )
    shown = show(reader, "couverture", "commune")
    assert [(row["code"], row["classe"]) for row in shown] == [
        (f"commune:{row['code']}", COVERAGE_LABELS[row["couverture"]]) for row in stored
    ]
    counts = rows_of(
        database,
        """SELECT couverture, count(*) AS nombre FROM marts.communes
        WHERE population > 0 GROUP BY 1""",
    )
    legend = {row["mots"]: row["nombre"] for row in read(reader, LEGEND)}
    missing = legend.pop(NOT_COMPUTED_LABEL)
    assert legend == {COVERAGE_LABELS[row["couverture"]]: said(row["nombre"]) for row in counts}
    assert list(legend) == list(COVERAGE_LABELS.values())[::-1]
    (all_of_them,) = rows_of(database, "SELECT count(*) AS nombre FROM marts.communes")
    assert int(missing) == all_of_them["nombre"] - sum(row["nombre"] for row in counts)


def test_names_are_in_the_order_of_a_french_dictionary_and_more_are_shown(reader, database):
    names = [row["nom"] for row in show(reader, "score:ifn-2023", "commune", "nom", "&zone=00")]
    assert len(names) == 50
    reader.click("#suite")
    reader.wait_for_function("document.getElementById('lignes').rows.length === 100")
    names = [row["nom"] for row in read(reader, READ)]
    letters = "regexp_replace(lower(strip_accents(nom)), '[^a-z]', ' ', 'g')"
    stored = rows_of(database, f"SELECT nom FROM marts.communes ORDER BY {letters} LIMIT 100")
    assert names == [plain(row["nom"]) for row in stored]


def test_only_what_is_to_be_done_is_listed_in_order(reader, database):
    stored = rows_of(
        database,
        f"""SELECT * FROM ({QUERIES["commune"]}) WHERE est_fragile_non_couverte
        ORDER BY round(score, 2) DESC, population DESC, code LIMIT 50""",
    )
    shown = show(reader, "score:ifn-2023", "commune", "fort", "&action=oui")
    assert [row["code"] for row in shown] == [f"commune:{row['code']}" for row in stored]
    assert shown


@pytest.mark.parametrize(
    ("theme", "niveau"),
    [
        ("score:ifn-2023", "commune"),
        ("score:ifn-2023", "epci"),
        ("pauvrete_pct", "commune"),
        ("difficulte_numerique_pct", "commune"),
        ("difficulte_numerique_pct", "epci"),
        ("population_hors_portee_pct", "commune"),
        ("population_hors_portee_pct", "epci"),
        ("france_services_min", "commune"),
        ("capacite_pour_10000", "commune"),
        ("probabilite_fragile_pct", "commune"),
    ],
)
def test_each_class_of_the_legend_holds_what_its_words_say(reader, database, theme, niveau):
    column = THEMES[theme][0]
    rows = show(reader, theme, niveau)
    legend = read(reader, LEGEND)
    stored = {row["code"]: row[column] for row in rows_of(database, QUERIES[niveau])}
    values = [value for value in stored.values() if value is not None]
    *classes, missing = legend
    assert missing == {
        "couleur": rgb(NOT_COMPUTED_COLOUR),
        "mots": NOT_COMPUTED_LABEL,
        "nombre": str(len(stored) - len(values)),
    }
    # The figure that is shown is the one that the words are read with.
    digits = THEMES[theme][1]
    shown_as = {code: round(v, digits) for code, v in stored.items() if v is not None}
    words = [line["mots"] for line in classes]
    for line in classes:
        held = sum(holds(line["mots"], value) for value in shown_as.values())
        assert int(line["nombre"]) == held, line
    # Dark is exposed, and each class begins where the one below ends.
    assert classes[0]["couleur"] == rgb(CLASS_COLOURS[5])
    assert classes[-1]["couleur"] == rgb(CLASS_COLOURS[1])
    ends = [ends_of(said) for said in words]
    upward = ends if theme == "capacite_pour_10000" else ends[::-1]
    for (_, _, high, last), (low, first, _, _) in itertools.pairwise(upward):
        assert (high, last) == (low, not first)
    # The list, the map's words, puts each territory in the class that holds it.
    for row in rows:
        value = shown_as.get(row["code"].split(":")[1])
        if value is not None:
            (found,) = [line["couleur"] for line in classes if holds(line["mots"], value)]
            assert row["couleur"] == found, row


@pytest.mark.parametrize("niveau", ["commune", "epci", "departement"])
def test_the_legend_of_the_index_has_the_bounds_and_the_counts_of_the_run(reader, database, niveau):
    show(reader, "score:ifn-2023", niveau)
    legend = read(reader, LEGEND)
    bounds = [
        row["score_min"]
        for row in rows_of(
            database,
            """SELECT score_min FROM science.index_bornes
            WHERE profil = 'ifn-2023' AND borne = 'classe' ORDER BY classe""",
        )
    ]
    written = spans(bounds, 2)
    counts = {
        row["classe"]: row["nombre"]
        for row in rows_of(
            database, f"SELECT classe, count(*) AS nombre FROM ({QUERIES[niveau]}) GROUP BY 1"
        )
    }
    wanted = [
        {"couleur": rgb(CLASS_COLOURS[rank]), "mots": f"{CLASS_LABELS[rank]} ({written[rank - 1]})",
         "nombre": said(counts.get(rank, 0))}
        for rank in (5, 4, 3, 2, 1)
    ]  # fmt: skip
    assert legend[:-1] == wanted
    assert legend[-1]["nombre"] == said(counts.get(None, 0))
