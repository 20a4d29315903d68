"""The command line: what it prints, how it refuses, and that a run that fails changes nothing."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import dagster as dg
import duckdb
import geopandas as gpd
import pandas as pd
import pytest

from fragility import controls
from fragility.errors import DataCheckError, FragilityError
from fragility.sources.catalogue import find_edition, releases_of
from pipelines import runner
from pipelines.folders import default_out, default_raw
from pipelines.raw import prepare_demo
from pipelines.versions import FOLDER
from pipelines.workspace import Workspace
from tests.checksums import checksums

ROOT = Path(__file__).parents[1]
EPOCH = "1000000000"  # 2001-09-09
ANSI = "\x1b"


@pytest.fixture
def place(demo, tmp_path):
    """A copy of the demonstration's raw files and of its outputs, to be spoilt."""
    raw, folder, _ = demo
    shutil.copytree(raw, tmp_path / "raw")
    shutil.copytree(folder, tmp_path / "out" / "demo")
    return tmp_path


@pytest.fixture(scope="module")
def piped(tmp_path_factory):
    """One run in another process, folders given by the environment, into a pipe of Windows."""
    folder = tmp_path_factory.mktemp("piped")
    environment = os.environ | {
        "FRAGILITY_RAW": "entree",
        "FRAGILITY_OUT": str(folder / "sortie"),
        "PYTHONPATH": str(ROOT),
        "PYTHONIOENCODING": "cp1252",
        "SOURCE_DATE_EPOCH": EPOCH,
    }
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", "run"],
        capture_output=True,
        check=False,
        cwd=folder,
        env=environment,
    )
    return folder, done


@pytest.fixture(scope="module")
def again(piped, tmp_path_factory):
    """A second run with the same clock, in this process."""
    folder = tmp_path_factory.mktemp("again")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", EPOCH)
        runner.run_edition("demo", piped[0] / "entree", folder, "ifn-2023")
    return folder / "demo"


