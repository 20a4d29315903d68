"""`france-2024` from an empty folder to every export, the producers played by a loopback server.

The server sends the fictional département in exactly the archives, names and headers of the real
addresses (`fragility.sources.demo_producers`). Only the published totals of the edition differ.
"""

import dataclasses
import http.server
import socket
import sqlite3
import sys
import threading
import zipfile
from functools import partial
from urllib.parse import urlsplit

import duckdb
import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from fragility.controls import control_totals
from fragility.errors import DataCheckError
from fragility.schemas import INDICATORS, TABLES, validate
from fragility.sources.catalogue import find_edition, releases_of
from fragility.sources.catalogue_2024 import FRANCE_2024
from fragility.sources.demo import DEMO_TRAPS
from fragility.sources.demo_producers import BAROMETRE, survey_csv, write_mirror
from pipelines import cli
from tests.test_pipeline import OUTPUTS

# COG 2021 of the demonstration, less the fusion of 2024: 300 communes, 445 IRIS before it.
TOTALS = {"communes": 299, "iris": 444}
EDITIONS_TOML = """
[edition.fictive-2024]
base = "france-2024"
controls = { communes = 299, iris = 444 }
"""
MERGED = dict.fromkeys(DEMO_TRAPS["fusion_2024_anciens"].split(","), "00290")


@pytest.fixture(scope="module")
def patched():
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield monkeypatch


@pytest.fixture(scope="module")
def hosts(patched):
    """Every host that this process names or connects to; any other than the loopback fails."""
    named = set()
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def guarded(own, address):
        host = address[0] if isinstance(address, tuple) else "127.0.0.1"  # a file on Unix
        named.add(host)
        if host != "127.0.0.1":
            raise ConnectionRefusedError(host)
        return connect(own, address)

    def look_up(host, *arguments, **options):
        named.add(host)
        return resolve(host, *arguments, **options)

    patched.setattr(socket.socket, "connect", guarded)
    patched.setattr(socket, "getaddrinfo", look_up)
    return named


