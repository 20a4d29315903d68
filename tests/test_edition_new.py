"""`fragility edition`: a file of another year, in another form, makes an edition without code."""

import hashlib
import re
import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from fragility.sources import catalogue, catalogue_people
from fragility.sources.catalogue import RELEASES, find_edition, register, releases_of
from fragility.sources.demo import write_demo
from fragility.sources.model import RawFile, Release
from fragility.sources.user_editions import NAME, load_user_editions, register_user_editions
from fragility.territory.release_tables import part_of_base
from pipelines import runner

ROOT = Path(__file__).parents[1]
SOURCE = "insee_filosofi_iris"


@pytest.fixture(autouse=True)
def forget():
    yield
    register((), ())


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("raw")
    write_demo(folder)
    return folder


@pytest.fixture
def raw(written, tmp_path):
    shutil.copytree(written, tmp_path / "raw")
    return tmp_path / "raw"


@pytest.fixture
def new(call, raw):
    """`fragility edition new essai --from demo …`."""

    def run(*arguments, name="essai"):
        return call("edition", "new", name, "--from", "demo", "--raw", raw, *arguments)

    return run


def known(raw):
    return raw / SOURCE / "demo" / "BASE_TD_FILO_DISP_IRIS_2018.csv"


def rewritten(raw, path, *, sep=";", year="20", names=None, secret="ns", decimal=","):
    """The known incomes, in the form of another year."""
    table = pd.read_csv(known(raw), sep=";", dtype=str, keep_default_na=False)
    table = table.rename(columns=lambda c: c[:-2] + year if c.startswith("DISP_") else c)
    values = [c for c in table.columns if c != "IRIS"]
    table[values] = table[values].replace("", secret).apply(lambda c: c.str.replace(".", decimal))
    if names:
        table = table[list(names)].rename(columns=names)
    table.to_csv(path, sep=sep, index=False)
    return path


def recorded(raw):
    (release,) = load_user_editions(raw).releases.values()
    return release


def state(folder):
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


# --- what it is for ----------------------------------------------------------------------------
def test_the_file_of_another_year_needs_no_code(new, raw, tmp_path):
    code, out, err = new("--set", f"{SOURCE}={rewritten(raw, tmp_path / 'DISP_2020.csv')}")
    assert (code, err) == (0, "")
    for words in ("2020", "virgule", "ns : ", "DISP_MED20", "DISP_TP6020", "point-virgule",
                  "à la place de insee_filosofi_iris/demo", "Lu par son lecteur",
                  "fragility run --edition essai"):  # fmt: skip
        assert words in out
    release = recorded(raw)
    assert release.options == {"income": "20", "column_prefix": "DISP_"}
    assert (release.year, release.geography_year) == (2020, 2021)
    assert (raw / release.folder / "DISP_2020.csv").is_file(), "copied beside the others"


def test_a_run_on_the_same_incomes_written_otherwise_gives_the_same_figures(
    new, raw, demo, tmp_path
):
    names = {"IRIS": "CODE_IRIS", "DISP_MED22": "MED_SL", "DISP_TP6022": "PR_MD60"}
    path = rewritten(
        raw, tmp_path / "revenus_2022.tsv", sep="\t", year="22", names=names, secret="nr"
    )
    assert new("--set", f"{SOURCE}={path}")[0] == 0
    report = runner.run_edition("essai", raw, tmp_path / "out", "ifn-2023")
    assert not any("copie connue" in text for text in report.warnings)
    tables = [
        pd.read_parquet(folder / "tables" / "core_revenus.parquet") for folder in
        (demo[1], report.folder)
    ]  # fmt: skip
    values = ["niveau", "code", "niveau_vie_median", "pauvrete_pct"]
    pd.testing.assert_frame_equal(tables[0][values], tables[1][values])
    years = [t["pauvrete_annee"].fillna(0) for t in tables]
    assert (years[0] == 2018).sum() > 100
    assert years[1].equals(years[0].replace(2018, 2022)), "only their date changes"
    readme = (report.folder / "LISEZMOI.md").read_text(encoding="utf-8")
    assert "revenus_2022.tsv" in readme