# --- usage -------------------------------------------------------------------------------------
def test_no_argument_shows_the_help(call):
    code, out, err = call()
    assert (code, err) == (0, "")
    for word in ("run", "editions", "sources", "check", "validation", "Commandes"):
        assert word in out
    code, out, _ = call("run", "--help")
    assert code == 0
    assert "data/raw" in out
    assert "[défaut : demo]" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "--edition", "nulle"), "L'édition « nulle » n'existe pas."),
        (("sources", "--edition", "nulle"), "demo, france-2021"),
        (("check", "--edition", "nulle"), "L'édition « nulle » n'existe pas."),
        (("run", "--profile", "nul"), "ifn-2023"),
        (("run", "--editions", "demo"), "L'option « --editions » n'existe pas."),
        (("run", "--out"), "L'option « --out » attend une valeur."),
        (("run", "demo"), "« demo » est en trop."),
        (("lancer",), "La commande « lancer » n'existe pas."),
    ],
)
def test_wrong_usage_is_said_in_french_and_exits_2(call, arguments, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = call(*arguments)
    assert code == 2
    assert err.startswith("Erreur : ")
    assert words in err
    assert "à faire  : " in err
    assert not list(tmp_path.iterdir()), "a refused command writes nothing"


def test_folders_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("FRAGILITY_RAW", "a")
    monkeypatch.setenv("FRAGILITY_OUT", "b")
    assert (default_raw(), default_out()) == (Path("a"), Path("b"))
    monkeypatch.setenv("FRAGILITY_RAW", "")
    monkeypatch.delenv("FRAGILITY_OUT")
    assert (default_raw(), default_out()) == (Path("data/raw"), Path("data/processed"))


# --- a run that succeeds -----------------------------------------------------------------------
def test_a_pipe_gets_plain_text_and_nothing_else(piped):
    folder, done = piped
    assert done.returncode == 0, done.stderr
    assert done.stderr == b"", "no log of the orchestrator on the user's screen"
    text = done.stdout.decode("cp1252")
    assert ANSI not in text
    assert (folder / "sortie" / "demo" / "communes.csv").is_file()
    assert (folder / "entree" / "insee_cog" / "demo" / "EPCI.csv").is_file()
    assert sorted(p.name for p in (folder / "sortie").iterdir()) == ["demo"]


def test_the_summary_says_rows_reasons_files_and_what_next(piped):
    folder, done = piped
    lines = done.stdout.decode("cp1252").splitlines()
    cells = [[cell.strip() for cell in re.split(r"[|│]", line)[1:-1]] for line in lines]
    assert ["communes", "300"] in cells
    assert ["core_revenus", "caf_iris/demo", "secret statistique", "11"] in cells
    assert not any("…" in line for line in lines), "nothing is cut"
    sizes = {c[0]: c[1] for c in cells if len(c) == 2}
    written = {p.name for p in (folder / "sortie" / "demo").iterdir() if p.is_file()}
    assert written <= set(sizes)
    assert re.fullmatch(r"\d+,\d Mo", sizes["fragilite.duckdb"])
    assert re.fullmatch(r"\d{3} o", sizes["communes.csvt"])
    assert "fictif" in lines[0]
    assert re.match(r"Terminé en \d+,\d s, \d+ Mo au plus\.", lines[-1])
    assert "LISEZMOI.md" in lines[-1]
    assert "carte.qgz dans QGIS" in lines[-1]


def test_two_runs_with_one_clock_write_the_same_bytes(piped, again):
    first, second = checksums(piped[0] / "sortie" / "demo"), checksums(again)
    assert first.keys() == second.keys()
    changed = {name for name in first if first[name] != second[name]}
    # DuckDB dates its blocks; the report, of which all else is compared, says how long each took.
    stamps = {f".versions/export_{name}.json" for name in ("duckdb", "rapport")}
    assert changed <= {"execution.json", "fragilite.duckdb", *stamps}
    assert "calcul du 09/09/2001" in (again / "LISEZMOI.md").read_text("utf-8")


def test_two_runs_write_the_same_rows_in_the_database(piped, again):
    paths = (piped[0] / "sortie" / "demo", again)
    bases = [duckdb.connect(path / "fragilite.duckdb", read_only=True) for path in paths]
    query = "SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL"
    tables = [base.sql(query).fetchall() for base in bases]
    assert tables[0] == tables[1]
    assert len(tables[0]) > 20
    for schema, name in tables[0]:
        one, two = (base.sql(f'FROM "{schema}"."{name}"').fetchall() for base in bases)
        assert repr(one) == repr(two), name
    for base in bases:
        base.close()


# --- a run that fails --------------------------------------------------------------------------
def rewrite(path, change):
    """Change the text of a CSV, or of the first one of a zip."""
    if path.suffix != ".zip":
        path.write_bytes(change(path.read_bytes()))
        return
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content if name.startswith("meta") else change(content))


def without_column(path):
    rewrite(path, lambda text: text.replace(b"LIBELLE", b"NOM", 1))


def in_windows_1252(path):
    rewrite(path, lambda text: text.decode("utf-8-sig").encode("cp1252"))


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def damaged(path):
    content = bytearray(path.read_bytes())
    middle = len(content) // 3
    content[middle : middle + 200] = bytes(byte ^ 0xA5 for byte in content[middle : middle + 200])
    path.write_bytes(content)


def web_page(path):
    path.write_text("<!DOCTYPE html><html><body>Accès refusé</body></html>", encoding="utf-8")


def not_that_format(path):
    path.write_bytes(b"ceci n'est pas ce que dit mon nom\n" * 20)


def contradictory(path):
    rewrite(path, lambda text: text.rstrip(b"\n") + b"\n6;Ailleurs;900000001;Autre EPCI;0;0\n")


