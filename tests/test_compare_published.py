"""`fragility compare --published`: the demonstration beside files made from it, and France."""

import hashlib
import shutil
import sys
from html.parser import HTMLParser

import pandas as pd
import pytest
from PIL import Image

from fragility.validation.comparison import compare_published
from fragility.validation.comparison_files import write_comparison
from fragility.validation.own_classes import Own
from pipelines import cli
from tests.published_files import reference, write_2020, write_2023

ORDER = ["non_thd", "non_4g", "pauvrete", "plus_65", "peu_diplomes"]


def hashes(folder):
    """Checksum of every file by relative path."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def read_csv(path):
    """Read a French CSV as a spreadsheet does, codes as text."""
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    return pd.read_csv(path, sep=";", decimal=",", dtype={"code": str}, encoding="utf-8-sig")


class Outside(HTMLParser):
    """Collect what a page asks of somebody else."""

    def __init__(self):
        super().__init__()
        self.found, self.tags = [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        named = dict(attrs)
        for key in ("src", "href"):
            value = named.get(key) or ""
            if value and not value.startswith(("data:", "#")):
                self.found.append(value)


@pytest.fixture
def place(demo, tmp_path):
    """A copy of the outputs of the demonstration, with its raw files."""
    raw, folder, _ = demo
    shutil.copytree(folder, tmp_path / "out" / "demo")
    return raw, tmp_path / "out"


def own_table(folder, kind="haut", level="commune"):
    """What a portal file would say if it held the classes of the edition."""
    ours = Own(folder).at_level(level)
    table = ours[[f"{key}_{kind}" for key in ORDER]].set_axis(ORDER, axis=1).dropna()
    return table.assign(total=table.mean(axis=1))


def test_the_edition_beside_its_own_classes(call, place, tmp_path):
    raw, out = place
    before = hashes(out / "demo")
    path = write_2023(tmp_path / "notre indice.csv", own_table(out / "demo", "milieu"))
    code, said, _ = call("compare", "--published", path, "--edition", "demo", "--out", out,
                         "--raw", raw)  # fmt: skip
    assert code == 0
    assert "Reproduction exacte" in said
    folder = out / "comparaisons" / "demo__notre-indice"
    assert said.rstrip().splitlines()[-1].startswith(str(folder))
    assert f"{folder / 'rapport.html'}\n" in said
    assert read_csv(folder / "differences.csv").empty
    assert hashes(out / "demo") == before
    assert not [p for p in (out / "comparaisons").iterdir() if p.name.startswith(".")]
    page = (folder / "rapport.html").read_text("utf-8")
    looked = Outside()
    looked.feed(page)
    assert looked.found == []
    assert not looked.tags & {"script", "link", "iframe"}
    assert "Ce que cette page ne dit pas" in page


def test_equal_inputs_give_equal_files(call, place, tmp_path):
    raw, out = place
    path = write_2023(tmp_path / "p.csv", own_table(out / "demo"))
    arguments = ["compare", "--published", path, "--edition", "demo", "--out", out, "--raw", raw]
    assert call(*arguments)[0] == 0
    first = hashes(out / "comparaisons")
    assert call(*arguments)[0] == 0
    assert hashes(out / "comparaisons") == first


def test_the_published_tie_rule_is_told_as_the_cause(call, place, tmp_path):
    raw, out = place
    path = write_2023(tmp_path / "p.csv", own_table(out / "demo", "haut"))
    assert call("compare", "--published", path, "-e", "demo", "--out", out, "--raw", raw)[0] == 0
    found = read_csv(out / "comparaisons" / "demo__p" / "differences.csv")
    # Tied rates of what is measured otherwise prove nothing.
    other = found["indicateur"].eq("non_4g") & found["cause"].ne("absent")
    assert set(found.loc[other, "cause"]) <= {"definition"}
    assert found.loc[other, "causes_possibles"].str.contains("ex_aequo").all()
    assert set(found.loc[~other, "cause"]) <= {"ex_aequo", "artefact"}
    assert found["code"].str.len().eq(5).all()


@pytest.mark.parametrize("level", ["iris", "departement", "france"])
def test_other_levels_of_the_portal(place, tmp_path, level):
    raw, out = place
    path = write_2023(tmp_path / "p.csv", own_table(out / "demo", "milieu", level))
    found = compare_published(out / "demo", path, raw)
    assert found.published.level == level
    assert found.aligned.lost.empty
    assert found.differences.empty
    assert found.reproduction.is_exact


def test_a_file_of_2020_on_the_demonstration(call, place, tmp_path):
    raw, out = place
    iris = Own(out / "demo").iris
    rows = {code: {"interfaces": 0.0 if n % 10 == 0 else 50.0 + n % 70}
            for n, code in enumerate(iris.index)}  # fmt: skip
    path = write_2020(tmp_path / "v1.csv", rows, separator=",", decimal=",")
    code, said, _ = call("compare", "--published", path, "--edition", "demo", "--out", out,
                         "--raw", raw)  # fmt: skip
    assert code == 0
    assert "Reproduction exacte" in said
    assert "Revenu manquant compté 0" in said
    status = read_csv(out / "comparaisons" / "demo__v1" / "statuts.csv")
    assert len(status) == len(iris)
    assert status["code"].tolist() == sorted(iris.index)


def test_without_raw_files_codes_are_compared_as_they_are(place, tmp_path):
    _, out = place
    table = own_table(out / "demo", "milieu")
    path = write_2023(tmp_path / "p.csv", pd.concat([table, table.iloc[[0]].set_axis(["99999"])]))
    found = compare_published(out / "demo", path, tmp_path / "vide")
    assert found.aligned.lost["code"].tolist() == ["99999"]
    assert "--raw" in found.aligned.notes[0]
    assert found.differences["cause"].tolist() == ["absent"] * 5


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--published", "rien.csv"], 1, "pas là"),
        (["--published", "{page}"], 1, "page web"),
        (["--published", "{file}", "--edition", "zut"], 2, "n'existe pas"),
        (["--published", "{file}", "--edition", "france-2021"], 1, "pas encore été calculée"),
        (["demo", "--published", "{file}"], 2, "une seule édition"),
    ],
)
def test_what_is_refused(call, place, tmp_path, arguments, code, said):
    _, out = place
    page = tmp_path / "page.csv"
    page.write_text("<!DOCTYPE html><html></html>", encoding="utf-8")
    file = write_2023(tmp_path / "p.csv", own_table(out / "demo"))
    ready = [a.format(page=page, file=file) for a in arguments]
    before = hashes(out)
    if "--edition" not in ready and code == 1:
        ready += ["--edition", "demo"]
    ended, _, err = call("compare", *ready, "--out", out)
    assert ended == code
    assert said in err
    assert hashes(out) == before


def test_what_was_written_stays_when_writing_fails(call, place, tmp_path, monkeypatch):
    raw, out = place
    path = write_2023(tmp_path / "p.csv", own_table(out / "demo"))
    arguments = ["compare", "--published", path, "--edition", "demo", "--out", out, "--raw", raw]
    assert call(*arguments)[0] == 0
    before = hashes(out)

    def fail(*_):
        raise OSError("disque plein")

    monkeypatch.setattr("fragility.validation.comparison_files.render", fail)
    monkeypatch.setattr(sys, "argv", ["fragility", *map(str, arguments)])
    with pytest.raises(OSError, match="disque plein"):
        cli.main()
    assert hashes(out) == before


@pytest.mark.national
def test_france_beside_the_index_of_2023(national, pack, tmp_path):
    path = reference(pack, "ifn_2023_communes_4_regions.csv")
    found = compare_published(national[0], path, pack / "raw")
    assert found.reproduction.is_exact
    # Every commune and arrondissement of the file is found.
    assert found.aligned.lost.empty
    assert found.aligned.frame["alignement"].value_counts()["arrondissement, par ses IRIS"] == 20
    settled = found.tables["bilan"].set_index("indicateur")
    for key in ("plus_65", "peu_diplomes"):
        assert settled.loc[key, "differents"] < 0.1 * settled.loc[key, "compares"]
    causes = found.tables["causes"].set_index(["indicateur", "cause"])["premiere"]
    assert causes["pauvrete", "artefact"] > 0.8 * settled.loc["pauvrete", "differents"]
    # Where poverty is published, the file agrees with it; where it is filled, it does not.
    agreement = found.tables["accord_pauvrete"].set_index("groupe")["spearman_classe"]
    assert agreement["publiée pour la commune"] > 0.7
    assert agreement["remplie par ordre de fichier"] < 0.3
    effects = found.effects.summary.set_index(["defaut", "base"])["changent"]
    assert effects["ordre_fichier", "fichier"] > effects["ex_aequo", "fichier"] > 0
    assert set(found.figures) == {"ordre_fichier.png"}


@pytest.mark.national
def test_france_beside_the_index_of_2020(national, pack, tmp_path):
    path = reference(pack, "ifn_2020_iris_2_regions.csv")
    found = compare_published(national[0], path, pack / "raw")
    assert found.reproduction.is_exact
    assert len(found.aligned.lost) < 20
    # The axis rises with income in every région, and all IRIS of a commune share it.
    assert (found.tables["revenu_region"]["correlation_communes"] > 0.8).all()
    flat = found.tables["communes_plates"]
    assert flat["plates"].equals(flat["communes"])
    assert found.tables["zeros"].set_index("axe").loc["interfaces"].nunique() == 1
    counts = found.effects.summary
    assert (counts.loc[counts["defaut"] == "revenu_inverse", "changent"] > 500).all()
    written = write_comparison(found, tmp_path / "rapport")
    picture = next(p for p in written if p.suffix == ".png")
    assert Image.open(picture).size[0] > 800
    assert len(written) == 4