def test_a_run_without_the_file_says_which_one(new, raw, tmp_path, call):
    assert new("--set", f"{SOURCE}={rewritten(raw, tmp_path / 'a_2020.csv')}")[0] == 0
    gone = raw / SOURCE / "essai" / "a_2020.csv"
    gone.unlink()
    code, _, err = call("run", "--edition", "essai", "--raw", raw, "--out", tmp_path / "out")
    assert code == 1
    assert "Il manque 1 fichier source." in err
    assert str(gone) in err
    assert not (tmp_path / "out" / "essai").exists()


# --- every source ------------------------------------------------------------------------------
@pytest.mark.parametrize("release", releases_of(find_edition("demo")), ids=lambda r: r.id)
def test_every_fictional_release_can_be_given_as_ones_own(release, new, raw, tmp_path):
    folder = tmp_path / "mes fichiers"
    folder.mkdir()
    for file in release.files:
        shutil.copy(raw / release.folder / file.name, folder)
    silent = ("rp_taux_communes", "bibliotheques", "insee_densite")
    told = ["--annee", release.year] if release.source in silent else []
    code, out, err = new("--set", f"{release.source}/{release.name}={folder}", *told)
    assert (code, err) == (0, "")
    own = recorded(raw)
    assert own.options == dict(release.options)
    assert {f.name for f in own.files} >= {f.name for f in release.files if ".zip" not in f.name}
    edition = load_user_editions(raw).editions["essai"]
    where = edition.releases.index(own.id)
    assert find_edition("demo").releases[where] == release.id, "it stands in its place"
    assert own.licence == "fictif"
    assert "Reconnu dans" in out


def test_totals_that_the_new_file_decides_are_dropped(new, raw):
    path = raw / "insee_comparateur" / "demo" / "base_cc_comparateur_csv.zip"
    _, out, _ = new("--set", f"insee_comparateur={path}")
    assert load_user_editions(raw).editions["essai"].controls == {"communes": 300, "iris": 445}
    assert "Total de la base abandonné : population" in out
    new("--set", f"insee_comparateur={path}", "--controle", "population=432974", "--force")
    assert load_user_editions(raw).editions["essai"].controls["population"] == 432_974


def test_a_source_can_be_taken_out(new, raw):
    code, out, _ = new("--sans", "caf_iris", "--set", "bibliotheques=")
    assert code == 0
    picks = load_user_editions(raw).editions["essai"].releases
    assert not [p for p in picks if p.startswith(("caf_iris/", "bibliotheques/"))]
    assert "Sans caf_iris/demo" in out


def test_one_release_of_several_is_replaced_and_another_added(new, raw, tmp_path):
    one = raw / "insee_filosofi_communes" / "demo" / "FILO2019_DISP_COM.csv"
    other = tmp_path / "FILO2021_DISP_COM.csv"
    header, body = one.read_text(encoding="utf-8").split("\n", 1)
    other.write_text(header.replace("19", "21") + "\n" + body, encoding="utf-8")
    code, out, err = new("--set", f"insee_filosofi_communes/demo-2019={one}",
                         "--set", f"insee_filosofi_communes/2021={other}")  # fmt: skip
    assert (code, err) == (0, "")
    picks = [p for p in load_user_editions(raw).editions["essai"].releases
             if p.startswith("insee_filosofi_communes")]  # fmt: skip
    assert picks == [
        "insee_filosofi_communes/essai-2021", "insee_filosofi_communes/demo-2018",
        "insee_filosofi_communes/essai-demo-2019",
    ]  # fmt: skip
    assert "en plus des livraisons de la base" in out


# --- what is not sure --------------------------------------------------------------------------
def changed(raw, path, column, change, year="20"):
    """The known incomes of another year, one column changed."""
    table = pd.read_csv(rewritten(raw, path, year=year), sep=";", dtype=str, keep_default_na=False)
    table[column] = change(table[column])
    table.to_csv(path, sep=";", index=False)
    return path


@pytest.mark.parametrize("badly", ["{} %", "<{}"])
def test_values_badly_written_are_never_a_secret(new, raw, tmp_path, badly):
    path = changed(raw, tmp_path / "a.csv", "DISP_TP6020",
                   lambda c: c.where(c.eq("ns"), badly.format("18")))  # fmt: skip
    code, out, err = new("--set", f"{SOURCE}={path}")
    assert code == 1
    assert "autre chose qu'un nombre" in err
    assert "lues comme un secret" not in out
    assert not (raw / NAME).exists()