def without_identifier(path):
    def add(text):
        header = text.split(b"\n")[0]
        return text.rstrip(b"\n") + b"\n" + b";" * header.count(b";") + b"\n"

    rewrite(path, add)


def moved_out_of_the_world(path):
    frame = gpd.read_parquet(path)
    frame.geometry = frame.geometry.translate(400)
    frame.to_parquet(path)


@pytest.mark.parametrize(
    ("name", "spoil", "words"),
    [
        ("insee_cog/demo/commune_2021.csv", without_column, "Il manque la colonne LIBELLE."),
        ("insee_cog/demo/EPCI.csv", in_windows_1252, "L'encodage du fichier est illisible."),
        ("insee_cog/demo/EPCI.csv", contradictory, "plusieurs fois avec des valeurs différentes"),
        ("insee_comparateur/demo/base_cc_comparateur_csv.zip", cut, "L'archive est tronquée"),
        ("insee_comparateur/demo/base_cc_comparateur_csv.zip", damaged, "L'archive est tronquée"),
        ("ign_communes/demo/communes_cog2021.parquet", not_that_format, "géographique"),
        ("ign_communes/demo/communes_cog2021.parquet", moved_out_of_the_world, "impossibles"),
        ("ign_iris/demo/iris2020_contours.gpkg", cut, "illisible ou tronqué"),
        ("caf_iris/demo/inseecaf2021.csv", web_page, "page web"),
        ("credoc_barometre/demo/barometre_numerique_2007_2022.parquet", cut, "Parquet"),
        (
            "eurostat_grille/demo/pop2018_FR_metropole_1km_EPSG3035.tif",
            not_that_format,
            "La grille de population est illisible",
        ),
        (
            "bibliotheques/demo/adresses-des-bibliotheques-publiques.csv",
            without_identifier,
            "pas d'identifiant",
        ),
    ],
)
def test_a_bad_file_is_named_and_nothing_published_changes(call, place, name, spoil, words):
    path = place / "raw" / name
    spoil(path)
    before = checksums(place / "out")
    code, _, err = call("run", "--raw", place / "raw", "--out", place / "out")
    assert code == 1
    assert err.startswith("Erreur : ")
    assert words in err
    assert f"fichier  : {path}" in err
    # No producer has the fictional files: they are made again.
    assert "à faire  : " in err
    assert "supprimez ce fichier : la démonstration l'écrira de nouveau" in err
    assert checksums(place / "out") == before
    assert [p.name for p in (place / "out").iterdir()] == ["demo"]


def test_missing_files_are_all_named_with_their_page(call, tmp_path):
    code, _, err = call(
        "run", "--edition", "france-2021", "--raw", tmp_path, "--out", tmp_path / "out"
    )
    assert code == 1
    edition = find_edition("france-2021")
    required = [r for r in releases_of(edition) if r.id not in edition.optional]
    assert len(required) == 23
    missing = sum(len(release.files) for release in required)
    assert f"Il manque {missing} fichiers source." in err
    assert str(tmp_path / "ign_communes" / "2021" / "communes_cog2021.parquet") in err
    assert "page : https://" in err
    assert "--raw" in err
    assert not (tmp_path / "out").exists()


def test_a_missing_file_of_the_demonstration_is_made_again(place):
    before = checksums(place / "raw")
    (place / "raw" / "insee_cog" / "demo" / "EPCI.csv").unlink()
    prepare_demo(Workspace(raw=str(place / "raw")))
    assert checksums(place / "raw") == before


def test_a_failed_blocking_check_publishes_nothing(call, place, monkeypatch):
    def refuse(*_):
        raise DataCheckError("Le total ne tombe pas juste.", expected="1", found="2")

    monkeypatch.setattr(controls, "control_scores", refuse)
    # The table that is checked is made again, and its check: neither is published.
    (place / "out" / "demo" / "tables" / "communes.parquet").unlink()
    (place / "out" / "demo" / FOLDER / "communes_scores.json").unlink()
    before = checksums(place / "out")
    code, _, err = call("run", "--raw", place / "raw", "--out", place / "out")
    assert code == 1
    assert "rien n'est publié" in err
    assert "communes : Le total ne tombe pas juste." in err
    assert checksums(place / "out") == before
    assert [p.name for p in (place / "out").iterdir()] == ["demo"]


