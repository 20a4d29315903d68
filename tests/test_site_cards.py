"""What the cards and the comparison show, word by word, against the database."""

import re
import shutil
import subprocess

import pytest

from fragility.export.labels import (
    CLASS_COLOURS,
    CLASS_LABELS,
    CONFIDENCE_SENTENCES,
    COVERAGE_LABELS,
    COVERAGE_SENTENCES,
    DISPOSITIF_LABELS,
    INSIDE_UNKNOWN,
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
    share = round(row["probabilite_fragile_pct"])
    share = share if row["est_fragile"] else 100 - share
    shown = "moins de 1" if share < 1 else "plus de 99" if share > 99 else said(share)
    return f"{'Fragile' if row['est_fragile'] else 'Non fragile'} dans {shown} % des calculs"


def verdict(row):
    cover = []
    if row.get("couverture"):
        word = row["couverture"]
        unknown = row["population_hors_portee_pct"] is None and row["est_conseiller_dans_commune"]
        why = INSIDE_UNKNOWN if unknown else COVERAGE_SENTENCES[word]
        cover = [plain(f"{COVERAGE_LABELS[word]} : {why}.")]
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
        far = "moins de 100 m" if km == "0,0" else f"{km} km"
        way = "aucun atteint" if minutes is None else f"{said(minutes)} min ({far})"
        lines.append([plain(f"{label} {found['plus_proche_nom'] or '–'}"), way])
    return lines


def origins(row):
    lines = []
    for label, key in INDICATORS.items():
        origin = ORIGIN_LABELS.get(row[f"{key}_origine"], "–")
        year = f" chiffre de {row[f'{key}_annee']}" if row[f"{key}_annee"] else ""
        doubt = key == "non_thd" and row["est_non_thd_douteux"]
        after = " à vérifier : zéro que le producteur doit confirmer" if doubt else ""
        lines.append([label, said(row[f"{key}_pct"], 1, " %"), plain(origin) + year + after])
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


TWICE = plain(
    "Chaque trajet est celui de l'habitant médian vers le lieu le plus proche de chacun ; le lieu "
    "nommé est celui du plus grand nombre : un même lieu peut donc avoir deux durées."
)


def named_twice(row):
    """Whether one place is shown with two durations."""
    near = [row["acces"][kind] for kind in NEAREST.values()]
    ways = {
        (n["plus_proche_nom"], said(n["plus_proche_min"])) for n in near if n["plus_proche_nom"]
    }
    return len({name for name, _ in ways}) < len(ways)


def to_reach(row):
    """Fragile communes of a group, and those without a conseiller within reach."""
    fragile, bare = row["nb_communes_fragiles"], row["nb_communes_fragiles_non_couvertes"]
    if fragile == 0:
        return "Aucune commune fragile."
    count = counted(fragile, "commune fragile", "communes fragiles")
    if bare == 0:
        rest = "couverte ou incertaine" if fragile == 1 else "toutes couvertes ou incertaines"
        return f"{count}, {rest}."
    return (
        f"{count}, dont {counted(bare, 'non couverte', 'non couvertes')} "
        f"({counted(row['population_fragile_non_couverte'], 'habitant', 'habitants')})."
    )


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
        SELECT max_by({key}, population) FROM marts.{table} {among} UNION
        SELECT min(code) FROM (SELECT code FROM science.access_dispositifs
        JOIN (SELECT {key} AS code FROM marts.{table} {among}) USING (code)
        WHERE niveau = '{level}' AND dispositif IN ('france_services', 'mediation')
        GROUP BY code, plus_proche_nom HAVING count(DISTINCT round(plus_proche_min)) > 1)
        HAVING count(*) > 0""",
    )
    assert len(codes) > 10
    twice = 0
    for code in [one["code"] for one in codes]:
        row = territory(database, level, code)
        shown = card(reader, f"{level}:{code}")
        check(shown, row)
        assert plain(row["motif"]) in shown["parts"][""]
        assert shown["parts"]["D'où viennent les chiffres"] == origins(row)
        near = shown["parts"]["Lieux les plus proches"]
        assert near[:3] == nearest(row)
        share = row["population_hors_portee_pct"]
        twice += named_twice(row)
        assert near[3:] == [TWICE] * named_twice(row) + (
            [] if share is None else [OUT.format(said(share, 1))]
        )
        around = shown["parts"][""][0]
        for name in ("nom_epci", "nom_departement", "nom_region"):
            assert row[name] is None or plain(row[name]) in around
    # Few IRIS of the demonstration are on the map.
    assert twice < len(codes)
    assert twice or level == "iris"


@pytest.mark.parametrize("level", ["epci", "departement"])
def test_cards_of_groups_weigh_their_communes(reader, database, level):
    table, key, _ = TABLES[level]
    codes = [row["code"] for row in rows_of(database, f"SELECT {key} AS code FROM marts.{table}")]
    kinds = set()
    for code in codes:
        row = territory(database, level, code)
        shown = card(reader, f"{level}:{code}")
        check(shown, row)
        assert shown["parts"]["Portée des conseillers"] == [
            OUT.format(said(row["population_hors_portee_pct"], 1)),
            to_reach(row),
        ]
        kinds.add((row["nb_communes_fragiles"] > 0, row["nb_communes_fragiles_non_couvertes"] > 0))
    # None fragile; some, all reached; some out of reach.
    assert kinds == {(False, False), (True, False), (True, True)} or level == "departement"


def test_places_of_a_commune_say_what_only_an_old_record_tells(reader, database):
    old = rows_of(
        database,
        """SELECT DISTINCT code_commune AS code FROM marts.lieux WHERE dispositifs_anciens <> ''
        AND dispositifs_anciens IS NOT NULL""",
    )
    assert old
    for code in [row["code"] for row in old]:
        card(reader, f"commune:{code}")
        reader.wait_for_selector("#sur-place li")
        shown = [plain(text) for text in reader.locator("#sur-place li").all_inner_texts()]
        wanted = []
        for place in rows_of(database, "SELECT * FROM marts.lieux WHERE code_commune = ?", code):
            aged = set((place["dispositifs_anciens"] or "").split("|"))
            kinds = [kind for kind in DISPOSITIF_LABELS if kind in place["dispositifs"].split("|")]
            offers = [
                DISPOSITIF_LABELS[k] + " (fiche ancienne : à vérifier)" * (k in aged) for k in kinds
            ]
            all_old = set(kinds) <= aged
            wanted.append((all_old, place["id"], plain(f"{place['nom']} : {', '.join(offers)}")))
        assert shown == [line for *_, line in sorted(wanted)]


HIDDEN_ON_PAPER = (
    ".recherche", ".reglages", "#liste", "#carte", "#comparaison", "footer", "#boutons",
    "#fiche .fermer", "#fiche .chemins", "#fiche .jauge",
)  # fmt: skip


@pytest.fixture
def on_paper(reader, database):
    """The card of the largest commune, beside a comparison, as it is printed."""
    (town,) = rows_of(
        database, "SELECT max_by(code_commune, population) AS code FROM marts.communes"
    )
    key = f"commune:{town['code']}"
    reader.evaluate("key => { location.hash = `fiche=${key}&comparer=${key}`; }", key)
    reader.wait_for_selector(f'html[data-fiche="{key}"]')
    reader.wait_for_selector("#comparaison table")
    reader.wait_for_selector("#sur-place li")
    reader.emulate_media(media="print")
    yield territory(database, "commune", town["code"])
    reader.emulate_media(media="screen")


def test_a_card_is_printed_alone_and_whole(reader, on_paper):
    for part in HIDDEN_ON_PAPER:
        assert not reader.locator(part).filter(visible=True).count(), part
    assert not reader.locator("button:visible, input:visible, select:visible").count()
    seen = plain(reader.inner_text("body"))
    assert plain(on_paper["nom"]) in seen
    for wanted in (f"Score {said(on_paper['score'], 2)} sur 10", people(on_paper), "Sources : ",
                   "Lieux dans la commune", "Calcul du ", "Territoire fictif"):  # fmt: skip
        assert wanted in seen, wanted
    for label, value, _ in origins(on_paper):
        assert f"{label} {value}" in seen
    # Black on white, whatever the class.
    colours = reader.evaluate("""() => [...new Set([...document.querySelectorAll('body *')]
      .filter((one) => one.getClientRects().length).flatMap((one) => {
        const style = getComputedStyle(one);
        return [style.color, style.backgroundColor]; }))]""")
    assert set(colours) == {"rgb(0, 0, 0)", "rgba(0, 0, 0, 0)"}
    pages = re.findall(rb"/Type /Page\b", reader.pdf(prefer_css_page_size=True))
    assert 1 <= len(pages) <= 2


def test_without_a_card_the_list_is_printed(reader):
    reader.evaluate("location.hash = ''")
    reader.locator("#fiche").wait_for(state="hidden")
    reader.emulate_media(media="print")
    try:
        assert reader.locator("#lignes button").first.is_visible()
        assert reader.locator("header h1").is_visible()
        for part in (".recherche", ".reglages", ".filtres", "#suite", "#carte", "footer"):
            assert reader.locator(part).is_hidden(), part
    finally:
        reader.emulate_media(media="screen")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_file_of_a_card_holds_its_name_and_figures_and_no_control(reader, on_paper, tmp_path):
    path = tmp_path / "fiche.pdf"
    reader.pdf(prefer_css_page_size=True, path=path)
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True)
    text = plain(done.stdout.decode())
    for wanted in (plain(on_paper["nom"]), f"Score {said(on_paper['score'], 2)} sur 10",
                   said(on_paper["pauvrete_pct"], 1, " %"), "Sources : "):  # fmt: skip
        assert wanted in text, wanted
    for control in ("Imprimer", "comparaison", "Fermer", "Trier par", "Que montrer", "Légende"):
        assert control not in text, control


def test_the_button_prints_and_the_file_is_named_after_the_territory(reader, on_paper):
    reader.emulate_media(media="screen")
    usual = reader.title()
    reader.evaluate("window.print = () => { window.printed = true; }")
    button = reader.locator("#boutons button", has_text="Imprimer cette fiche")
    button.focus()
    reader.keyboard.press("Enter")
    reader.wait_for_function("window.printed === true")
    reader.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert plain(reader.title()).startswith(plain(on_paper["nom"]))
    reader.evaluate("dispatchEvent(new Event('afterprint'))")
    assert reader.title() == usual


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


def test_a_commune_known_by_one_point_says_that_nobody_knows_where_people_live(reader):
    """97410: a conseiller receives there; the demonstration has no such commune."""
    words = """async ([out, inside]) => {
        const { coverageWords } = await import("./js/facts.js");
        const account = await (await fetch("edition.json")).json();
        return coverageWords({ couverture: "incertaine", population_hors_portee_pct: out,
            est_conseiller_dans_commune: inside }, account);
    }"""
    head = COVERAGE_LABELS["incertaine"]
    assert reader.evaluate(words, [None, True]) == [f"{head} : {INSIDE_UNKNOWN}."]
    speed = [f"{head} : {COVERAGE_SENTENCES['incertaine']}."]
    assert reader.evaluate(words, [None, False]) == speed
    assert reader.evaluate(words, [100, True]) == speed