def test_a_column_without_any_value_is_refused(new, raw, tmp_path):
    path = changed(raw, tmp_path / "a.csv", "DISP_TP6020", lambda c: c.mask(c.ne(""), "nr"))
    code, _, err = new("--set", f"{SOURCE}={path}")
    assert code == 1
    assert "Aucune valeur n'est lue pour : pauvrete_pct." in err
    assert f"fichier  : {path}" in err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c.where(c.eq("ns"), "1800"), "sous 1800 euros"),
        (lambda c: c.mask(c.index == 3, "999999"), "atteint 999999 euros"),
    ],
)
def test_incomes_that_can_hardly_be_are_pointed_out(new, raw, tmp_path, change, words):
    path = changed(raw, tmp_path / "a.csv", "DISP_MED20", change)
    code, out, _ = new("--set", f"{SOURCE}={path}")
    assert code == 0
    assert words in " ".join(out.split())
    _, out, _ = new("--set", f"{SOURCE}={rewritten(raw, path)}", "--force")
    assert "À vérifier" not in out, "the known incomes are plausible"


def test_rows_set_aside_are_counted(new, raw, tmp_path):
    path = rewritten(raw, tmp_path / "a.csv")
    header, first, *lines = path.read_text(encoding="utf-8").splitlines()
    cells = first.split(";")
    cells[1] = "-5"
    path.write_text("\n".join([header, ";".join(cells), *lines]) + "\n", encoding="utf-8")
    code, out, _ = new("--set", f"{SOURCE}={path}")
    assert code == 0
    assert "1 ligne écartée : valeur impossible, négative" in out


def test_the_latest_of_two_files_is_kept_then_disposable_incomes(new, raw, tmp_path):
    folder = tmp_path / "deux"
    folder.mkdir()
    rewritten(raw, folder / "A_DISP_2020.csv")
    rewritten(raw, folder / "B_DISP_2021.csv", year="21")
    declared = pd.read_csv(folder / "B_DISP_2021.csv", sep=";", dtype=str, keep_default_na=False)
    declared = declared.rename(columns=lambda c: c.replace("DISP_", "DEC_")).assign(DEC_PLUS21="1")
    declared.to_csv(folder / "A_DEC_2021.csv", sep=";", index=False)
    code, out, _ = new("--set", f"{SOURCE}={folder}")
    assert code == 0
    assert recorded(raw).files[0].name == "B_DISP_2021.csv"
    assert recorded(raw).options == {"income": "21", "column_prefix": "DISP_"}
    assert "B_DISP_2021.csv est retenu à sa place : 2021, et non 2020" in " ".join(out.split())


def test_fewer_files_than_the_base_are_pointed_out():
    names = [f"2023_T3_{o}_4G.gpkg" for o in ("orange", "sfr", "free", "bouygues")]
    base = Release("arcep_couverture", "a", tuple(map(RawFile, names)), 2023)
    part = Release("arcep_couverture", "b", (RawFile("2024_T1_sfr_4G.gpkg"),), 2024)
    (said,) = part_of_base(part, [base])
    assert "la base lit 4 fichiers de cette source, et vous en donnez 1" in said
    assert said.endswith("2023_T3_orange_4G.gpkg, 2023_T3_free_4G.gpkg, 2023_T3_bouygues_4G.gpkg")
    assert part_of_base(part, [part]) == part_of_base(base, [part]) == part_of_base(part, []) == []


def test_one_theme_in_the_place_of_five_is_pointed_out_on_screen(new, raw):
    one = raw / "insee_rp_iris" / "demo" / "base-ic-logement-2018_csv.zip"
    code, out, _ = new("--set", f"insee_rp_iris/demo={one}")
    assert code == 0
    said = " ".join(out.split())
    assert "À vérifier : la base lit 5 fichiers de cette source, et vous en donnez 1" in said
    assert "base-ic-diplomes-formation-2018_csv.zip" in said
    assert "base-ic-logement-2018_csv.zip," not in said


