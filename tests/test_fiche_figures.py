"""What the fiches show, in which order, against the database."""

import json
import re
from html import unescape

import numpy as np
import pandas as pd
import pytest

from fragility.export.labels import CLASS_LABELS, COVERAGE_LABELS
from tests.site_pages import counted, plain, rows_of, said

pytest_plugins = ["tests.site_fixtures"]
COMMUNE = [
    "Le score", "Personnes en difficulté numérique", "Ce qui pèse le plus",
    "Où trouver de l'aide", "Couverture et confiance", "Questions à poser", "Sa place",
    "Les communes semblables", "D'où viennent les chiffres", "Comment ne pas lire cette fiche",
    "Sources et date",
]  # fmt: skip
GROUP = [
    "Le score", "Personnes en difficulté numérique", "Ce qui pèse le plus",
    "Communes fragiles et non couvertes", "Les dispositifs", "Questions à poser", "Ses communes",
    "D'où viennent les chiffres", "Comment ne pas lire cette fiche", "Sources et date",
]  # fmt: skip
KINDS = {"conseiller_numerique": "Conseiller numérique", "france_services": "France services",
         "mediation": "Médiation numérique (tout lieu)"}  # fmt: skip


@pytest.fixture(scope="module")
def fiches(demo, tmp_path_factory):
    """Folder of all the fiches, and the files in the order they were written."""
    from fragility.export.fiche import write_fiches
    from fragility.export.fiche_index import fiches_there, write_index
    from fragility.export.fiche_store import read_store
    from fragility.sources.catalogue import find_edition
    from pipelines.fiche_cli import _wanted

    to = tmp_path_factory.mktemp("fiches")
    store = read_store(demo[1], find_edition("demo"))
    order = []
    for level, codes in _wanted(store, [], [], True).items():
        order += write_fiches(store, level, codes, to, frozenset())
    write_index(store, to)
    assert len(fiches_there(to)) == len(order)
    return to, [f"{path.parent.name}/{path.stem}" for path in order]


