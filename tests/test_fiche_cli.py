"""`fragility fiche`: the pages it writes on the demonstration, what they hold, how it refuses."""

import json
import re
import shutil
import time
from functools import partial
from html import unescape

import pandas as pd
import pytest

from fragility.export import fiche_pdf

NASTY = '<script>alert("x")</script>'


@pytest.fixture
def call(call):
    """Run the command in this process: exit code, standard output, errors."""
    return partial(call, "fiche")


def linked(edition, into):
    """An output folder whose tables are those of the demonstration: they are only read."""
    (into / "demo").mkdir(parents=True)
    (into / "demo" / "tables").symlink_to(edition / "tables", target_is_directory=True)
    for name in ("execution.json", "fragilite.duckdb"):
        shutil.copy(edition / name, into / "demo")
    return into


@pytest.fixture
def out(demo, tmp_path):
    return linked(demo[1], tmp_path)


@pytest.fixture(scope="module")
def communes(demo):
    return pd.read_parquet(demo[1] / "tables" / "communes.parquet").set_index("code_commune")


def plain(page):
    """Text of a page, without tags, spaces made ordinary."""
    bare = re.sub(r"<style>.*?</style>|<title>.*?</title>", "", page, flags=re.DOTALL)
    words = unescape(re.sub(r"<[^>]+>", " ", bare))
    return re.sub(r"\s+", " ", words)


def number(written):
    return float(written.replace("\u202f", "").replace(",", ".").replace("−", "-"))


def test_the_fiche_of_a_commune_says_what_explain_says(call, out, communes):
    code = communes["score"].idxmax()
    row = communes.loc[code]
    ended, text, err = call(code, "--out", out)
    assert (ended, err) == (0, "")
    page = out / "demo" / "fiches" / "communes" / f"{code}.html"
    assert str(page) in text
    html = page.read_text(encoding="utf-8")
    said = plain(html)
    for title in ("Le score", "Personnes en difficulté numérique", "Ce qui pèse le plus",
                  "Où trouver de l'aide", "Couverture et confiance", "Questions à poser",
                  "Les communes semblables", "D'où viennent les chiffres",
                  "Comment ne pas lire cette fiche", "Sources et date"):  # fmt: skip
        assert f"<h2>{title}</h2>" in unescape(html)
    assert "Territoire fictif" in said
    assert row["nom"] in said
    bounds = [f"{row[c]:.2f}".replace(".", ",") for c in ("score_bas", "score_haut")]
    assert f"Entre {bounds[0]} et {bounds[1]} neuf fois sur dix" in said
    assert "◆ estimé" in said


def test_contributions_add_up_to_the_score_and_to_the_average(call, out, communes):
    code = communes["score"].idxmin()
    call(code, "--out", out)
    html = (out / "demo" / "fiches" / "communes" / f"{code}.html").read_text(encoding="utf-8")
    (body,) = re.findall(r"Apport</th>.*?<tbody>(.*?)</tbody>", html, re.DOTALL)
    rows = [re.findall(r'<td class="n[^"]*">([^<]*)</td>', row) for row in body.split("</tr>")]
    *parts, total = [row for row in rows if row]
    # Value, sub-score, then contribution, France, département and gap, each rounded to 0.01.
    for column in (2, 3, 4, 5):
        added = sum(number(row[column]) for row in parts)
        assert added == pytest.approx(number(total[column]), abs=0.005 * (len(parts) + 1))
    assert number(total[2]) == pytest.approx(communes.at[code, "score"], abs=0.005)
    scored = communes[communes["score"].notna()]
    assert number(total[4]) == pytest.approx(scored["score"].mean(), abs=0.005)


def test_a_department_brings_its_groups_and_communes_and_an_index(call, out, communes):
    ended, _, err = call("--departement", "00", "--out", out)
    assert (ended, err) == (0, "")
    folder = out / "demo" / "fiches"
    assert {p.stem for p in (folder / "communes").iterdir()} == set(communes.index)
    epci = communes["code_epci"][communes["code_epci"].str.isdigit()]
    assert {p.stem for p in (folder / "epci").iterdir()} == set(epci)
    html = (folder / "departements" / "00.html").read_text(encoding="utf-8")
    bare = communes[communes["est_fragile_non_couverte"]]
    assert f"{len(bare)} communes," in html
    for code in communes.index:
        assert f'href="../communes/{code}.html"' in html
    # Every page is whole, none holds what a missing value is called.
    for page in folder.rglob("*.html"):
        html = page.read_text(encoding="utf-8")
        assert html.endswith("</html>\n")
        assert not re.search(r"\bnan\b|None|NaT|&lt;NA&gt;", plain(html)), page
    index = (folder / "index.html").read_text(encoding="utf-8")
    (data,) = re.findall(r'id="fiches">(.*?)</script>', index, re.DOTALL)
    rows = json.loads(data)
    assert len(rows) == len(communes) + epci.nunique() + 1
    accents = communes[~communes["nom"].str.isascii()].index[0]
    (plainly,) = [row[3] for row in rows if row[1] == accents]
    assert plainly.isascii()
    assert f"{len(rows)} fiches" in index


def test_a_commune_without_score_says_why(call, out, communes):
    code = communes.index[communes["score"].isna()][0]
    assert call(code, "--out", out)[0] == 0
    html = (out / "demo" / "fiches" / "communes" / f"{code}.html").read_text(encoding="utf-8")
    said = plain(html)
    assert "Non calculé : aucun habitant au recensement." in said
    assert "Ce qui pèse le plus" not in said
    assert "pas d'habitant au recensement" in said