def test_a_geopackage_of_many_layers_tells_its_own_year(new, raw, tmp_path):
    known_one = gpd.read_parquet(next((raw / "ign_communes" / "demo").glob("*.parquet")))
    known_one = known_one.rename(columns={"code": "code_insee"})
    path = tmp_path / "ADE.gpkg"
    layers = {
        "epci": known_one.head(3).assign(code_insee="200000172"),
        "commune": known_one[known_one["type"] == "COM"],
    }
    for layer, table in layers.items():
        table[["code_insee", "geometry"]].to_file(path, layer=layer, driver="GPKG")
    code, out, err = new("--set", f"ign_communes={path}")
    assert (code, err) == (0, "")
    assert f"{len(layers['commune'])} " in " ".join(out.split())
    own = recorded(raw)
    assert (own.year, own.geography_year) == (2021, 2021), "nothing but its codes tells it"
    assert [f.name for f in own.files] == ["ADE.gpkg"]


# --- files -------------------------------------------------------------------------------------
def test_a_file_that_is_under_raw_stays_where_it_is(new, raw):
    path = rewritten(raw, raw / SOURCE / "DISP_2020.csv")
    before = state(raw)
    _, out, _ = new("--set", f"{SOURCE}={path}")
    after = state(raw)
    assert set(after) - set(before) == {NAME}
    assert recorded(raw).folder == SOURCE
    assert "ni copiés ni déplacés" in out


def test_the_table_of_an_archive_is_taken_out_of_it(new, raw, tmp_path):
    inside = rewritten(raw, tmp_path / "BASE_TD_FILO_IRIS_2021_DISP.csv", year="21")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(inside, "dossier/BASE_TD_FILO_IRIS_2021_DISP.csv")
        archive.writestr("dossier/meta_BASE.csv", "COD_VAR;LIB\nIRIS;Code\n")
    _, out, _ = new("--set", f"{SOURCE}={tmp_path / 'a.zip'}")
    assert [f.name for f in recorded(raw).files] == ["BASE_TD_FILO_IRIS_2021_DISP.csv"]
    assert "Tirés de l'archive" in out


def test_files_can_be_read_where_they_are(new, raw, tmp_path):
    path = rewritten(raw, tmp_path / "DISP_2020.csv")
    new("--set", f"{SOURCE}={path}", "--sur-place")
    assert recorded(raw).folder == str(tmp_path)
    assert not (raw / SOURCE / "essai").exists()


def test_a_preview_writes_nothing(new, raw, tmp_path):
    before = state(raw)
    code, out, _ = new("--set", f"{SOURCE}={rewritten(raw, tmp_path / 'a_2020.csv')}", "--apercu")
    assert code == 0
    assert "Aperçu : rien n'est écrit." in out
    assert state(raw) == before


def test_a_refusal_writes_nothing(new, raw, tmp_path):
    before = state(raw)
    path = tmp_path / "a_2020.csv"
    path.write_text("IRIS;DISP_MED20;DISP_TP6020\n" + "00010101;cher;beaucoup\n" * 40)
    code, _, err = new("--set", f"{SOURCE}={path}")
    assert code == 1
    assert f"fichier  : {path}" in err
    assert state(raw) == before


def test_another_content_under_the_same_name_is_not_lost(new, raw, tmp_path, call):
    there = raw / SOURCE / "essai" / "a_2020.csv"
    there.parent.mkdir(parents=True)
    there.write_text("autre chose")
    path = rewritten(raw, tmp_path / "a_2020.csv")
    code, _, err = new("--set", f"{SOURCE}={path}")
    assert code == 1
    assert "avec un autre contenu" in err
    assert there.read_text() == "autre chose"
    assert new("--set", f"{SOURCE}={path}", "--force")[0] == 0


