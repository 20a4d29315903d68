"""What the cards and the comparison show, word by word, against the database."""

import pytest

from fragility.export.labels import (
    CLASS_COLOURS,
    CLASS_LABELS,
    CONFIDENCE_SENTENCES,
    COVERAGE_LABELS,
    COVERAGE_SENTENCES,
    NOT_COMPUTED_COLOUR,
    ORIGIN_LABELS,
)
from tests.site_pages import counted, plain, rows_of, said

pytest_plugins = ["tests.site_fixtures"]

INDICATORS = {
    "Sans très haut débit fixe": "non_thd",
    "Loin d'un site 4G": "non_4g",
    "65 ans ou plus": "plus_65",
    "Sans le baccalauréat": "peu_diplomes",
    "Pauvreté": "pauvrete",
}
NEAREST = {
    "Conseiller numérique": "conseiller_numerique",
    "France services": "france_services",
    "Médiation numérique (tout lieu)": "mediation",
}
TABLES = {
    "commune": ("communes", "code_commune", "nom"),
    "iris": ("iris", "code_iris", "nom"),
    "epci": ("epci", "code_epci", "nom_epci"),
    "departement": ("departements", "code_departement", "nom_departement"),
}
KINDS = {"commune": "commune", "iris": "IRIS", "epci": "intercommunalité",
         "departement": "département"}  # fmt: skip
READ = """() => {
  const parts = { '': [] };
  let title = '';
  for (const node of document.getElementById('fiche').children) {
    if (node.tagName === 'H3') { title = node.textContent; parts[title] = []; }
    else if (node.tagName === 'TABLE') parts[title].push(...[...node.tBodies[0].rows].map(
      (row) => [...row.cells].map((cell) => cell.innerText)));
    else if (node.tagName === 'P') parts[title].push(node.innerText);
  }
  const box = document.querySelector('#fiche .verdict');
  return { name: document.querySelector('#fiche h2').textContent, parts,
    score: box.querySelector('strong').textContent, tint: box.style.getPropertyValue('--teinte'),
    lines: [...box.querySelectorAll('p')].map((line) => line.textContent) };
}"""


def plainly(shown):
    """The same, with ordinary spaces and apostrophes everywhere."""
    if isinstance(shown, str):
        return plain(shown)
    if isinstance(shown, list):
        return [plainly(one) for one in shown]
    return {plain(key): plainly(value) for key, value in shown.items()}


def card(reader, key):
    reader.evaluate("key => { location.hash = 'fiche=' + key; }", key)
    reader.wait_for_selector(f'html[data-fiche="{key}"]')
    return plainly(reader.evaluate(READ))


def territory(database, level, code):
    """Everything the database holds of a place; its class and its reach when it is a group."""
    table, key, name = TABLES[level]
    query = f"SELECT * EXCLUDE geometry, {name} AS nom FROM marts.{table} WHERE {key} = ?"
    (row,) = rows_of(database, query, code)
    if level in ("epci", "departement"):
        query = "SELECT classe FROM science.index_scores WHERE niveau = ? AND code = ?"
        (found,) = rows_of(database, query, level, code)
        (reach,) = rows_of(
            database,
            f"""SELECT sum(population * population_hors_portee_pct) / sum(population)
            AS population_hors_portee_pct, count(*) FILTER (est_fragile) AS nb_communes_fragiles,
            count(*) FILTER (est_fragile_non_couverte) AS nb_communes_fragiles_non_couvertes,
            coalesce(sum(population) FILTER (est_fragile_non_couverte), 0)
            AS population_fragile_non_couverte FROM marts.communes
            WHERE {key} = ? AND population_hors_portee_pct IS NOT NULL""",
            code,
        )
        row |= found | reach
    if not row["population"]:
        row["couverture"] = None
    near = "SELECT * FROM science.access_dispositifs WHERE niveau = ? AND code = ?"
    row["acces"] = {r["dispositif"]: r for r in rows_of(database, near, level, code)}
    return row


def agreement(row):
    share = row["probabilite_fragile_pct"]
    share = share if row["est_fragile"] else 100 - share
    shown = "moins de 1" if share < 1 else "plus de 99" if share > 99 else said(share, 0, "", 1)
    return f"{'Fragile' if row['est_fragile'] else 'Non fragile'} dans {shown} % des calculs"