@pytest.mark.parametrize(
    ("option", "exit_code", "words"),
    [("--raw", 1, "ne peut être lu ou écrit"), ("--out", 2, "Rien ne peut être écrit")],
)
def test_a_folder_that_cannot_be_written(call, place, option, exit_code, words):
    obstacle = place / "fichier"
    obstacle.write_text("un fichier, pas un dossier")
    folders = {"--raw": place / "raw", "--out": place / "out"} | {option: obstacle / "dossier"}
    code, _, err = call("run", *[x for pair in folders.items() for x in pair])
    assert code == exit_code
    assert words in err
    assert str(obstacle) in err
    assert option in err


def test_the_previous_folder_comes_back_when_the_new_one_cannot_take_its_place(place, monkeypatch):
    out = place / "out"
    replace = os.replace

    def locked(source, target):
        if Path(source).name.startswith(".demo.en-cours"):
            raise PermissionError(13, "utilisé par un autre programme", str(source))
        replace(source, target)

    (out / "demo" / "execution.json").unlink()
    before = checksums(out)
    monkeypatch.setattr(os, "replace", locked)
    with pytest.raises(FragilityError, match="fermez les fichiers de résultats"):
        runner.run_edition("demo", place / "raw", out, "ifn-2023")
    assert checksums(out) == before
    assert [p.name for p in out.iterdir()] == ["demo"]


def test_an_interrupted_run_changes_nothing_and_exits_130(call, place, monkeypatch):
    def interrupted(*_, **__):
        raise dg.DagsterExecutionInterruptedError

    monkeypatch.setattr("pipelines.core.build_communes", interrupted)
    before = checksums(place / "out")
    code, _, err = call("run", "--complet", "--raw", place / "raw", "--out", place / "out")
    assert code == 130
    assert err == "Interrompu. Ce qui était publié n'a pas changé.\n"
    assert checksums(place / "out") == before


# --- sources, editions, check ------------------------------------------------------------------
def state_of(out, release):
    (line,) = [line for line in out.splitlines() if f" {release} " in line]
    return line.split("│")[2].strip()


def test_sources_says_what_is_there(call, place):
    raw = place / "raw"
    code, out, _ = call("sources", "--edition", "demo", "--raw", raw)
    assert code == 0
    assert state_of(out, "insee_cog/demo") == "présent"
    assert f"24 livraisons présentes sur 24 dans {raw}." in out
    assert ANSI not in out

    (raw / "insee_cog" / "demo" / "EPCI.csv").unlink()
    _, out, _ = call("sources", "--edition", "demo", "--raw", raw)
    assert state_of(out, "insee_epci/demo") == "manquant"
    assert f"Manque : {raw / 'insee_cog' / 'demo' / 'EPCI.csv'}" in out
    assert "23 livraisons présentes sur 24" in out


def test_sources_tells_another_copy_from_the_known_one(call, tmp_path):
    path = tmp_path / "ign_communes" / "2021" / "communes_cog2021.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"une autre copie")
    code, out, _ = call("sources", "--edition", "france-2021", "--raw", tmp_path)
    assert code == 0
    assert state_of(out, "ign_communes/2021") == "présent, autre copie"
    assert state_of(out, "ign_communes/2025") == "manquant"
    assert "https://geoservices.ign.fr/contoursiris" in out


def test_editions_lists_them(call):
    code, out, _ = call("editions")
    assert code == 0
    assert re.search(r"demo .*département fictif .*2021", out)
    assert re.search(r"france-2021 .*2021", out)