def test_a_comma_in_a_path_from_home_is_no_separator(new, raw, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    rewritten(raw, tmp_path / "a, b_2020.csv")
    assert new("--set", f"{SOURCE}=~/a, b_2020.csv")[0] == 0
    assert recorded(raw).files[0].name == "a, b_2020.csv"


# --- usage -------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--set", "nulle={f}"), "La source « nulle » n'existe pas"),
        (("--set", "caf_iris=/nulle/part.csv"), "/nulle/part.csv"),
        (("--set", "caf_iris"), "L'option --set est mal écrite."),
        (("--set", "caf_iris={f}", "--set", "caf_iris={f}"), "donnée plusieurs fois"),
        (("--set", "caf_iris={f}", "--sans", "caf_iris"), "donnée plusieurs fois"),
        (("--set", f"{SOURCE}/autre={{f}}"), "ne lit qu'une livraison"),
        (("--sans", "arcep_fibre"), "n'a pas la source « arcep_fibre »"),
        (("--set", f"{SOURCE}={{f}}", "--annee", "deux mille"), "--annee est mal écrite"),
        (("--set", f"{SOURCE}={{f}}", "--annee", "caf_iris=2020"), "--annee est mal écrite"),
        (("--set", f"{SOURCE}={{f}}", "--controle", "menages=3"), "--controle est mal écrite"),
        (("--set", f"{SOURCE}={{f}}", "--colonne", "x:y=z"), "--colonne est mal écrite"),
        (("--set", f"{SOURCE}={{f}}", "--colonne", "zzz=truc"), "Le rôle « zzz »"),
        (("--set", f"{SOURCE}={{f}}", "--colonne", "niveau_vie_median=ABSENTE"), "« ABSENTE »"),
        (("--set", f"{SOURCE}={{f}}", "--annee", "99999"), "de 1943 à 2100"),
        (("--set", f"{SOURCE}={{f}}", "--carte", "1700"), "de 1943 à 2100"),
        (("--cog-year", "1700"), "de 1943 à 2100"),
        (("--cog-year", "0"), "de 1943 à 2100"),
        (("--sans", "insee_cog"), "ne peut pas se passer de la source « insee_cog »"),
        (("--set", "arcep_fixe="), "arcep_fixe ou arcep_fibre"),
    ],
)  # fmt: skip
def test_wrong_usage_is_said(new, raw, arguments, words):
    code, _, err = new(*(a.format(f=known(raw)) for a in arguments))
    assert code in (1, 2)
    assert words in err
    assert not (raw / NAME).exists()


@pytest.mark.parametrize("name", ["demo", "Essai", "essai 2", "-essai", "../essai"])
def test_a_name_is_free_and_that_of_a_folder(call, raw, name):
    code, _, err = call("edition", "new", "--from", "demo", "--raw", raw, "--", name)
    assert code == 2
    assert name in err


def test_a_release_is_not_given_the_name_of_another(call, raw, tmp_path):
    path = rewritten(raw, tmp_path / "a_2020.csv")
    code, _, err = call(
        "edition", "new", "2020", "--from", "demo", "--raw", raw, "--set", f"{SOURCE}={path}"
    )
    assert code == 2
    assert "La livraison insee_filosofi_iris/2020 existe déjà." in err


def test_an_unknown_base_is_said(call, raw):
    code, _, err = call("edition", "new", "essai", "--from", "nulle", "--raw", raw)
    assert code == 2
    assert "demo, france-2021" in err
    assert "--from" in err


def test_a_name_is_taken_once(new, raw):
    assert new()[0] == 0
    code, _, err = new()
    assert code == 2
    assert "« essai » existe déjà" in err
    assert new("--force", "--titre", "Autre")[0] == 0
    assert load_user_editions(raw).editions["essai"].title == "Autre"


def test_what_no_reader_takes_is_said_with_the_option_that_helps(new, raw, tmp_path):
    names = {"IRIS": "IRIS", "DISP_MED20": "DISP_MED20", "DISP_TP6020": "part_pauvres"}
    path = rewritten(raw, tmp_path / "a_2020.csv", names=names)
    code, _, err = new("--set", f"{SOURCE}={path}")
    assert code == 1
    advice = re.search(r"--colonne (\S+)", err)
    assert advice is not None
    assert new("--set", f"{SOURCE}={path}", "--colonne", advice[1])[0] == 0
    assert dict(recorded(raw).files[0].dialect.columns) == {"DISP_TP6020": "part_pauvres"}


def test_a_year_that_nothing_tells_is_asked_for(new, raw):
    path = raw / "bibliotheques" / "demo"
    code, _, err = new("--set", f"bibliotheques={path}")
    assert code == 1
    assert "--annee bibliotheques=AAAA" in err
    assert new("--set", f"bibliotheques={path}", "--annee", "2023")[0] == 0
    assert recorded(raw).year == 2023