@pytest.fixture(scope="module")
def mirror(tmp_path_factory):
    """Address of the server, and the paths it was asked."""
    folder, asked = tmp_path_factory.mktemp("mirror"), []
    write_mirror(folder)

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            super().do_GET()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", asked
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def call(patched):
    def run(*arguments):
        patched.setattr(sys, "argv", ["fragility", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code

    return run


@pytest.fixture(scope="module")
def raw(tmp_path_factory, mirror, hosts, call):
    """An empty folder, filled by the command that a user with the internet types."""
    folder = tmp_path_factory.mktemp("raw")
    assert call("fetch", "--edition", "france-2024", "--raw", folder, "--miroir", mirror[0]) == 0
    return folder


@pytest.fixture(scope="module")
def out(raw, tmp_path_factory, call):
    """Outputs of the edition, its totals alone replaced by those of the fictional territory."""
    base = tmp_path_factory.mktemp("out")
    (raw / "editions.toml").write_text(EDITIONS_TOML, encoding="utf-8")
    assert call("run", "--edition", "fictive-2024", "--raw", raw, "--out", base) == 0
    own, published = find_edition("fictive-2024"), dataclasses.asdict(FRANCE_2024)
    changed = {"name": "fictive-2024", "controls": TOTALS, "previous": "france-2024"}
    assert dataclasses.asdict(own) == published | changed
    return base / "fictive-2024"


@pytest.fixture(scope="module")
def communes(out):
    return gpd.read_parquet(out / "tables/communes.parquet").set_index("code_commune")


@pytest.fixture(scope="module")
def known(demo):
    """The same communes as the edition `demo` knows them, the fusion of 2024 done."""
    table = pd.read_parquet(demo[1] / "tables/communes.parquet").set_index("code_commune")
    premises = pd.read_parquet(demo[1] / "tables/core_fixe.parquet").set_index("code_commune")
    table["locaux"] = premises["nb_locaux"]
    new = table.index.to_series().replace(MERGED)
    merged = table.groupby(new).first()
    merged["population"] = table["population"].groupby(new).sum()
    for column, weight in (("plus_65_pct", "population"), ("non_thd_pct", "locaux")):
        total = (table[column] * table[weight]).groupby(new).sum(min_count=1)
        merged[column] = total / table[weight].groupby(new).sum()
    return merged


def test_everything_comes_from_the_mirror_once_and_nothing_from_elsewhere(raw, mirror, hosts):
    addresses = {f.url for r in releases_of(FRANCE_2024) for f in r.files if f.url}
    paths = [f"/{urlsplit(url).netloc}{urlsplit(url).path}" for url in addresses]
    assert sorted(mirror[1]) == sorted(paths)
    assert hosts == {"127.0.0.1"}


def test_only_the_optional_file_is_left_to_be_placed_by_hand(raw, mirror, call, capsys):
    assert call("fetch", "--edition", "france-2024", "--raw", raw, "--miroir", mirror[0]) == 0
    said = capsys.readouterr().out
    assert "41 fichiers : 40 déjà là, 1 à placer à la main." in said
    assert f"Facultatif, absent : {raw}/credoc_barometre/2007-2022-csv/{BAROMETRE}" in said


def test_every_export_is_there_and_opens(out, communes):
    assert {p.name for p in out.iterdir() if p.is_file()} >= OUTPUTS
    for name in TABLES:
        if name != "raw":
            path = out / "tables" / f"{name}.parquet"
            geometry = "geometry" in TABLES[name].columns
            validate(gpd.read_parquet(path) if geometry else pd.read_parquet(path), name)
    assert len(communes) == TOTALS["communes"]
    assert len(gpd.read_file(out / "fragilite.gpkg", layer="iris")) == TOTALS["iris"]
    with sqlite3.connect(out / "fragilite.gpkg") as base:
        assert base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with duckdb.connect(out / "fragilite.duckdb", read_only=True) as base:
        assert base.sql("SELECT count(*) FROM marts.communes").fetchone() == (299,)
    book = openpyxl.load_workbook(out / "fragilite.xlsx", read_only=True)
    assert max(sheet.max_row for sheet in book) > TOTALS["communes"]
    with zipfile.ZipFile(out / "carte.qgz") as project:
        assert project.testzip() is None
    for name in ("communes.csv", "dictionnaire.csv"):
        assert pd.read_csv(out / name, sep=";", dtype=str).shape[0] > 100


def test_the_published_totals_are_not_loosened(out, communes):
    iris = pd.read_parquet(out / "tables/iris.parquet", columns=["code_iris"])
    none = pd.DataFrame(columns=["source", "fichier", "ligne"])
    with pytest.raises(DataCheckError, match="communes"):
        control_totals(communes, iris, FRANCE_2024, none)


def test_the_census_is_that_of_the_demonstration(communes, known):
    assert communes["population"].sum() == pytest.approx(known["population"].sum(), abs=1)
    pd.testing.assert_series_equal(
        communes["plus_65_pct"], known["plus_65_pct"], check_exact=False, rtol=1e-9
    )
    inhabited = communes["population"] > 0
    assert set(communes.loc[inhabited, "plus_65_origine"]) == {"observe"}
    assert set(communes.loc[inhabited, "plus_65_annee"]) == {2021}


def test_iris_of_split_communes_have_their_own_ages(out, demo):
    read = [
        pd.read_parquet(folder / "tables/core_recensement.parquet").set_index(["niveau", "code"])
        for folder in (out, demo[1])
    ]
    own, theirs = (table.loc["iris", "plus_65_pct"] for table in read)
    # The one IRIS of the merged commune, 002900000, is of an older map in the census by IRIS.
    common = own.index.intersection(theirs.index).drop("002900000")
    assert len(common) == 443
    pd.testing.assert_series_equal(own[common], theirs[common], check_exact=False, rtol=1e-9)


def test_the_wired_network_is_that_of_the_demonstration(communes, known):
    pd.testing.assert_series_equal(
        communes["non_thd_pct"], known["non_thd_pct"], check_exact=False, rtol=1e-9
    )


def test_poverty_is_the_published_one_where_both_publish_it(communes, known):
    both = communes["pauvrete_origine"].eq("observe") & known["pauvrete_origine"].eq("observe")
    assert both.sum() == 105
    assert (communes["pauvrete_pct"] - known["pauvrete_pct"])[both].abs().max() == 0
    assert set(communes.loc[both, "pauvrete_annee"]) == {2021}


def test_the_4g_is_covered_ground_and_no_longer_a_distance(out, communes, known):
    """The discs of the fictional operators end at 4 km, where the distance says « far »."""
    reach = pd.read_parquet(out / "tables/core_couverture_4g.parquet")
    reach = reach[reach["niveau"] == "commune"].set_index("code")
    assert len(reach) == 299
    assert set(reach["nb_operateurs"]) == {4}
    pd.testing.assert_series_equal(communes["non_4g_pct"], reach["non_4g_pct"], check_names=False)
    assert set(communes["non_4g_annee"]) == {2024}
    assert (reach["non_4g_pct"] >= reach["aucun_operateur_pct"] - 1e-9).all()
    # Cell by its centre on one side, by its 25 parts on the other.
    gap = (reach["aucun_operateur_pct"] - known["non_4g_pct"]).drop("00290")
    assert gap.abs().median() == 0
    assert abs(gap.mean()) < 1
    assert gap.abs().mean() < 2
    said = (out / "LISEZMOI.md").read_text(encoding="utf-8")
    assert "Mal couvert par la 4G" in said
    assert "site 4G" not in said


def test_density_comes_from_the_contours(out):
    tables = out / "tables"
    census = pd.read_parquet(tables / "core_recensement.parquet")
    census = census[census["niveau"] == "commune"].set_index("code")
    area = gpd.read_parquet(tables / "core_communes.parquet").set_index("code_commune")
    expected = census["population"] / area["superficie_km2"].reindex(census.index)
    pd.testing.assert_series_equal(census["densite_hab_km2"], expected, check_names=False)


def test_scores_agree_with_those_of_the_demonstration(communes, known):
    """Same people, same networks; 4G is measured otherwise, diplomas are of another census."""
    common = communes.index.drop("00290")
    for key in ("plus_65", "non_thd"):
        gap = (communes[f"score_{key}"] - known[f"score_{key}"]).loc[common].abs()
        # Two communes became one: ranks of the others move by one place at most.
        assert gap.max() <= 1
        assert gap.mean() < 0.05
    gap = (communes["score"] - known["score"]).loc[common]
    assert gap.abs().max() <= 1 + 1e-9
    assert gap.abs().mean() < 0.4
    assert len(INDICATORS) == 5


def test_a_survey_placed_by_hand_is_read_at_the_next_run(out, raw, call):
    """Last of the module: it adds to what is published."""
    tables = out / "tables"
    assert pd.read_parquet(tables / "core_enquete.parquet").empty
    before = (out / "communes.csv").stat().st_mtime_ns
    place = raw / "credoc_barometre/2007-2022-csv" / BAROMETRE
    place.parent.mkdir(parents=True)
    place.write_bytes(survey_csv())
    assert call("run", "--edition", "fictive-2024", "--raw", raw, "--out", out.parent) == 0
    answers = pd.read_parquet(tables / "core_enquete.parquet")
    assert answers["annee"].max() == 2022
    assert "Baromètre" in (out / "LISEZMOI.md").read_text(encoding="utf-8")
    # The people in difficulty are estimated from it, and reach what people open.
    assert (out / "communes.csv").stat().st_mtime_ns > before
    towns = pd.read_parquet(tables / "communes.parquet")
    assert towns["nb_personnes_en_difficulte"].sum() > 0
    assert towns.loc[towns["population"].gt(0), "difficulte_numerique_pct"].notna().all()