def verdict(row):
    cover = []
    if row.get("couverture"):
        word = row["couverture"]
        cover = [plain(f"{COVERAGE_LABELS[word]} : {COVERAGE_SENTENCES[word]}.")]
    if row["score"] is None:
        empty = row["population"] == 0
        return ["Personne n'y habite."] if empty else [
            "Trop peu d'indicateurs sont connus ici.", *cover]  # fmt: skip
    fragile = ", parmi les territoires fragiles de l'édition" if row.get("est_fragile") else ""
    lines = [f"{CLASS_LABELS[row['classe']]} : classe {row['classe']} sur 5{fragile}."]
    if row.get("score_bas") is not None:
        lines.append(
            "Avec d'autres choix raisonnables et l'incertitude des données, le score est compris "
            f"neuf fois sur dix entre {said(row['score_bas'], 2)} et {said(row['score_haut'], 2)}."
        )
    if row.get("confiance"):
        word = row["confiance"]
        lines.append(f"{agreement(row)}. Verdict {word} : {CONFIDENCE_SENTENCES[word]}.")
    return [*map(plain, lines), *cover]


def between(row, low, high, decimals, unit=""):
    if row.get(low) is None:
        return None
    return f"de {said(row[low], decimals)} à {said(row[high], decimals, unit)}"


def people(row):
    if row["nb_personnes_en_difficulte"] is None:
        return "Non estimé."
    many = between(row, "nb_personnes_en_difficulte_bas", "nb_personnes_en_difficulte_haut", 0)
    share = between(row, "difficulte_numerique_bas", "difficulte_numerique_haut", 1, " %")
    return (
        f"{counted(row['nb_personnes_en_difficulte'], 'personne', 'personnes')} ({many}), soit "
        f"{said(row['difficulte_numerique_pct'], 1)} % des 15 ans ou plus ({share})."
    )


def nearest(row):
    lines = []
    for label, kind in NEAREST.items():
        found = row["acces"][kind]
        minutes, km = found["plus_proche_min"], said(found["plus_proche_km"], 1)
        way = "aucun atteint" if minutes is None else f"{said(minutes)} min ({km} km)"
        lines.append([plain(f"{label} {found['plus_proche_nom'] or '–'}"), way])
    return lines


def origins(row):
    lines = []
    for label, key in INDICATORS.items():
        origin = ORIGIN_LABELS.get(row[f"{key}_origine"], "–")
        year = f" chiffre de {row[f'{key}_annee']}" if row[f"{key}_annee"] else ""
        lines.append([label, said(row[f"{key}_pct"], 1, " %"), plain(origin) + year])
    return lines


def check(shown, row):
    score = "Score non calculé" if row["score"] is None else f"Score {said(row['score'], 2)} sur 10"
    assert (shown["name"], shown["score"]) == (plain(row["nom"]), score)
    assert shown["tint"] == CLASS_COLOURS.get(row["classe"], NOT_COMPUTED_COLOUR)
    assert shown["lines"] == verdict(row)
    count = "Population inconnue"
    if row["population"] is not None:
        count = counted(row["population"], "habitant", "habitants")
    assert count in shown["parts"][""][0]
    points = [[label, said(row[f"score_{key}"], 2)] for label, key in INDICATORS.items()]
    assert shown["parts"]["Ce qui fait le score"] == points
    assert shown["parts"]["Personnes en difficulté avec le numérique"][0] == people(row)


OUT = "Habitants hors de portée d'un conseiller numérique : {} %."


@pytest.mark.parametrize("level", ["commune", "iris"])
def test_cards_of_communes_and_iris_show_what_the_database_holds(reader, database, level):
    table, key, _ = TABLES[level]
    # An undivided commune has no IRIS of its own on the map.
    among = "WHERE type_iris <> 'Z'" if level == "iris" else ""
    # Each verdict, each reach, what is not computed, small, extrapolated, and the largest.
    codes = rows_of(
        database,
        f"""SELECT min({key}) AS code FROM marts.{table} {among} GROUP BY est_fragile, confiance,
        couverture, est_petit_effectif, est_difficulte_extrapolee, classe UNION
        SELECT max_by({key}, population) FROM marts.{table} {among}""",
    )
    assert len(codes) > 10
    for code in [one["code"] for one in codes]:
        row = territory(database, level, code)
        shown = card(reader, f"{level}:{code}")
        check(shown, row)
        assert plain(row["motif"]) in shown["parts"][""]
        assert shown["parts"]["D'où viennent les chiffres"] == origins(row)
        near = shown["parts"]["Lieux les plus proches"]
        assert near[:3] == nearest(row)
        share = row["population_hors_portee_pct"]
        assert near[3:] == ([] if share is None else [OUT.format(said(share, 1))])
        around = shown["parts"][""][0]
        for name in ("nom_epci", "nom_departement", "nom_region"):
            assert row[name] is None or plain(row[name]) in around