def test_no_color_is_obeyed(call, tmp_path, monkeypatch):
    colour = re.compile(r"\x1b\[[\d;]*3\d")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert colour.search(call("sources", "--edition", "demo", "--raw", tmp_path)[1])
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colour.search(call("sources", "--edition", "demo", "--raw", tmp_path)[1])


def test_check_passes_on_a_good_run(call, demo):
    code, out, err = call("check", "--edition", "demo", "--out", demo[1].parent)
    assert (code, err) == (0, "")
    passed, total = re.fullmatch(r"(\d+) contrôles réussis sur (\d+)\.\n", out).groups()
    assert passed == total
    assert int(total) > 20


def test_check_refuses_a_table_that_was_changed(call, place):
    path = place / "out" / "demo" / "tables" / "communes.parquet"
    frame = gpd.read_parquet(path)
    frame.loc[frame["score"].first_valid_index(), "score"] += 0.1
    frame.to_parquet(path, index=False)
    code, out, err = call("check", "--edition", "demo", "--out", place / "out")
    assert code == 1
    assert "Un score n'est pas la moyenne de ses sous-scores." in out
    assert "Contrôles bloquants en échec : 1," in err


@pytest.mark.parametrize("spoil", [Path.unlink, not_that_format], ids=["gone", "damaged"])
def test_check_refuses_a_table_that_cannot_be_read(call, place, spoil):
    spoil(place / "out" / "demo" / "tables" / "core_fixe.parquet")
    code, out, err = call("check", "--edition", "demo", "--out", place / "out")
    assert code == 1
    assert "core_fixe : contrôle « modele » non fait" in out
    assert "fragility run --edition demo" in err


def test_check_and_validation_want_a_run_first(call, tmp_path):
    for command in ("check", "validation"):
        code, _, err = call(command, "--edition", "demo", "--out", tmp_path)
        assert code == 1
        assert "n'a pas encore été calculée" in err
        assert "fragility run --edition demo" in err


def test_tables_of_two_runs_hold_no_clock(again, demo):
    """The date is in the notices only: tables of a run of today and of 2001 are the same."""
    for path in sorted((again / "tables").glob("*.parquet")):
        old, new = (pd.read_parquet(p) for p in (path, demo[1] / "tables" / path.name))
        pd.testing.assert_frame_equal(old, new)


def test_another_copy_of_a_source_is_said_at_the_end_of_the_run(place, monkeypatch):
    from fragility.sources import files

    monkeypatch.setattr(files, "conformity", lambda file, checksum: "differente")
    (place / "out" / "demo" / FOLDER / "raw_arcep_fixe.json").unlink()
    report = runner.run_edition("demo", place / "raw", place / "out", "ifn-2023")
    assert any("arcep_fixe/demo/commune-debit-beta.csv" in text for text in report.warnings)
    assert not (place / "out" / "demo" / "tables" / "registre").exists()


def test_swapped_coordinates_of_sites_stop_the_run(place):
    path = place / "raw" / "arcep_mobile_sites/demo"
    path = next(path.glob("*.csv"))
    table = pd.read_csv(path, sep=";", dtype=str)
    table[["x", "y"]] = table[["y", "x"]].to_numpy()
    table.to_csv(path, sep=";", index=False)
    before = checksums(place / "out")
    with pytest.raises(FragilityError, match="hors de France"):
        runner.run_edition("demo", place / "raw", place / "out", "ifn-2023")
    assert checksums(place / "out") == before


def test_a_truncated_table_stops_the_run(place):
    """Half of the communes is a well-formed file: only the share of known communes tells."""
    path = place / "raw" / "arcep_fixe/demo/commune-debit-beta.csv"
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[: len(lines) // 2]), encoding="utf-8")
    with pytest.raises(FragilityError, match="non_thd manque dans trop de communes"):
        runner.run_edition("demo", place / "raw", place / "out", "ifn-2023")