# --- everything else sees it -------------------------------------------------------------------
def test_all_commands_see_the_editions_of_their_raw_folder(new, raw, tmp_path, call):
    new("--set", f"{SOURCE}={rewritten(raw, tmp_path / 'a_2020.csv')}")
    _, out, _ = call("editions", "--raw", raw)
    (line,) = [row for row in out.splitlines() if row.startswith("│ essai")]
    assert "vous" in line
    _, out, _ = call("sources", "--edition", "essai", "--raw", raw)
    assert "insee_filosofi_iris/essai (de vous)" in out
    assert call("fetch", "--edition", "essai", "--raw", raw)[0] == 0
    assert call("editions", "--raw", tmp_path)[1].count("essai") == 0


def test_removing_leaves_the_files(new, raw, tmp_path, call):
    new("--set", f"{SOURCE}={rewritten(raw, tmp_path / 'a_2020.csv')}")
    code, out, _ = call("edition", "remove", "essai", "--raw", raw)
    assert code == 0
    assert str(raw / SOURCE / "essai") in out
    assert (raw / SOURCE / "essai" / "a_2020.csv").is_file()
    assert load_user_editions(raw).editions == {}
    assert call("edition", "remove", "essai", "--raw", raw)[0] == 2
    code, _, err = call("edition", "remove", "demo", "--raw", raw)
    assert code == 2
    assert "édition du projet" in err


def test_a_damaged_file_stops_every_command_with_its_line(raw, call):
    (raw / NAME).write_text('[edition.essai]\nbase = "demo\n', encoding="utf-8")
    code, _, err = call("editions", "--raw", raw)
    assert code == 1
    assert "ligne 2" in err
    assert str(raw / NAME) in err


# --- the page that describes it ----------------------------------------------------------------
@pytest.fixture(scope="module")
def page():
    return (ROOT / "docs" / "nouvelle-edition.md").read_text(encoding="utf-8")


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def test_the_two_edits_of_the_page_make_an_edition(page):
    (code,) = blocks(page, "python")
    names = vars(catalogue_people) | vars(catalogue)
    exec(compile(code, "docs/nouvelle-edition.md", "exec"), names)
    release, edition = names["NEW_RELEASE"], names["NEW_EDITION"]
    register([release], [edition])
    assert release in releases_of(find_edition(edition.name))
    assert set(edition.releases) <= set(RELEASES)


def test_the_editions_file_of_the_page_is_one(page, tmp_path):
    (text,) = blocks(page, "toml")
    (tmp_path / NAME).write_text(text, encoding="utf-8")
    register_user_editions(tmp_path)
    edition = find_edition("revenus-2021")
    assert releases_of(edition, SOURCE)[0].options["income"] == "21"


def test_every_option_is_on_the_page(page, call):
    _, out, _ = call("edition", "new", "-h")
    options = set(re.findall(r"--[a-z-]+", out)) - {"--help"}
    assert len(options) >= 12
    assert {o for o in options if o not in page} == set()


# --- on real files -----------------------------------------------------------------------------
@pytest.mark.national
def test_the_incomes_of_2020_take_the_place_of_2018(pack, tmp_path, call):
    raw = tmp_path / "raw"
    for source in sorted((pack / "raw").iterdir()):
        (raw / source.name).mkdir(parents=True)
        for release in source.iterdir():
            (raw / source.name / release.name).symlink_to(release)
    path = pack / "raw" / SOURCE / "2020" / "BASE_TD_FILO_DISP_IRIS_2020.csv"
    code, out, err = call(
        "edition", "new", "essai", "--from", "france-2021", "--set", f"{SOURCE}={path}",
        "--raw", raw,
    )  # fmt: skip
    assert (code, err) == (0, "")
    for words in ("16 025", "s : 3 576, ns : 2 414, nd : 224", "virgule", "copie connue"):
        assert words in out.replace("\u202f", " ")
    release = recorded(raw)
    known_one = RELEASES[f"{SOURCE}/2020"]
    assert release.options == dict(known_one.options)
    assert (release.year, release.geography_year) == (2020, known_one.geography_year)
    controls = load_user_editions(raw).editions["essai"].controls
    assert controls == find_edition("france-2021").controls, "incomes change no total"