def rename(edition, copy, code, name):
    """Copy an edition, with another name for one of its communes."""
    tables = copy / "tables"
    tables.mkdir(parents=True)
    for path in (edition / "tables").iterdir():
        if path.name != "communes.parquet":
            (tables / path.name).symlink_to(path)
    for file in ("execution.json", "fragilite.duckdb"):
        shutil.copy(edition / file, copy)
    table = pd.read_parquet(edition / "tables" / "communes.parquet")
    table.loc[table["code_commune"] == code, "nom"] = name
    table.to_parquet(tables / "communes.parquet")


def test_names_are_text_in_the_fiche_the_map_and_the_index(call, demo, communes, tmp_path):
    code = communes["population"].idxmax()
    rename(demo[1], tmp_path / "demo", code, NASTY + "\u202e=1+1")
    epci = communes.at[code, "code_epci"]
    assert call(code, epci, "00", "--out", tmp_path)[0] == 0
    pages = list((tmp_path / "demo" / "fiches").rglob("*.html"))
    assert len(pages) == 4
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert "<script>alert" not in html
        assert "alert" in html
    fiche = (tmp_path / "demo" / "fiches" / "communes" / f"{code}.html").read_text("utf-8")
    assert "<script" not in fiche


def test_what_is_unknown_is_refused_in_french_with_what_is_near(call, out, communes):
    ended, text, err = call("99999", "--out", out)
    assert (ended, text) == (2, "")
    assert "Aucune commune n'a le code « 99999 »" in err
    assert "fictif" in err
    name = communes["nom"].drop_duplicates(keep=False).loc[lambda n: n.str.len() > 9]
    ended, _, err = call(name.iloc[0] + "x", "--out", out)
    assert ended == 2
    assert f"{name.index[0]} ({name.iloc[0]})" in err
    # A known code beside an unknown one: nothing is written.
    assert call(communes.index[0], "99999", "--out", out)[0] == 2
    assert not (out / "demo" / "fiches").exists()
    assert call("--out", out)[0] == 2
    assert call("--departement", communes.index[0], "--out", out)[0] == 2
    ended, _, err = call("00", "--out", out / "nulle")
    assert ended == 1
    assert "fragility run --edition demo" in err
    assert call("00", "--edition", "nulle", "--out", out)[0] == 2


def test_a_name_of_a_commune_and_of_a_departement_is_refused_with_both_codes(
    call, demo, communes, tmp_path
):  # fmt: skip
    code = communes.index[0]
    departement = communes["nom_departement"].iloc[0]
    rename(demo[1], tmp_path / "demo", code, departement)
    ended, _, err = call(departement.upper(), "--out", tmp_path)
    assert ended == 2
    assert f"{code} pour la commune, 00 pour le département" in err
    assert not (tmp_path / "demo" / "fiches").exists()
    assert call(code, "--out", tmp_path)[0] == 0


def test_the_fiche_of_a_departement_says_which_edition_to_simulate(call, out, communes):
    assert call("00", "--out", out)[0] == 0
    said = plain((out / "demo" / "fiches" / "departements" / "00.html").read_text("utf-8"))
    assert "fragility simulate --edition demo --posts 2 --zone departement:00" in said
    assert "le service qui tient l'outil" in said
    assert "en France" not in said


def test_an_iris_has_no_fiche(call, out, demo):
    iris = pd.read_parquet(demo[1] / "tables" / "iris.parquet", columns=["code_iris", "type_iris"])
    code = iris.loc[iris["type_iris"] != "Z", "code_iris"].iloc[0]
    ended, _, err = call(code, "--out", out)
    assert ended == 2
    assert "demandez sa commune" in err


def test_without_a_browser_pdf_says_what_to_do_and_writes_nothing(
    call, out, communes, monkeypatch
):  # fmt: skip
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(fiche_pdf, "PLACES", ())
    ended, _, err = call(communes.index[0], "--pdf", "--out", out)
    assert ended == 1
    assert "Aucun navigateur" in err
    assert "sans --pdf" in err
    assert not (out / "demo" / "fiches").exists()


def test_a_fiche_is_printed_on_two_pages_at_most(call, out, communes):
    try:
        fiche_pdf.find_browser()
    except fiche_pdf.MissingFileError:
        pytest.skip("no Chromium, Chrome or Edge on this machine")
    code = communes["population"].idxmax()
    ended, text, err = call(code, "--pdf", "--out", out)
    assert (ended, err) == (0, "")
    pdf = out / "demo" / "fiches" / "communes" / f"{code}.pdf"
    assert str(pdf) in text
    content = pdf.read_bytes()
    assert content.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", content)) <= 2


@pytest.mark.national
def test_a_thousand_communes_of_france_take_less_than_twenty_seconds(national, tmp_path):
    from fragility.export.fiche import write_fiches
    from fragility.export.fiche_store import read_store
    from fragility.sources.catalogue import find_edition

    # Of the processor: what else the machine does is not ours.
    start = time.process_time()
    store = read_store(national[0], find_edition("france-2021"))
    codes = store.communes.index[::34].tolist()
    pages = list(write_fiches(store, "commune", codes, tmp_path, frozenset()))
    assert len(pages) == len(codes) > 1000
    assert time.process_time() - start < 20