@pytest.mark.parametrize("level", ["epci", "departement"])
def test_cards_of_groups_weigh_their_communes(reader, database, level):
    table, key, _ = TABLES[level]
    codes = [row["code"] for row in rows_of(database, f"SELECT {key} AS code FROM marts.{table}")]
    for code in codes:
        row = territory(database, level, code)
        shown = card(reader, f"{level}:{code}")
        check(shown, row)
        fragile, bare, inhabitants = (row[f"{name}"] for name in (
            "nb_communes_fragiles", "nb_communes_fragiles_non_couvertes",
            "population_fragile_non_couverte"))  # fmt: skip
        assert shown["parts"]["Portée des conseillers"] == [
            OUT.format(said(row["population_hors_portee_pct"], 1)),
            f"{counted(fragile, 'commune fragile', 'communes fragiles')}, dont "
            f"{counted(bare, 'non couverte', 'non couvertes')} "
            f"({counted(inhabitants, 'habitant', 'habitants')}).",
        ]


def compared(row, level):
    """Cells of the comparison that the database gives, by title."""
    known = row["score"] is not None
    dash = "–"
    near = row["acces"].get("conseiller_numerique", {}).get("plus_proche_min")
    local = level in ("commune", "iris")
    fragile = "fragile" if row.get("est_fragile") else "non fragile"
    cells = {
        "Population": said(row["population"]),
        "Score": said(row["score"], 2),
        "Intervalle du score": between(row, "score_bas", "score_haut", 2) or dash,
        "Classe": CLASS_LABELS[row["classe"]] if known else dash,
        "Verdict": f"{fragile} ({row['confiance']})" if row.get("confiance") else dash,
        "Personnes en difficulté": said(row["nb_personnes_en_difficulte"]),
        "… avec ses bornes": between(
            row, "nb_personnes_en_difficulte_bas", "nb_personnes_en_difficulte_haut", 0
        ) or dash,
        "… part des 15 ans ou plus": said(row["difficulte_numerique_pct"], 1, " %"),
        "Couverture": COVERAGE_LABELS[row["couverture"]] if row.get("couverture") else dash,
        "Habitants hors de portée": said(row["population_hors_portee_pct"], 1, " %"),
        "Conseiller le plus proche": said(near if local else None, 0, " min"),
    }  # fmt: skip
    for label, key in INDICATORS.items():
        cells[label] = said(row.get(f"{key}_pct"), 1, " %")
        cells[f"{label} : sous-score"] = said(row[f"score_{key}"], 2)
    return cells


def test_each_column_of_the_comparison_is_that_of_its_territory(reader, database):
    (chosen,) = rows_of(
        database,
        """SELECT min(code_commune) FILTER (est_fragile_non_couverte) AS bare,
        max_by(code_commune, population) AS town,
        (SELECT min(code_iris) FROM marts.iris WHERE type_iris = 'H' AND score IS NOT NULL) AS iris,
        (SELECT min(code_epci) FROM marts.epci) AS epci FROM marts.communes""",
    )
    wanted = [("epci", chosen["epci"]), ("commune", chosen["town"]), ("departement", "00"),
              ("commune", chosen["bare"]), ("iris", chosen["iris"])]  # fmt: skip
    for four in (wanted[:4], wanted[1:]):
        keys = [f"{level}:{code}" for level, code in four]
        reader.evaluate("keys => { location.hash = 'comparer=' + keys; }", ",".join(keys))
        heads = reader.locator("#comparaison thead th")
        reader.wait_for_function(
            """text => document.querySelector('#comparaison thead th:last-child')
            ?.textContent.includes(text)""",
            arg=f"{KINDS[four[-1][0]]} {four[-1][1]}",
        )
        rows = [territory(database, level, code) for level, code in four]
        names = [plain(text) for text in heads.all_inner_texts()]
        assert names == [
            plain(f"{row['nom']} {KINDS[level]} {code} Retirer")
            for row, (level, code) in zip(rows, four, strict=True)
        ]
        shown = plainly(
            reader.evaluate("""() => Object.fromEntries(
              [...document.querySelectorAll('#comparaison tbody tr')].map((row) =>
                [row.cells[0].textContent, [...row.cells].slice(1).map((c) => c.textContent)]))""")
        )
        cells = [compared(row, level) for row, (level, _) in zip(rows, four, strict=True)]
        for title in cells[0]:
            assert shown.pop(title) == [plain(column[title]) for column in cells], title
        assert shown == {}