def sections(fiches, name):
    """Text of each section of a fiche, by title, in order; its tables as rows of cells."""
    html = (fiches[0] / f"{name}.html").read_text(encoding="utf-8")
    found = {}
    for part in html.split("<h2>")[1:]:
        title, _, rest = part.partition("</h2>")
        rows = [
            [bare(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
            for row in re.findall(r"<tr[^>]*>(.*?)</tr>", rest.split("<h2>")[0])
        ]
        found[bare(title)] = (bare(rest), rows)
    return found


def bare(html):
    return plain(unescape(re.sub(r"<[^>]+>", " ", html))).replace(" ,", ",").replace(" .", ".")


def test_all_the_fiches_come_in_the_order_of_levels_and_codes(fiches, database):
    wanted = [
        f"{folder}/{row['code']}"
        for folder, table, code in (("departements", "departements", "code_departement"),
                                    ("epci", "epci", "code_epci"),
                                    ("communes", "communes", "code_commune"))
        for row in rows_of(database, f"SELECT {code} AS code FROM marts.{table} ORDER BY 1")
    ]  # fmt: skip
    # The EPCI come as their communes do.
    assert sorted(fiches[1]) == sorted(wanted)
    assert [name.split("/")[0] for name in fiches[1]] == [name.split("/")[0] for name in wanted]
    communes = [name for name in wanted if name.startswith("communes")]
    assert fiches[1][-len(communes) :] == communes


def test_the_index_lists_groups_first_then_names_in_order(fiches, database):
    html = (fiches[0] / "index.html").read_text(encoding="utf-8")
    (data,) = re.findall(r'id="fiches">(.*?)</script>', html, re.DOTALL)
    rows = json.loads(data)
    assert [row[0] for row in rows] == sorted((row[0] for row in rows), key=[
        "departements", "epci", "communes"].index)  # fmt: skip
    names = {
        row["code"]: row["nom"]
        for row in rows_of(
            database,
            """SELECT code_commune AS code, nom FROM marts.communes
            UNION ALL SELECT code_epci, nom_epci FROM marts.epci
            UNION ALL SELECT code_departement, nom_departement FROM marts.departements""",
        )
    }
    assert {row[1]: row[2] for row in rows} == names
    for folder in ("epci", "communes"):
        plainly = [row[3] for row in rows if row[0] == folder]
        assert plainly == sorted(plainly)


def test_itinerant_places_are_counted_once_whatever_they_offer(fiches, database):
    moving = rows_of(
        database,
        """SELECT code_commune AS code, count(*) AS nombre FROM marts.lieux WHERE itinerance
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20""",
    )
    assert moving
    for row in moving:
        html = (fiches[0] / "communes" / f"{row['code']}.html").read_text(encoding="utf-8")
        assert counted(row["nombre"], "est itinérant", "sont itinérants") in bare(html)
    still = rows_of(
        database,
        """SELECT code_commune AS code FROM marts.lieux GROUP BY 1
        HAVING NOT bool_or(itinerance) ORDER BY 1 LIMIT 5""",
    )
    for row in still:
        html = (fiches[0] / "communes" / f"{row['code']}.html").read_text(encoding="utf-8")
        assert "itinérant" not in bare(html).partition("Recensés dans la commune")[2][:300]


def test_the_fiche_of_a_commune_shows_the_figures_of_the_database_in_order(fiches, database):
    codes = rows_of(
        database,
        """SELECT min(code_commune) AS code FROM marts.communes WHERE score IS NOT NULL
        GROUP BY couverture, est_fragile, est_petit_effectif""",
    )
    assert len(codes) > 6
    for code in [row["code"] for row in codes]:
        (row,) = rows_of(
            database,
            "SELECT * EXCLUDE geometry FROM marts.communes WHERE code_commune = ?",
            code,
        )
        parts = sections(fiches, f"communes/{code}")
        assert list(parts) == COMMUNE
        score = parts["Le score"][0]
        assert score.startswith(f"{said(row['score'], 2)} sur une échelle de 1 à 10")
        assert f"Classe {row['classe']} sur 5, « {CLASS_LABELS[row['classe']]} »" in score
        low, high = said(row["score_bas"], 2), said(row["score_haut"], 2)
        assert f"Entre {low} et {high} neuf fois sur dix, rang national entre" in score
        ranks = f"entre {said(row['rang_bas'])} et {said(row['rang_haut'])}."
        assert ranks in score
        people, many, most = (
            said(row[f"nb_personnes_en_difficulte{end}"]) for end in ("", "_bas", "_haut")
        )
        noun = "personne" if round(row["nb_personnes_en_difficulte"]) < 2 else "personnes"
        shown = parts["Personnes en difficulté numérique"][0]
        assert shown.startswith(f"{people} {noun}, de {many} à {most} ◆ estimé")
        assert f"Soit {said(row['difficulte_numerique_pct'], 1)} % des 15 ans ou plus" in shown
        access = {r["dispositif"]: r for r in rows_of(
            database, "SELECT * FROM science.access_dispositifs WHERE niveau = 'commune' "
            "AND code = ?", code)}  # fmt: skip
        rows = parts["Où trouver de l'aide"][1][1:]
        assert [cells[0] for cells in rows] == list(KINDS.values())
        for kind, cells in zip(KINDS, rows, strict=True):
            found = access[kind]
            minutes = found["plus_proche_min"]
            way = "–" if minutes is None else "< 1 min" if minutes < 1 else f"{said(minutes)} min"
            assert cells[1:] == [
                plain(found["plus_proche_nom"] or "–"), way,
                said(found["plus_proche_km"], 1, " km"),
                said(found["population_hors_portee_pct"], 0, " %"),
                COVERAGE_LABELS[found["couverture"]],
            ]  # fmt: skip
        assert parts["Couverture et confiance"][0].startswith(COVERAGE_LABELS[row["couverture"]])
        share = row["probabilite_fragile_pct"]
        share = share if row["est_fragile"] else 100 - share
        assert f"dans {agreed(share)} % des calculs" in parts["Couverture et confiance"][0]


def test_a_commune_where_nobody_lives_has_no_verdict_on_its_reach(fiches, database):
    (row,) = rows_of(
        database, "SELECT code_commune AS code FROM marts.communes WHERE population = 0 LIMIT 1"
    )
    parts = sections(fiches, f"communes/{row['code']}")
    for cells in parts["Où trouver de l'aide"][1][1:]:
        assert cells[-2:] == ["–", "–"]
    assert "Sans habitant" in parts["Couverture et confiance"][0]


@pytest.mark.parametrize(
    ("folder", "table", "key"),
    [("epci", "epci", "code_epci"), ("departements", "departements", "code_departement")],
)
def test_the_fiche_of_a_group_ranks_its_own_communes(fiches, database, folder, table, key):
    groups = rows_of(database, f"SELECT * EXCLUDE geometry FROM marts.{table}")
    for group in groups:
        code = group[key]
        parts = sections(fiches, f"{folder}/{code}")
        assert list(parts) == GROUP
        assert parts["Le score"][0].startswith(f"{said(group['score'], 2)} sur une échelle")
        people, low, high = (
            said(group[f"nb_personnes_en_difficulte{end}"]) for end in ("", "_bas", "_haut")
        )
        shown = parts["Personnes en difficulté numérique"][0]
        assert shown.startswith(f"{people} personnes, de {low} à {high} ◆ estimé")
        own = rows_of(
            database,
            f"""SELECT c.nom, c.score, c.classe, c.population,
            c.nb_personnes_en_difficulte AS people, c.conseiller_plus_proche_min AS minutes,
            c.couverture, c.est_fragile_non_couverte AS bare,
            c.probabilite_fragile_pct AS share, l.ordre FROM marts.communes c
            LEFT JOIN marts.communes_fragiles_non_couvertes l USING (code_commune)
            WHERE c.{key} = ? ORDER BY c.score DESC NULLS LAST, code_commune""",
            code,
        )
        rows = [cells for cells in parts["Ses communes"][1] if cells[0] != "Commune"]
        assert [[cells[0], *cells[2:]] for cells in rows] == [
            [plain(c["nom"]), said(c["score"], 2),
             str(c["classe"] or "–"), said(c["population"]),
             said(c["people"]), _minutes(c["minutes"]),
             COVERAGE_LABELS.get(c["couverture"], "–") if c["population"] else "–"]
            for c in own
        ]  # fmt: skip
        bare = sorted((c for c in own if c["bare"]), key=lambda c: c["ordre"])
        rows = [c for c in parts["Communes fragiles et non couvertes"][1] if c[0] != "Commune"]
        assert rows == [
            [plain(c["nom"]), said(c["population"]), said(c["score"], 2),
             f"{agreed(c['share'])} % des calculs", said(c["people"]), _minutes(c["minutes"])]
            for c in bare
        ]  # fmt: skip


def test_a_group_without_a_score_is_not_said_to_have_no_fragile_commune():
    from fragility.export.fiche_group import ranked, uncovered

    members = pd.DataFrame(
        {
            "nom": ["Acoua", "Déserte", "Peuplée"], "score": np.nan, "classe": None,
            "population": [np.nan, 0.0, 12.0], "nb_personnes_en_difficulte": np.nan,
            "conseiller_plus_proche_min": 5.0, "couverture": "couverte", "est_fragile": False,
            "est_fragile_non_couverte": False,
        },
        index=["97601", "97602", "97603"],
    )  # fmt: skip
    shown = bare(str(ranked(None, members, frozenset())))
    assert "3 communes ; score non calculé." in shown
    assert "fragile" not in shown
    # Where nobody is known to live, nobody is to be covered.
    assert shown.count(COVERAGE_LABELS["couverte"]) == 1
    assert "Non calculé." in bare(str(uncovered(None, members, frozenset())))
    known = members.assign(score=[np.nan, np.nan, 3.2])
    assert "3 communes, dont 0 fragile ;" in bare(str(ranked(None, known, frozenset())))
    assert "Aucune dans cette édition." in bare(str(uncovered(None, known, frozenset())))


def agreed(share):
    """No number of draws proves that something cannot be."""
    whole = round(share)
    return "moins de 1" if whole < 1 else "plus de 99" if whole > 99 else said(whole)


def _minutes(value):
    return "–" if value is None else "< 1 min" if value < 1 else f"{said(value)} min"
